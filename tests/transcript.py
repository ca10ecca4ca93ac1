"""Transcripts: chat files that a nurse can review, played through the real turns, storage and catalogues.

Grammar of a file (lines that begin with two spaces are the bot's and are compared whole and in order):

    # what the file shows
    @ 2026-12-05 07:30        the clock moves there, sweeps run at every moment something falls due
    @ +1h | +30m              the clock moves by
    Lan: words                somebody writes
    Lan: [Nút]                somebody presses the newest button with that label
    Lan: (nút cũ) [Nút]       … the oldest one there ever was: a stale press
    Khoa: (nút của Hạnh) [Nút]  … a button that belongs to somebody else
    Lan: (vị trí nhà) | (vị trí 22.67, 106.26 ±15) | (vị trí cũ 22.67, 106.26) | (chuyển tiếp 22.67, 106.26)
    Lan: (mở trang vị trí 22.67, 106.26 ±15)  opens the newest link to the page, which sends this position;
                              there are links where the header says "# trang vị trí: có"
    Lan: (thoại) (ảnh) (nhãn dán) (tệp) (danh thiếp 0912…) (khác)
    Lan: (danh thiếp của người khác 0912…)    a card that the messenger does not vouch for
    Lan (Zalo): words         the same person on another messenger: "(Zalo)" is an OA, "(Zalo mẫu)"
                              one with an approved message, "(Zalo Bot)" a bot;
                              listed in the cast beside "Lan", or alone where she has no other
    Nam: (mở liên kết)        opens the link of the newest guidance card; "{mã}" in words is its code
    ! Lan chặn bot | ! Lan bỏ chặn bot | ! Lan 429
    ! hệ thống dừng | ! hệ thống chạy lại     no sweeps and no sends in between
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quarantine.codes import show_code
from quarantine.days import ZONE, local
from quarantine.location import Fix, Source
from quarantine.messages import Contact, Incoming, Kind
from tests.stage import HOMES, Stage, named

_WHO = re.compile(r"^(?P<who>[^\W\d_][\w ]{0,20}(?: \([\w ]+\))?): ?(?P<what>.*)$")
_PLACE = re.compile(
    r"^\((?P<how>vị trí cũ|vị trí|chuyển tiếp|mở trang vị trí) "
    r"(?P<lat>[\d.]+), ?(?P<lng>[\d.]+)(?: ±(?P<acc>\d+))?\)$"
)
_CARD = re.compile(r"^\(danh thiếp (?P<other>của người khác )?(?P<phone>[+\d ]+)\)$")
_STEP = re.compile(r"^\+(\d+)([hm])$")
_KINDS = {
    "(thoại)": Kind.VOICE,
    "(ảnh)": Kind.PHOTO,
    "(nhãn dán)": Kind.STICKER,
    "(tệp)": Kind.FILE,
    "(khác)": Kind.OTHER,
}


class TranscriptError(Exception):
    """A line of the file cannot be played; the text says which and why."""


@dataclass
class Player:
    """Plays one file and writes down what was said."""

    stage: Stage
    lines: list[str] = field(default_factory=list)
    serial: int = 0

    def play(self, script: str) -> str:
        """The file with the bot's lines as they really are."""
        for number, line in enumerate(script.splitlines(), start=1):
            if line.startswith("  "):
                continue
            self.lines.append(line)
            try:
                self._line(line)
            except TranscriptError as error:
                raise TranscriptError(f"line {number}: {line!r}: {error}") from None
        return "\n".join(self.lines) + "\n"

    def _line(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        if line.startswith("@ "):
            self._move(line[2:].strip())
        elif line.startswith("! "):
            self._world(line[2:].strip())
        else:
            self._somebody(line)
        self._write_down()

    def _move(self, to: str) -> None:
        now = self.stage.clock.now()
        step = _STEP.match(to)
        if step:
            span = timedelta(**{"h": {"hours": int(step[1])}, "m": {"minutes": int(step[1])}}[step[2]])
            target = now + span
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

    def _somebody(self, line: str) -> None:
        found = _WHO.match(line)
        if found is None:
            raise TranscriptError("neither a time, a fact, nor somebody who says something")
        who, what = found["who"], found["what"].strip()
        place = _PLACE.match(what)
        if what.startswith("[") and what.endswith("]"):
            self._press(who, what[1:-1], oldest=False)
        elif what.startswith("(nút cũ) ["):
            self._press(who, what[len("(nút cũ) [") : -1], oldest=True)
        elif what.startswith("(nút của "):
            owner, _, label = what[len("(nút của ") :].partition(") [")
            _, _, data = next(one for one in self.stage.phone(owner).seen if one[1] == label[:-1])
            self._hear(who, kind=Kind.PRESS, pressed=data, press_id="press")
        elif what == "(vị trí nhà)":
            lat, lng = HOMES[named(who)]
            self._hear(who, kind=Kind.LOCATION, fix=self._fix(lat, lng, 15))
        elif place:
            self._locate(who, place)
        elif what in _KINDS:
            self._hear(who, kind=_KINDS[what], file="file-1" if what == "(tệp)" else None)
        elif card := _CARD.match(what):
            self._hear(who, kind=Kind.CONTACT, contact=Contact(card["phone"], own=not card["other"]))
        elif what == "(mở liên kết)":
            self._hear(who, kind=Kind.TEXT, text=f"/start {self.stage.code}", start=self.stage.code)
        else:
            self._hear(who, kind=Kind.TEXT, text=what.replace("{mã}", self.stage.code))

    def _locate(self, who: str, place: re.Match[str]) -> None:
        accuracy = float(place["acc"]) if place["acc"] else None
        fix = self._fix(float(place["lat"]), float(place["lng"]), accuracy)
        if place["how"] == "mở trang vị trí":
            self._visit(who, replace(fix, source=Source.WEB))
            return
        if place["how"] == "chuyển tiếp":
            fix = Fix(fix.lat, fix.lng, fix.accuracy_m, fix.taken_at, Source.FORWARDED)
        elif place["how"] == "vị trí cũ":
            fix = Fix(fix.lat, fix.lng, fix.accuracy_m, fix.taken_at - timedelta(hours=2), fix.source)
        self._hear(who, kind=Kind.LOCATION, fix=fix)

    def _visit(self, who: str, fix: Fix) -> None:
        """What the page behind the newest link takes in (bot/place_page.py)."""
        ticket = self.stage.ticket(who)
        address, now = self.stage.phone(who).address, self.stage.clock.now()
        link, mark = f"link-{ticket.letter_id}", ticket.number
        self.stage.hear(Incoming(address, link, now, Kind.LOCATION, fix=fix, answers=mark))

    def _fix(self, lat: float, lng: float, accuracy: float | None) -> Fix:
        return Fix(lat, lng, accuracy, self.stage.clock.now(), Source.PIN)

    def _press(self, who: str, label: str, *, oldest: bool) -> None:
        phone = self.stage.phone(who)
        if label in phone.words:
            if phone.words[label] == "want":
                lat, lng = HOMES[named(who)]
                self._hear(who, kind=Kind.LOCATION, fix=self._fix(lat, lng, 15))
            else:
                self._hear(who, kind=Kind.TEXT, text=label)
            return
        shown = phone.seen if oldest else phone.buttons
        found = [(message_id, data) for message_id, name, data in shown if name == label]
        if not found:
            seen = ", ".join(dict.fromkeys(name for _, name, _ in phone.buttons))
            raise TranscriptError(f"no button {label!r} on {who}'s phone; there are: {seen}")
        message_id, data = found[0 if oldest else -1]
        self._hear(who, kind=Kind.PRESS, pressed=data, pressed_in=message_id, press_id="press")

    def _hear(self, who: str, *, kind: Kind, **facts: object) -> None:
        self.serial += 1
        self.stage.hear(
            Incoming(self.stage.phone(who).address, f"u{self.serial}", self.stage.clock.now(), kind, **facts)
        )

    def _without_code(self, text: str) -> str:
        """Codes differ from run to run; the file shows "{mã}" where the newest one stands."""
        code = self.stage.code
        return text.replace(show_code(code), "{mã}").replace(code, "{mã}") if code else text

    def _write_down(self) -> None:
        for delivery in self.stage.take_deliveries():
            hour = f"{local(delivery.at):%H:%M}"
            sign = "✎" if delivery.replaced else "→"
            first, *rest = self._without_code(delivery.reply.text).split("\n")
            self.lines.append(f"  {hour} {sign} {delivery.to}: {first}")
            self.lines.extend(f"      {line}" for line in rest)
            self.lines.extend(f"      {row}" for row in _keys(delivery.reply))


def _keys(reply: object) -> Iterator[str]:
    for row in reply.buttons:
        yield " ".join(f"[{button.label}]" for button in row)
    words = [reply.want_label, *reply.words] if reply.want else []
    if words:
        yield " ".join(f"[{word}]" for word in words)
    if reply.link:
        yield f"({reply.link.label}: trang vị trí)"
    if reply.photo:
        yield "(ảnh: phiếu hướng dẫn)"
    if reply.pin:
        yield "(vị trí trên bản đồ)"


def check(path: Path, stage: Callable[[], Stage], *, update: bool) -> str:
    """Play a file; what differs from it as a diff ("" when it is the same), or the file rewritten."""
    wanted = path.read_text(encoding="utf-8")
    setting = stage()
    try:
        real = Player(setting).play(wanted)
    finally:
        setting.close()
    if update:
        path.write_text(real, encoding="utf-8")
        return ""
    return "\n".join(
        difflib.unified_diff(wanted.splitlines(), real.splitlines(), "file", "played", lineterm="", n=3)
    )
