"""The events that the stand-in Official Account tells the app, signed as Zalo signs them."""

import hashlib
import json

from simulator.refusal import Json
from simulator.zalo_oa_outgoing import Event
from simulator.zalo_oa_settings import OaSettings
from simulator.zalo_oa_world import Oa
from simulator.zalo_people import ZaloPhone

SIGNATURE = "X-ZEvent-Signature"
SERVER = "X-ZEvent-Server"
TRIES = "num_retry"
TEXT_FILTER = "#"


def tell(oa: Oa, body: Json, *, server: str = "") -> Json:
    """Let `body` go to the webhook; gives it. Without an address, or when switched off, it is lost."""
    oa.outgoing.told.append(body)
    raw = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", SIGNATURE: "mac=" + sign(oa.settings, raw, body)}
    if not oa.settings.webhook_url or oa.outgoing.disabled:
        oa.outgoing.lost += 1
    else:
        oa.outgoing.add(Event(raw, headers | ({SERVER: server} if server else {})))
    return body


def sign(settings: OaSettings, raw: bytes, body: Json) -> str:
    """SHA-256 of first id ‖ raw body ‖ the body's timestamp ‖ OA secret key (channels.md §1.7)."""
    first = settings.app_id if settings.signature_first == "app_id" else settings.oa_id
    timestamp = str(body.get("timestamp", ""))
    return hashlib.sha256(first.encode() + raw + (timestamp + settings.oa_secret_key).encode()).hexdigest()


def from_user(oa: Oa, phone: ZaloPhone, name: str, message: Json) -> Json | None:
    """The user sent something; None when the console's text filter keeps it from the app."""
    if oa.settings.filter_texts and name == "user_send_text" and not message["text"].startswith(TEXT_FILTER):
        return None
    return tell(oa, _between(oa, phone, name, from_oa=False) | {"message": message})


def receipt(oa: Oa, phone: ZaloPhone, name: str, message: Json) -> Json:
    """The user's phone received or showed messages."""
    return tell(oa, _between(oa, phone, name, from_oa=True) | {"message": message})


def received(oa: Oa, phone: ZaloPhone, message_id: str) -> None:
    """The message reached the phone; without a network the receipt waits."""
    phone.when_online(lambda: receipt(oa, phone, "user_received_message", {"msg_id": message_id}))


def echo(oa: Oa, phone: ZaloPhone, kind: str, message: Json, admin_id: str = "") -> Json:
    """What the account itself sent, also through the API; `admin_id` when a human typed it."""
    body = _between(oa, phone, f"oa_send_{kind}", from_oa=True) | {"message": message}
    if admin_id:
        body["sender"] = body["sender"] | {"admin_id": admin_id}
    return tell(oa, body)


def followed(oa: Oa, phone: ZaloPhone, name: str, source: str) -> Json:
    """`follow` or `unfollow`."""
    return tell(
        oa,
        {
            "oa_id": oa.settings.oa_id,
            "follower": {"id": phone.id},
            "user_id_by_app": phone.id_by_app,
            "event_name": name,
            "source": source,
            "app_id": oa.settings.app_id,
            "timestamp": oa.now_ms(),
        },
    )


def submitted(oa: Oa, phone: ZaloPhone, info: Json) -> Json:
    """The user answered a request for the profile."""
    body = _between(oa, phone, "user_submit_info", from_oa=False)
    del body["user_id_by_app"]
    return tell(oa, body | {"info": info})


def template_received(oa: Oa, number: str, message: Json) -> Json:
    """A template sent by phone number arrived."""
    body = {
        "sender": {"id": oa.settings.oa_id},
        "recipient": {"id": number},
        "event_name": "user_received_message",
        "message": message | {"delivery_time": oa.now_ms()},
        "app_id": oa.settings.app_id,
        "timestamp": oa.now_ms(),
    }
    return tell(oa, body, server="ZNS")


def _between(oa: Oa, phone: ZaloPhone, name: str, *, from_oa: bool) -> Json:
    ends = [{"id": oa.settings.oa_id}, {"id": phone.id}]
    sender, recipient = ends if from_oa else reversed(ends)
    return {
        "app_id": oa.settings.app_id,
        "sender": sender,
        "recipient": recipient,
        "user_id_by_app": phone.id_by_app,
        "event_name": name,
        "timestamp": oa.now_ms(),
    }
