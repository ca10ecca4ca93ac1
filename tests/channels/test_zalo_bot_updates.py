"""What the Zalo Bot Platform's events say, wrapped and flat, known and not."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo_bot_updates import MAX_TEXT, Ignored, hear
from quarantine.messages import Address, Heard, Incoming, Kind

NOW = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
AT = datetime(2025, 6, 19, 5, 5, 31, 602000, tzinfo=UTC)
MESSAGE = {
    "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "Ted", "is_bot": False},
    "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
    "message_id": "2d758cb5e222177a4e35",
    "date": 1750309531602,
}
SAID = Incoming(Address("zb", "6ede9afa66b88fe6d6a9"), "2d758cb5e222177a4e35", AT, Kind.OTHER)


def event(kind="text", /, **fields):
    """An event of one kind with these fields of its message; None takes a field away."""
    message = {key: value for key, value in (MESSAGE | fields).items() if value is not None}
    return {"event_name": f"message.{kind}.received", "message": message}


def heard(body):
    """What a body says."""
    return hear(body if isinstance(body, bytes) else json.dumps(body).encode(), "zb", NOW)


CONTENTS = [
    ("text", {"text": "không sốt"}, {"kind": Kind.TEXT, "text": "không sốt"}),
    ("text", {"text": "/start 1"}, {"kind": Kind.TEXT, "text": "/start 1"}),
    ("text", {"text": "a\0" + "x" * 5000}, {"kind": Kind.TEXT, "text": "a" + "x" * (MAX_TEXT - 1)}),
    ("text", {"text": 5}, {"kind": Kind.TEXT}),
    (
        "image",
        {"photo": "https://photo.zdn.vn/a.jpg", "caption": "nhiệt kế"},
        {"kind": Kind.PHOTO, "file": "https://photo.zdn.vn/a.jpg", "text": "nhiệt kế"},
    ),
    ("image", {}, {"kind": Kind.PHOTO}),
    ("sticker", {"sticker": "bfe4", "url": "https://s.vn/x"}, {"kind": Kind.STICKER, "file": "bfe4"}),
    ("voice", {"voice_url": "https://v.vn/a.aac"}, {"kind": Kind.VOICE, "file": "https://v.vn/a.aac"}),
    ("unsupported", {}, {"kind": Kind.OTHER}),
    ("video", {"video": "https://v.vn/a.mp4"}, {"kind": Kind.OTHER}),
]


@pytest.mark.parametrize(("kind", "fields", "facts"), CONTENTS)
def test_each_kind_of_message(kind, fields, facts):
    """Every kind is read, wrapped and flat alike; what does not exist yet still gets an answer."""
    body = event(kind, **fields)
    assert heard(body) == heard({"ok": True, "result": body}) == Heard(replace(SAID, **facts))


@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        ({"date": None}, {"at": NOW}),
        ({"date": -1}, {"at": NOW}),
        ({"date": 10**18}, {"at": NOW}),
        ({"message_id": 12345678901234567890}, {"id": "12345678901234567890"}),
        (
            {"chat": {"id": 9007199254740993, "chat_type": "PRIVATE"}},
            {"address": Address("zb", str(2**53 + 1))},
        ),
        ({"chat": {"id": MESSAGE["from"]["id"]}}, {}),
        ({"from": None}, {}),
    ],
)
def test_what_stands_around_the_content(fields, facts):
    """Ids become strings and keep all their digits; a missing or absurd time is the time of hearing."""
    assert heard(event("unsupported", **fields)) == Heard(replace(SAID, **facts))


def test_a_message_without_an_id_is_known_again_by_what_it_says():
    """Without an id the same message twice has the same id, and another has another."""
    one, other = (event("text", message_id=None, text=text) for text in ("a", "b"))
    assert heard(one).incoming.id == heard(one).incoming.id != heard(other).incoming.id
    assert heard(one).incoming.id == hashlib.sha256(json.dumps(one["message"]).encode()).hexdigest()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (event(chat={"id": "g1", "chat_type": "GROUP"}), Ignored.GROUP),
        (event(chat={"id": "g1", "chat_type": "CHANNEL"}), Ignored.NOT_PRIVATE),
        (event(chat={"id": "g1"}), Ignored.NOT_PRIVATE),
        (event(chat={"chat_type": "PRIVATE"}), Ignored.NOT_PRIVATE),
        (event(**{"from": {"id": "b", "is_bot": True}}), Ignored.FROM_BOT),
        (event(chat=None), Ignored.UNREADABLE),
        (event(date="hôm nay"), Ignored.UNREADABLE),
        ({"event_name": "message.text.received"}, Ignored.UNREADABLE),
        ({"event_name": "bot.added", "message": MESSAGE}, Ignored.UNKNOWN_KIND),
        ({"ok": True, "result": True}, Ignored.NOT_JSON),
        ({}, Ignored.UNKNOWN_KIND),
        ([], Ignored.NOT_JSON),
        (b"", Ignored.NOT_JSON),
        (b"\xff{", Ignored.NOT_JSON),
        (b"[" * 100_000, Ignored.NOT_JSON),
        (b'{"message":' + b"[" * 100_000, Ignored.NOT_JSON),
    ],
)
def test_what_is_ignored_has_a_reason(body, why):
    """Groups, bots, unknown events and broken bodies are ignored with a reason that can be counted."""
    assert heard(body) == Heard(None, why)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
ANYTHING = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.sampled_from(["id", "chat_type"]), PLAIN)


@given(
    st.dictionaries(
        st.sampled_from(["chat", "from", "message_id", "date", "text", "photo", "sticker"]), ANYTHING
    ),
    st.sampled_from(["text", "image", "sticker", "voice", "unsupported", "?"]),
)
def test_nothing_makes_it_raise(fields, kind):
    """Whatever stands in the fields, the event is heard or ignored with a reason."""
    result = heard({"event_name": f"message.{kind}.received", "message": MESSAGE | fields})
    assert (result.incoming is None) == (result.ignored is not None)


@given(st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_it_raise(body):
    """Whatever bytes come, nobody has said anything."""
    assert heard(body).incoming is None
