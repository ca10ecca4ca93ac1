"""A message in a chat of Zalo, in the words the page draws."""

import secrets

from simulator.clock import MovedClock
from simulator.formatting import detect
from simulator.refusal import Json


def new_message(clock: MovedClock, content: Json, *, from_account: bool) -> Json:
    """A message in the words the page draws."""
    head: Json = {"message_id": secrets.token_hex(10), "date": clock.seconds(), "silent": False}
    return head | {"from_bot": from_account, "protected": False} | content


def text_content(text: str) -> Json:
    """A text, with the addresses in it as links."""
    links = [entity for entity in detect(text) if entity["type"] == "url"]
    return {"text": text} | ({"entities": links} if links else {})
