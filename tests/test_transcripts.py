"""Every transcript, line by line: what was said is what the file says, whole and in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.stage import Stage
from tests.transcript import check

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
_PAGES = "\n# trang vị trí: có\n"
_CAST = re.compile(r"^# vai: (.+)$", re.MULTILINE)


def stage_for(path: Path) -> Stage:
    """The stage with the cast that the file's header names."""
    text = path.read_text(encoding="utf-8")
    found = _CAST.search(text)
    if found is None:
        raise ValueError(f"{path.name} has no line '# vai: …' that names its cast")
    return Stage(tuple(name.strip() for name in found[1].split(",")), pages=_PAGES in text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path: Path, request: pytest.FixtureRequest) -> None:
    """The bot says exactly what the transcript shows; `--update` rewrites it, and the diff is the review."""
    difference = check(path, lambda: stage_for(path), update=request.config.getoption("--update"))
    assert not difference, f"\n{difference}"


def test_enough_transcripts() -> None:
    """At least fifteen stories, each with something going wrong (issue 2, item 10)."""
    assert len(FILES) >= 15
