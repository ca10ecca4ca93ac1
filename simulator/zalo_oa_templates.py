"""Approved templates (ZBS): sent by user id or by phone number, outside the seven days too."""

import re
from zoneinfo import ZoneInfo

import aiohttp

from simulator.refusal import Json
from simulator.zalo_messages import text_content
from simulator.zalo_oa_errors import OaRefused, bad_param
from simulator.zalo_oa_events import echo, received, template_received
from simulator.zalo_oa_sending import known
from simulator.zalo_oa_wire import Nothing, OfTemplateMessage, TemplateToPhone, TemplateToUser
from simulator.zalo_oa_world import Oa

PARAMETER = re.compile(r"<(\w+)>")
NUMBER = re.compile(r"84[0-9]{8,10}")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING, NIGHT = 6, 22
TRACKING_CHARS = 48
VALUE_CHARS = 200
LENGTHS = {"name": 30, "code": 30, "status": 30, "date": 20, "address": 200, "url": 200}
"""The most characters of a parameter, by its kind; here a parameter is of the kind that its name names."""

NOTE = "tin mẫu ZBS"


def filled(oa: Oa, template_id: str, data: dict[str, str], unknown: int, wrong: int) -> str:
    """The template's text with its parameters; refuses with `unknown` or `wrong`, which differ by host."""
    text = oa.settings.templates.get(template_id)
    if text is None:
        raise OaRefused(unknown, "there is no such template")
    wanted = set(PARAMETER.findall(text))
    if wanted != data.keys():
        raise OaRefused(wrong, f"template_data must hold {', '.join(sorted(wanted)) or 'nothing'}")
    for name, value in data.items():
        if not value or len(value) > LENGTHS.get(name, VALUE_CHARS):
            raise OaRefused(wrong, f"parameter {name} is empty or too long")
    return PARAMETER.sub(lambda found: data[found.group(1)], text)


async def send_to_user(oa: Oa, call: TemplateToUser, _: aiohttp.ClientSession) -> Json:
    """POST /v3.0/oa/message/template."""
    phone = known(oa, call.user_id)
    text = filled(oa, call.template_id, call.template_data, -201, -201)
    if call.template_id in oa.settings.templates_without_uid:
        raise OaRefused(-249)
    if phone.follows is False:
        raise OaRefused(-213)
    message = oa.put(phone, text_content(text) | {"note": NOTE}, from_oa=True)
    number = message["message_id"]
    echo(oa, phone, "text", {"msg_id": number, "text": text})
    received(oa, phone, number)
    sent = {"message_id": number, "user_id": phone.id, "sent_time": oa.now_ms()}
    return sent | {"quota": {"quota_type": "purchase_quota"}}


async def send_to_phone(oa: Oa, call: TemplateToPhone, _: aiohttp.ClientSession) -> Json:
    """POST /message/template of the business host."""
    if not NUMBER.fullmatch(call.phone):
        raise OaRefused(-108, "write it as 84…")
    if not 1 <= len(call.tracking_id) <= TRACKING_CHARS:
        raise bad_param(f"tracking_id has 1 to {TRACKING_CHARS} characters")
    if call.sending_mode not in {"1", "3"}:
        raise bad_param('sending_mode is "1" or "3"')
    text = filled(oa, call.template_id, call.template_data, -131, -1121)
    if not MORNING <= oa.clock.now().astimezone(VIETNAM).hour < NIGHT:
        raise OaRefused(-133, "between 22:00 and 6:00")
    if left(oa) == 0:
        raise OaRefused(-144)
    phone = next((phone for phone in oa.phones.values() if phone.number == call.phone), None)
    if phone is None:
        raise OaRefused(-118)
    number = oa.put(phone, text_content(text) | {"note": NOTE}, from_oa=True)["message_id"]
    sent: Json = {"phone": call.phone, "day": today(oa), "delivery_time": ""}
    oa.sent_templates[number] = sent

    def arrive() -> None:
        sent["delivery_time"] = oa.now_ms()
        template_received(oa, call.phone, {"msg_id": number, "tracking_id": call.tracking_id})

    phone.when_online(arrive)
    mode = {"sending_mode": call.sending_mode}
    return {"msg_id": number, "sent_time": oa.now_ms()} | mode | {"quota": quota(oa)}


def today(oa: Oa) -> str:
    """The day in Vietnam, by which the quota is counted."""
    return oa.clock.now().astimezone(VIETNAM).date().isoformat()


def left(oa: Oa) -> int:
    """How many templates by phone number may still go today."""
    gone = len([sent for sent in oa.sent_templates.values() if sent["day"] == today(oa)])
    return max(0, oa.settings.day_quota - gone)


def quota(oa: Oa) -> Json:
    """The day's templates by phone number, as the business host writes them."""
    return {"dailyQuota": str(oa.settings.day_quota), "remainingQuota": str(left(oa))}


async def show_quota(oa: Oa, _: Nothing, __: aiohttp.ClientSession) -> Json:
    """GET /message/quota."""
    return quota(oa)


async def show_status(oa: Oa, call: OfTemplateMessage, _: aiohttp.ClientSession) -> Json:
    """GET /message/status: −1 no such message, 0 pushed, 1 delivered."""
    sent = oa.sent_templates.get(call.message_id)
    if sent is None:
        return {"status": -1, "message": "The message does not exist", "delivery_time": ""}
    arrived = sent["delivery_time"]
    words = "The message was received" if arrived else "The message was pushed"
    return {"status": 1 if arrived else 0, "message": words, "delivery_time": arrived}
