"""Transcripts: chat files that a nurse can review, played through the real turns, storage and catalogues.

Grammar of a file (lines that begin with two spaces are the bot's and are compared whole and in order):

    # what the file shows
    # vai: Lan, Hạnh          the cast
    # trừ zalo-bot: lý do     not played on that messenger, and which of its abilities is missing
    # không có trang vị trí   without a public address, so that no question brings a link to the page
    @ 2026-12-05 07:30        the clock moves there, sweeps run at every moment something falls due
    @ +1h | +30m | +7d        the clock moves by
    Lan: words                somebody writes; " ⏎ " begins another line of the same message
    Lan: [Nút]                somebody presses the newest button with that label
    Lan: (nút cũ) [Nút]       … the oldest one there ever was: a stale press
    Khoa: (nút của Hạnh) [Nút]  … a button that belongs to somebody else
    Lan: (vị trí nhà) | (vị trí 22.67, 106.26 ±15) | (vị trí cũ 22.67, 106.26) | (chuyển tiếp 22.67, 106.26)
    Lan: (mở trang vị trí 22.67, 106.26 ±15)  opens the newest link to the page, which sends this position
    Mai: (tệp ten.csv) | (trang tệp ten.csv)  a file of tests/transcripts/files, in the chat or by the page
                              behind the newest link
    Lan: (thoại) (ảnh) (nhãn dán) (tệp) (danh thiếp 0912…) (danh thiếp của người khác 0912…) (khác)
    Lan (Zalo): words         the same person on another messenger: "(Zalo)" is an OA, "(Zalo mẫu)"
                              one with an approved message, "(Zalo Bot)" a bot;
                              listed in the cast beside "Lan", or alone where she has no other
    Nam: (mở liên kết)        opens the link of the newest guidance card; "{mã}" in words is its code
    Hạnh: (tải tệp)          fetches the file of leaflets that came last; "{mã}" is then its first code
    ! Lan chặn bot | ! Lan bỏ chặn bot | ! Lan lặng lẽ chặn
    ! hệ thống dừng | ! hệ thống chạy lại     no sweeps and no sends in between

Every file is played on every messenger (tests/messengers.py): who finds no button there types its number or
opens its link. What is said must be the same; where a messenger really says something else, a block says so:

      | chỉ zalo, zalo-bot:
      |   07:30 → Lan: …

A file that names messengers itself, "Lan (Zalo)", is played once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.messengers import MESSENGERS, PLAYED, TELEGRAM
from tests.player import Player, TranscriptError
from tests.stage import Stage

_CAST = re.compile(r"^# vai: (.+)$", re.MULTILINE)
_EXCEPT = re.compile(r"^# trừ ([\w, -]+): \S.+$", re.MULTILINE)
_ONLY = re.compile(r"^  \| chỉ ([\w, -]+):(?P<silent> \(không có gì\))?$")
_NO_PAGES = "\n# không có trang vị trí\n"
_SILENT = " (không có gì)"

Blocks = Mapping[tuple[str, ...], Sequence[str]]


@dataclass
class Step:
    """A line that people play, or a remark, with what the bot says to it, and where that differs."""

    line: str
    said: list[str] = field(default_factory=list)
    blocks: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    @property
    def played(self) -> bool:
        """Whether anything happens on this line."""
        return bool(self.line) and not self.line.startswith("#")

    def wanted(self, messenger: str) -> list[str]:
        """What the file says that is said on this messenger."""
        block = next((said for names, said in self.blocks.items() if messenger in names), None)
        return as_drawn(self.said, messenger) if block is None else block

    def written(self) -> Iterator[str]:
        """The step as the file shows it."""
        yield self.line
        yield from self.said
        for names, said in self.blocks.items():
            yield f"  | chỉ {', '.join(names)}:{'' if said else _SILENT}"
            yield from (f"  | {line}" for line in said)


def as_drawn(said: Sequence[str], messenger: str) -> list[str]:
    """The bot's lines as they are where nothing can be edited: every message is a new one."""
    if MESSENGERS[messenger].form.edits:
        return list(said)
    return [re.sub(r"^(  \d\d:\d\d) ✎", r"\1 →", line) for line in said]


def read_steps(text: str) -> list[Step]:
    """The steps of a file."""
    steps: list[Step] = []
    block: list[str] | None = None
    for line in text.splitlines():
        only = _ONLY.match(line)
        if only is not None:
            block = steps[-1].blocks.setdefault(tuple(only[1].split(", ")), [])
        elif line.startswith("  | ") and block is not None:
            block.append(line.removeprefix("  | "))
        elif line.startswith("  "):
            steps[-1].said.append(line)
        else:
            steps.append(Step(line))
            block = None
    return steps


def cast_of(text: str, name: str) -> tuple[str, ...]:
    """Who is in it."""
    found = _CAST.search(text)
    if found is None:
        raise ValueError(f"{name} has no line '# vai: …' that names its cast")
    return tuple(one.strip() for one in found[1].split(","))


def stage_of(text: str, name: str, messenger: str) -> Stage:
    """The stage that the header asks for."""
    return Stage(cast_of(text, name), messenger, pages=_NO_PAGES not in text)


def messengers_of(text: str) -> list[str]:
    """The messengers that a file is played on: all, but those that it leaves out with a reason."""
    if any("(" in name for name in cast_of(text, "")):
        return [TELEGRAM]
    left_out = {name.strip() for found in _EXCEPT.finditer(text) for name in found[1].split(",")}
    unknown = left_out - MESSENGERS.keys()
    if unknown:
        raise ValueError(f"no such messenger: {', '.join(sorted(unknown))}")
    return [name for name in PLAYED if name not in left_out]


def play(steps: Sequence[Step], setting: Stage) -> Iterator[list[str] | None]:
    """What is said to each step; None where nothing was played."""
    player = Player(setting)
    for number, step in enumerate(steps, start=1):
        try:
            yield player.play(step.line, step.said) if step.played else None
        except TranscriptError as error:
            raise TranscriptError(f"step {number}, {step.line!r}: {error}") from None


def check(path: Path, messenger: str) -> str:
    """Play a file on a messenger; what differs from it, as a diff, "" when nothing does."""
    text = path.read_text(encoding="utf-8")
    setting = stage_of(text, path.name, messenger)
    wanted: list[str] = []
    real: list[str] = []
    steps = read_steps(text)
    try:
        for step, said in zip(steps, play(steps, setting), strict=True):
            here = step.wanted(messenger)
            wanted += [step.line, *here]
            real += [step.line, *(here if said is None else said)]
    except TranscriptError as error:
        real.append(f"! {error}")
    finally:
        setting.close()
    return "\n".join(difflib.unified_diff(wanted, real, "file", f"played on {messenger}", lineterm="", n=3))


def rewrite(path: Path) -> None:
    """Write down what is said on the first messenger, and for each other one where it says something else."""
    text = path.read_text(encoding="utf-8")
    steps = read_steps(text)
    first, *others = messengers_of(text)
    for number, messenger in enumerate((first, *others)):
        setting = stage_of(text, path.name, messenger)
        try:
            played = list(play(steps, setting))
        finally:
            setting.close()
        for step, said in zip(steps, played, strict=True):
            if number == 0:
                step.said, step.blocks = said or [], {}
            elif said is not None and said != as_drawn(step.said, messenger):
                same = next((names for names, block in step.blocks.items() if block == said), ())
                step.blocks.pop(same, None)
                step.blocks[*same, messenger] = said
    lines = [line for step in steps for line in step.written()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
