"""The Official Account's calls that write to a user: consultation messages, reactions, the quota."""

import aiohttp

from simulator.refusal import Json
from simulator.zalo_oa_drafts import draft
from simulator.zalo_oa_errors import OaRefused, bad_param
from simulator.zalo_oa_events import echo, received
from simulator.zalo_oa_wire import Consultation, OfUser, Reaction
from simulator.zalo_oa_world import Oa
from simulator.zalo_people import ZaloPhone

BILLED = "tính phí"


def known(oa: Oa, user_id: str) -> ZaloPhone:
    """The phone of a user id; −201 when nobody has it."""
    phone = oa.phones.get(user_id)
    if phone is None:
        raise bad_param("user_id is not a user of this OA")
    return phone


def within_window(oa: Oa, phone: ZaloPhone) -> bool:
    """Whether a message is free now; raises when none may be sent at all (channels.md §1.3)."""
    if phone.follows is False:
        raise OaRefused(-213)
    if phone.last_interaction is None:
        raise OaRefused(-232)
    silent = oa.clock.now() - phone.last_interaction
    if silent > oa.settings.window:
        raise OaRefused(-230)
    return silent <= oa.settings.free


async def send_consultation(oa: Oa, call: Consultation, http: aiohttp.ClientSession) -> Json:
    """POST /v3.0/oa/message/cs."""
    phone = known(oa, call.recipient.user_id)
    kind, content = await draft(oa, phone, call.message, http)
    free = within_window(oa, phone)
    message = oa.put(phone, content if free else {"note": BILLED} | content, from_oa=True)
    number = message["message_id"]
    echo(oa, phone, kind, {"msg_id": number} | ({"text": content["text"]} if "text" in content else {}))
    received(oa, phone, number)
    return {"message_id": number, "user_id": phone.id, "sent_time": oa.now_ms()} | (
        {"quota": {"quota_type": "reply"}} if free else {}
    )


async def react(oa: Oa, call: Reaction, _: aiohttp.ClientSession) -> Json:
    """POST /v2.0/oa/message with a sender_action: a sign below the user's own message."""
    phone = known(oa, call.recipient.user_id)
    message = phone.messages.get(call.sender_action.react_message_id)
    if message is None or message["from_bot"]:
        raise bad_param("react_message_id is not a message of this user")
    message["reaction"] = call.sender_action.react_icon
    oa.publish({"kind": "edited", "chat_id": phone.id, "message": message})
    return {"message_id": message["message_id"], "user_id": phone.id}


async def ask_quota(oa: Oa, call: OfUser, _: aiohttp.ClientSession) -> Json:
    """POST /v3.0/oa/quota/message: whether the user may be written to."""
    phone = known(oa, call.user_id)
    last = phone.last_interaction
    answer: Json = {"user_id": phone.id, "cs_reply": {}, "promotion": {}}
    if last is None:
        return answer
    return answer | {"last_interaction": str(int(last.timestamp() * 1000))}
