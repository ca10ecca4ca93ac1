"""The two messages of a check-in as Telegram delivers them: the press "no symptoms", then the location."""

from __future__ import annotations

import json
from datetime import datetime

from bench.province import LAT, LNG, Province
from quarantine.numbers import PROMPT, number

PRESSES, PLACES = 100_000_000, 200_000_000
"""Update ids begin here, one range for each of the two messages."""


def press(resident: int, now: datetime) -> bytes:
    """The button "Không có triệu chứng", pressed under the prompt."""
    date = int(now.timestamp())
    chat = _chat(resident)
    message = {
        "message_id": 4_000,
        "from": {
            "id": 700_000_001,
            "is_bot": True,
            "first_name": "Cách ly tại nhà",
            "username": "cachly_bot",
        },
        "chat": chat,
        "date": date - 600,
        "text": "Chào chị Lan. Sáng nay chị có dấu hiệu nào sau đây không?",
        "reply_markup": {
            "inline_keyboard": [[{"text": "Không có triệu chứng", "callback_data": data_of(resident)}]]
        },
    }
    query = {
        "id": str(4_382_000_000_000_000 + resident),
        "from": _sender(resident),
        "message": message,
        "chat_instance": "-8471223344556677",
        "data": data_of(resident),
    }
    return _encoded({"update_id": PRESSES + resident, "callback_query": query})


def place(resident: int, now: datetime) -> bytes:
    """The position, sent by the button under the question, some metres from home."""
    position = {"latitude": LAT + 0.00005, "longitude": LNG, "horizontal_accuracy": 15.0}
    message = {
        "message_id": 4_002,
        "from": _sender(resident),
        "chat": _chat(resident),
        "date": int(now.timestamp()),
        "location": position,
    }
    return _encoded({"update_id": PLACES + resident, "message": message})


def data_of(resident: int) -> str:
    """What the button carries."""
    return f"{number(PROMPT, Province.prompt(resident))}:none"


def _sender(resident: int) -> dict[str, object]:
    return {"id": Province.chat(resident), "is_bot": False, "first_name": "Lan", "language_code": "vi"}


def _chat(resident: int) -> dict[str, object]:
    return {"id": Province.chat(resident), "first_name": "Lan", "type": "private"}


def _encoded(update: dict[str, object]) -> bytes:
    return json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
