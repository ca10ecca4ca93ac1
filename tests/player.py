"""Plays the lines of a transcript on one messenger: who may press presses there, who may not types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.links import LinkKind
from bot.outgoing import complete
from quarantine.codes import show_code
from quarantine.days import ZONE, local
from quarantine.list_drafts import UPLOADED
from quarantine.location import Fix, Source
from quarantine.messages import Button, Contact, Incoming, Kind, Reply
from storage import outbox
from tests.cast import HOMES
from tests.messengers import ZALO_BOT
from tests.phones import Phone, named
from tests.stage import FILES, Delivery, Stage

_WHO = re.compile(r"^(?P<who>[^\W\d_][\w ]{0,20}(?: \([\w ]+\))?): ?(?P<what>.*)$")
_PLACE = re.compile(
    r"^\((?P<how>vị trí cũ|vị trí|chuyển tiếp|mở trang vị trí) "
    r"(?P<lat>[\d.]+), ?(?P<lng>[\d.]+)(?: ±(?P<acc>\d+))?\)$"
)
_CARD = re.compile(r"^\(danh thiếp (?P<other>của người khác )?(?P<phone>[+\d ]+)\)$")
_FILE = re.compile(r"^\((?P<page>trang )?tệp (?P<name>[\w.-]+)\)$")
_STEP = re.compile(r"^\+(\d+)([hmd])$")
_UNITS = {"h": "hours", "m": "minutes", "d": "days"}
_KINDS = {
    "(thoại)": Kind.VOICE,
    "(ảnh)": Kind.PHOTO,
    "(nhãn dán)": Kind.STICKER,
    "(tệp)": Kind.FILE,
    "(khác)": Kind.OTHER,
}
_UNHEARD = {ZALO_BOT: frozenset({Kind.FILE, Kind.LOCATION, Kind.CONTACT})}
"""What a messenger hands on as "unsupported", without its content (channels.md §2)."""
_TICK = "✓"
_OF_DOCUMENT = f"/{LinkKind.DOCUMENT}/"
"""In links to documents, which stand for the document where a messenger carries none."""


class TranscriptError(Exception):
    """A line of the file cannot be played; the text says which and why."""


@dataclass
class Player:
    """Plays one file, line by line; a press that is only a tick waits where ticks are typed together."""

    stage: Stage
    serial: int = 0

    def play(self, line: str, wanted: Sequence[str]) -> list[str] | None:
        """What the bot says to a line, None where nothing was sent yet; `wanted` is what the file shows."""
        played = True
        if line.startswith("@ "):
            self._move(line[2:].strip())
        elif line.startswith("! "):
            self._world(line[2:].strip())
        else:
            played = self._somebody(line, any(_TICK in one for one in wanted))
        return list(self._written()) if played else None

    def _move(self, to: str) -> None:
        now = self.stage.clock.now()
        step = _STEP.match(to)
        if step:
            target = now + timedelta(**{_UNITS[step[2]]: int(step[1])})
        else:
            target = datetime.strptime(to, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)
        if target < now:
            raise TranscriptError("time only goes forward")
        self.stage.move_to(target)

    def _world(self, fact: str) -> None:
        if fact == "hệ thống dừng":
            self.stage.running = False
        elif fact == "hệ thống chạy lại":
            self.stage.running = True
            self.stage.settle()
        elif fact.endswith(" bỏ chặn bot"):
            self._hear(fact.removesuffix(" bỏ chặn bot"), kind=Kind.UNBLOCKED)
        elif fact.endswith(" chặn bot"):
            who = fact.removesuffix(" chặn bot")
            self.stage.phone(who).blocked = True
            self._hear(who, kind=Kind.BLOCKED)
        elif fact.endswith(" lặng lẽ chặn"):
            self.stage.phone(fact.removesuffix(" lặng lẽ chặn")).blocked = True
        else:
            raise TranscriptError("no such fact of the world")

    def _somebody(self, line: str, tick: bool) -> bool:  # noqa: FBT001 - what the file shows of this line
        found = _WHO.match(line)
        if found is None:
            raise TranscriptError("neither a time, a fact, nor somebody who says something")
        who, what = found["who"], found["what"].strip()
        if what.startswith("[") and what.endswith("]"):
            return self._press(who, what[1:-1], tick=tick)
        if what.startswith("(nút cũ) ["):
            self._press_old(who, what[len("(nút cũ) [") : -1])
        elif what.startswith("(nút của "):
            owner, _, label = what[len("(nút của ") :].partition(") [")
            self._press_foreign(who, owner, label[:-1])
        else:
            self._send(who, what)
        return True

    def _send(self, who: str, what: str) -> None:
        """Anything that is no press."""
        place, card = _PLACE.match(what), _CARD.match(what)
        if what == "(vị trí nhà)":
            self._share(who, self._fix(*HOMES[named(who)], 15))
        elif place:
            self._locate(who, place)
        elif file := _FILE.match(what):
            self._hand_in(who, file["name"], by_page=bool(file["page"]))
        elif what in _KINDS:
            self._hear(who, kind=_KINDS[what], file="file-1" if what == "(tệp)" else None)
        elif card:
            self._hear(who, kind=Kind.CONTACT, contact=Contact(card["phone"], own=not card["other"]))
        elif what == "(tải tệp)":
            self._fetch(who)
        elif what == "(mở liên kết)":
            self._open(who)
        else:
            self._type(who, what.replace("{mã}", self.stage.code).replace(" ⏎ ", "\n"))

    # Presses

    def _press(self, who: str, label: str, *, tick: bool) -> bool:
        """Press the newest button of that label, or type what stands for it; False for a tick that waits."""
        phone = self.stage.phone(who)
        if self._on_keyboard(who, phone, label):
            return True
        shown = phone.find(label)
        if shown is None and phone.ticked:
            self._type_choices(who, phone)
            return True
        if shown is None:
            raise TranscriptError(f"no button {label!r} on {who}'s phone; there are: {phone.labels()}")
        message_id, reply, button = shown
        messenger = self.stage.messenger(phone)
        if reply.link is not None and label == reply.link.label:
            self._share(who, self._fix(*HOMES[named(who)], 15))
        elif button in messenger.drawn(reply):
            self._hear(
                who, kind=Kind.PRESS, pressed=button.data, **_pressed_in(messenger.form.edits, message_id)
            )
        elif reply.many:
            phone.ticked.append(label)
            if tick:
                return False
            self._type_choices(who, phone)
        elif reply is phone.asked:
            self._type(who, str(_place_of(reply, button)))
        else:
            raise TranscriptError(
                f"{label!r} cannot be pressed on {phone.account}, and is not asked any more"
            )
        return True

    def _on_keyboard(self, who: str, phone: Phone, label: str) -> bool:
        """The phone's own keys below the chat: one sends the position, the others their label."""
        if label not in phone.words:
            return False
        if phone.words[label] == "want":
            self._share(who, self._fix(*HOMES[named(who)], 15))
        else:
            self._type(who, label)
        return True

    def _press_old(self, who: str, label: str) -> None:
        phone = self.stage.phone(who)
        messenger = self.stage.messenger(phone)
        pressable = [
            (message_id, button)
            for message_id, reply in phone.received
            for button in messenger.drawn(reply)
            if button.label == label
        ]
        if not pressable:
            raise TranscriptError(f"{label!r} was never a button on {phone.account}")
        message_id, button = pressable[0]
        self._hear(who, kind=Kind.PRESS, pressed=button.data, **_pressed_in(messenger.form.edits, message_id))

    def _press_foreign(self, who: str, owner: str, label: str) -> None:
        phone = self.stage.phone(who)
        if not self.stage.messenger(phone).form.edits:
            raise TranscriptError(f"a button cannot be passed on on {phone.account}")
        data = next(
            button.data
            for _, reply in self.stage.phone(owner).received
            for row in reply.buttons
            for button in row
            if button.label == label
        )
        self._hear(who, kind=Kind.PRESS, pressed=data, press_id="press")

    def _type_choices(self, who: str, phone: Phone) -> None:
        """All that was ticked, by its numbers, as people without buttons do."""
        _, reply, _ = phone.find(phone.ticked[0])
        labels = [button.label for row in reply.buttons for button in row]
        numbers = [str(labels.index(label) + 1) for label in phone.ticked]
        phone.ticked = []
        self._hear(who, kind=Kind.TEXT, text=" ".join(numbers))

    # Everything else

    def _type(self, who: str, text: str) -> None:
        phone = self.stage.phone(who)
        said = ", ".join([*phone.ticked, text])
        phone.ticked = []
        self._hear(who, kind=Kind.TEXT, text=said)

    def _open(self, who: str) -> None:
        """The link of the newest card; where it can carry no code, the code is typed."""
        code = self.stage.code
        if self.stage.messenger(self.stage.phone(who)).form.deep_links:
            self._hear(who, kind=Kind.TEXT, text=f"/start {code}", start=code)
        else:
            self._hear(who, kind=Kind.TEXT, text=code)

    def _locate(self, who: str, place: re.Match[str]) -> None:
        accuracy = float(place["acc"]) if place["acc"] else None
        fix = self._fix(float(place["lat"]), float(place["lng"]), accuracy)
        if place["how"] == "mở trang vị trí":
            self._visit(who, fix)
            return
        if place["how"] == "chuyển tiếp":
            if not self.stage.messenger(self.stage.phone(who)).form.asks_location:
                raise TranscriptError("only Telegram says that a position was forwarded")
            fix = Fix(fix.lat, fix.lng, fix.accuracy_m, fix.taken_at, Source.FORWARDED)
        elif place["how"] == "vị trí cũ":
            fix = Fix(fix.lat, fix.lng, fix.accuracy_m, fix.taken_at - timedelta(hours=2), fix.source)
        self._share(who, fix)

    def _fix(self, lat: float, lng: float, accuracy: float | None) -> Fix:
        return Fix(lat, lng, accuracy, self.stage.clock.now(), Source.PIN)

    def _hand_in(self, who: str, name: str, *, by_page: bool) -> None:
        """A file in the chat, or by the page behind the newest link (bot/upload_page.py)."""
        if not by_page:
            self._hear(who, kind=Kind.FILE, file=name)
            return
        phone, now = self.stage.phone(who), self.stage.clock.now()
        if not phone.links:
            raise TranscriptError(f"no link on {who}'s phone")
        ticket = self.stage.links.read(LinkKind.UPLOAD, phone.links[-1].rpartition("/")[2], now)
        row = self.stage.upload((FILES / name).read_bytes())
        said = Incoming(phone.address, f"link-{ticket.letter_id}", now, Kind.FILE, file=f"{UPLOADED}{row}")
        self.stage.hear(replace(said, answers=ticket.number))

    def _share(self, who: str, fix: Fix) -> None:
        """By the phone's own button, by the page behind the link, or as a pin dropped in the chat."""
        phone = self.stage.phone(who)
        form = self.stage.messenger(phone).form
        asked = phone.asked
        if form.asks_location:
            self._hear(who, kind=Kind.LOCATION, fix=fix)
        elif asked is not None and asked.link is not None:
            self._visit(who, fix)
        else:
            self._hear(who, kind=Kind.LOCATION, fix=Fix(fix.lat, fix.lng, None, fix.taken_at, Source.PIN))

    def _visit(self, who: str, fix: Fix) -> None:
        """What the page behind the newest link takes in (bot/place_page.py)."""
        phone, now = self.stage.phone(who), self.stage.clock.now()
        if not phone.links:
            raise TranscriptError(f"no link on {who}'s phone")
        ticket = self.stage.links.read(LinkKind.PLACE, phone.links[-1].rpartition("/")[2], now)
        seen = Fix(fix.lat, fix.lng, fix.accuracy_m, fix.taken_at, Source.WEB)
        link = Incoming(phone.address, f"link-{ticket.letter_id}", now, Kind.LOCATION, fix=seen)
        self.stage.hear(replace(link, answers=ticket.number))

    def _fetch(self, who: str) -> None:
        """The document that came last is opened; where it came by a link, the page behind it hands it out."""
        phone, stage = self.stage.phone(who), self.stage
        if phone.links and _OF_DOCUMENT in phone.links[-1]:
            now = stage.clock.now()
            ticket = stage.links.read(LinkKind.DOCUMENT, phone.links[-1].rpartition("/")[2], now)
            with stage.engine.begin() as conn:
                claimed = outbox.reread(conn, stage.keyring, ticket.letter_id, ticket.address_id, now)
            stage.renderer.document(complete(claimed), claimed.reader, phone.account)

    def _hear(self, who: str, *, kind: Kind, **facts: object) -> None:
        self.serial += 1
        phone = self.stage.phone(who)
        if kind in _UNHEARD.get(phone.account, ()):
            kind, facts = Kind.OTHER, {}
        self.stage.hear(Incoming(phone.address, f"u{self.serial}", self.stage.clock.now(), kind, **facts))

    # What was said

    def _written(self) -> Iterator[str]:
        for delivery in self.stage.take_deliveries():
            sign = "✎" if delivery.replaced else "→"
            first, *rest = self._without_code(delivery.reply.text).split("\n")
            yield f"  {local(delivery.at):%H:%M} {sign} {delivery.to}: {first}"
            yield from (f"      {line}" for line in rest)
            yield from (f"      {row}" for row in _keys(delivery))

    def _without_code(self, text: str) -> str:
        """Codes differ from run to run; the file shows "{mã}" where the newest one stands."""
        code = self.stage.code
        return text.replace(show_code(code), "{mã}").replace(code, "{mã}") if code else text


