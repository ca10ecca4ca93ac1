"""Every transcript on every messenger: what was said is what the file says, whole and in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.messengers import PLAYED
from tests.transcript import cast_of, check, messengers_of, rewrite

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
RUNS = [
    pytest.param(path, messenger, id=f"{path.stem}-{messenger}")
    for path in FILES
    for messenger in messengers_of(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("path", "messenger"), RUNS)
def test_transcript(path: Path, messenger: str, request: pytest.FixtureRequest) -> None:
    """The bot says exactly what the transcript shows; `--update` rewrites it, and the diff is the review."""
    if request.config.getoption("--update"):
        first = messengers_of(path.read_text(encoding="utf-8"))[0]
        if messenger == first:
            rewrite(path)
        return
    difference = check(path, messenger)
    assert not difference, f"\n{difference}"


def test_enough_transcripts() -> None:
    """At least fifteen stories, each with something going wrong (issue 2, item 10)."""
    assert len(FILES) >= 15


def test_every_messenger_tells_most_stories() -> None:
    """A messenger is left out of a story only for what it lacks: each tells most of those that name none."""
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    of_all = [
        path for path, text in texts.items() if not any("(" in name for name in cast_of(text, path.name))
    ]
    for messenger in PLAYED:
        told = [path for path in of_all if messenger in messengers_of(texts[path])]
        assert len(told) > 0.75 * len(of_all)
