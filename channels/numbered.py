"""Writes a reply as text alone, for messengers that cannot draw all of it: choices become a numbered list."""

from __future__ import annotations

from typing import Final

from channels.long_texts import tidy
from quarantine.messages import Reply

MAP: Final = "https://maps.google.com/?q={lat:.5f},{lng:.5f}"
"""A place as an address that opens on any phone; five decimals are about a metre."""


def written(reply: Reply, *, numbered: bool = True) -> str:
    """The reply in words, in NFC: text, page, choices with the numbers that may be typed, how to, place.

    Not `numbered` where the choices are drawn as buttons below it. `words` are listed without numbers, for
    they are typed as they stand. Picture and document are not said: the text must suffice without them.
    """
    lines = [reply.text]
    if reply.link is not None:
        lines.append(f"{reply.link.label}: {reply.link.url}")
    if numbered:
        labels = [button.label for row in reply.buttons for button in row]
        lines += [f"{number}. {label}" for number, label in enumerate(labels, start=1)]
    lines += [f"– {word}" for word in reply.words]
    if numbered and (reply.buttons or reply.words):
        lines.append(reply.hint)
    if reply.pin is not None:
        lat, lng = reply.pin
        lines.append(f"📍 {MAP.format(lat=lat, lng=lng)}")
    return "\n".join(line for line in map(tidy, lines) if line)