def _pressed_in(edits: bool, message_id: str) -> dict[str, str]:  # noqa: FBT001 - one fact of the messenger
    """A press that names its message; where nothing can be edited it is a text that names none."""
    return {"pressed_in": message_id, "press_id": "press"} if edits else {}


def _place_of(reply: Reply, button: Button) -> int:
    return [one for row in reply.buttons for one in row].index(button) + 1


def _keys(delivery: Delivery) -> Iterator[str]:
    """The choices below a message, row by row; those beside a request for a position in one row with it."""
    reply = delivery.reply
    labels = [button.label for row in reply.buttons for button in row]
    if reply.want is not None:
        yield " ".join(f"[{word}]" for word in (reply.want_label, *reply.words))
    elif reply.link is not None and _OF_DOCUMENT not in reply.link.url:
        yield " ".join(f"[{word}]" for word in (reply.link.label, *labels))
    else:
        yield from (" ".join(f"[{button.label}]" for button in row) for row in reply.buttons)
        yield from (f"[{word}]" for word in reply.words)
    if reply.photo or reply.photo_url:
        yield "(ảnh: phiếu hướng dẫn)"
    if reply.document or (reply.link and _OF_DOCUMENT in reply.link.url):
        yield "(tệp)"
    if reply.pin:
        yield "(vị trí trên bản đồ)"
