"""Draws a reply as the messages that Zalo takes from an Official Account (channels.md §1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from channels.long_texts import split, tidy
from channels.numbered import written
from channels.zalo_oa_marks import Marks
from quarantine.messages import Button, Document, Link, Reply, Want

TEXT_UNITS: Final = 2000
"""Zalo's limit in characters; counted in UTF-16 units, which are never fewer."""
BUTTONS: Final = 5
TITLE_CHARS: Final = 35
"""Zalo takes 100, but phones cut longer ones."""
PAYLOAD_CHARS: Final = 1000
FILE_BYTES: Final = 5_000_000
FILES: Final = {
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What an upload may be called; a spreadsheet is refused by Zalo."""

Json = dict[str, Any]


class UnsendableError(ValueError):
    """A reply that Zalo would refuse; the message names the limit and nothing of the content."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text, with buttons under it or none."""

    text: str
    buttons: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture to upload, and the words under it."""

    picture: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file to upload."""

    document: Document


@dataclass(frozen=True, slots=True)
class Asked:
    """Zalo's own form in which somebody shares their phone number, with a picture above it."""

    title: str
    picture_url: str


Part = Said | Shown | Enclosed | Asked


def parts_of(reply: Reply, user: str, marks: Marks, form_picture: str = "") -> tuple[Part, ...]:
    """The messages of a reply to this reader in order; raises UnsendableError for what Zalo would refuse.

    What is shown comes before what is said, so that text and buttons stand last, where the reader looks;
    only the form for a phone number comes after the text that asks for it. Zalo takes no form without
    `form_picture`, the address of a picture: then the text alone asks, and the number is typed.
    """
    text, buttons = _drawn(reply, user, marks)
    pieces = split(text, TEXT_UNITS)
    if buttons and not pieces:
        raise UnsendableError("buttons without a text")
    captioned = reply.photo is not None and len(pieces) <= 1 and not buttons
    parts: list[Part] = []
    if reply.photo is not None:
        parts.append(Shown(reply.photo, "".join(pieces) if captioned else ""))
    if reply.document is not None:
        parts.append(Enclosed(_sendable(reply.document)))
    if pieces and not captioned:
        parts += (*map(Said, pieces[:-1]), Said(pieces[-1], buttons))
    if reply.want is Want.CONTACT and form_picture:
        parts.append(Asked(_title(reply.want_label), form_picture))
    if not parts:
        raise UnsendableError("a reply that says nothing")
    return tuple(parts)


def message(part: Said | Asked) -> Json:
    """A message that needs no upload, as Zalo reads it."""
    if isinstance(part, Asked):
        element = {"title": part.title, "subtitle": part.title, "image_url": part.picture_url}
        return {"attachment": _template(template_type="request_user_info", elements=[element])}
    if part.buttons:
        return {"text": part.text, "attachment": _template(buttons=list(part.buttons))}
    return {"text": part.text}


def picture_message(attachment_id: str, caption: str) -> Json:
    """An uploaded picture with its words."""
    element = {"media_type": "image", "attachment_id": attachment_id}
    attachment = _template(template_type="media", elements=[element])
    return {"text": caption, "attachment": attachment} if caption else {"attachment": attachment}


def file_message(token: str) -> Json:
    """An uploaded file."""
    return {"attachment": {"type": "file", "payload": {"token": token}}}


def _template(**payload: object) -> Json:
    return {"type": "template", "payload": payload}


def _drawn(reply: Reply, user: str, marks: Marks) -> tuple[str, tuple[Json, ...]]:
    """The text and what is under it: all choices where there is room, else a list and the wide ones.

    Of `many` choices several are typed at once; no message can show which are ticked, for none is edited.
    """
    links = [] if reply.link is None else [_page(reply.link)]
    choices = [button for row in reply.buttons for button in row]
    room = BUTTONS - len(links)
    inner = replace(reply, link=None)
    if reply.many or len(choices) + len(reply.words) > room:
        wide = [button for button in choices if button.wide][:room]
        return written(inner), (*links, *_presses(wide, user, marks))
    text = written(replace(inner, words=()), numbered=False)
    return text, (*links, *_presses(choices, user, marks), *map(_word, reply.words))


def _presses(choices: Sequence[Button], user: str, marks: Marks) -> list[Json]:
    # Hidden, for the chat would show the payload as what the reader has said.
    return [
        _button("oa.query.hide", button.label, _payload(marks.put(user, button.data))) for button in choices
    ]


def _word(word: str) -> Json:
    # Shown, for it is what the reader says: the label itself, as if typed.
    return _button("oa.query.show", word, _payload(tidy(word)))


def _page(link: Link) -> Json:
    return _button("oa.open.url", link.label, {"url": link.url})


def _button(kind: str, label: str, payload: object) -> Json:
    return {"title": _title(label), "type": kind, "payload": payload}


def _payload(payload: str) -> str:
    if len(payload) > PAYLOAD_CHARS:
        raise UnsendableError(f"a payload of {len(payload)} characters; Zalo takes {PAYLOAD_CHARS}")
    return payload


def _title(label: str) -> str:
    title = tidy(label)
    if not title:
        raise UnsendableError("a button without a label")
    return title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1].rstrip() + "…"


def _sendable(document: Document) -> Document:
    ending = ending_of(document)
    if ending not in FILES:
        raise UnsendableError(f"a file of the kind {ending or 'without a kind'}; Zalo takes PDF, DOC and CSV")
    if len(document.content) > FILE_BYTES:
        raise UnsendableError(f"a file of {len(document.content)} bytes; Zalo takes {FILE_BYTES}")
    return document


def ending_of(document: Document) -> str:
    """The end of a file's name, ".pdf"; "" where it has none."""
    stem, dot, ending = document.name.rpartition(".")
    return f"{dot}{ending}".lower() if stem else ""
