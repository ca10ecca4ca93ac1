"""What a message can say: captions, places, quotes, forwards, as the Bot API shows them."""

from simulator.formatting import read_text, units
from simulator.refusal import Json, bad_request
from simulator.wire import MessageEntity
from simulator.world import Stored, World

CAPTION_UNITS = 1024
CONTENT = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "photo",
    "document",
    "voice",
    "sticker",
    "venue",
    "contact",
)
PLACE_RANGES = {
    "horizontal_accuracy": (0, 1500),
    "heading": (1, 360),
    "proximity_alert_radius": (1, 100_000),
}


def caption_content(caption: str, parse_mode: str | None, entities: list[MessageEntity] | None) -> Json:
    """The caption and its entities; nothing when there is none."""
    text, found = read_text(caption, parse_mode, entities)
    if units(text) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return ({"caption": text} if text else {}) | ({"caption_entities": found} if found else {})


def place(latitude: float | None, longitude: float | None, **more: float | None) -> Json:
    """The Bot API's Location; raises for missing or impossible coordinates and details."""
    if latitude is None or longitude is None:
        raise bad_request("there is no latitude or longitude in the request")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - the globe
        raise bad_request("wrong latitude or longitude specified")
    for name, (low, high) in PLACE_RANGES.items():
        if (value := more.get(name)) is not None and not low <= value <= high:
            raise bad_request(f"wrong {name} specified")
    period = more.get("live_period")
    if period is not None and not 60 <= period <= 86400 and period != 0x7FFFFFFF:  # noqa: PLR2004 - Bot API
        raise bad_request("wrong live period specified")
    spot = {"latitude": latitude, "longitude": longitude}
    return spot | {name: value for name, value in more.items() if value is not None}


def quoted(original: Stored) -> Json:
    """A message inside a reply, which holds no further reply."""
    return {name: value for name, value in original.body.items() if name != "reply_to_message"}


def forwarded(world: World, original: Stored) -> Json:
    """The content of a message with the sign of where it came from."""
    sender = original.body["from"]
    origin = original.body.get("forward_origin") or {
        "type": "user",
        "date": original.body["date"],
        "sender_user": world.bot() if original.from_bot else sender,
    }
    return content_of(original) | {"forward_origin": origin}


def content_of(original: Stored) -> Json:
    """What a message says, without where and when it was said."""
    content = {name: original.body[name] for name in CONTENT if name in original.body}
    if "location" in original.body:
        content["location"] = {name: original.body["location"][name] for name in ("latitude", "longitude")}
    return content
