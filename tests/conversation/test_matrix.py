"""Every question × every kind of input (DESIGN.md §9): understood, politely answered, or rightly silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.book import script
from quarantine.conversation import ANYTIME, CANCEL, HUMAN, Asking
from quarantine.frames import Frame, pack_frames, unpack_frames
from quarantine.letters import Letter
from quarantine.messages import Kind
from quarantine.tasks import TaskKind
from tests.conversation.inputs import Input, Wanted, everything
from tests.conversation.routes import BY_SWEEP, ROUTES, UNTOUCHED
from tests.conversation.scenery import Heard, Open, Scene, scene

CASES = [
    *(pytest.param(key, *ROUTES[key], id=key) for key in ROUTES),
    *(pytest.param(key, *UNTOUCHED[key], id=f"{key} untouched") for key in UNTOUCHED),
]
NOTHING_WAITS = {"menu.choose", "task.card untouched", "lists.preview untouched"}
"""The menu, a card and a list that lie there wait for nothing: what does not fit shows the menu."""
BUTTON_DATA = 64
"""Bytes that Telegram allows behind a button."""


@pytest.fixture(scope="module")
def province() -> Iterator[Scene]:
    """One scene for all questions: what each causes is undone."""
    with scene() as found:
        yield found


@pytest.fixture
def asked(province: Scene, key: str, who: str, steps: tuple[str, ...]) -> Iterator[tuple[Open, Frame | None]]:
    """The question as it lies before somebody, and what the conversation remembers of it."""
    with province.then_undone():
        frames: list[Frame] = []
        for step in steps:
            frames = province.step(who, step).frames
        opened = province.asked[who]
        assert opened.key == key, f"the route leads to {opened.key}"
        yield opened, frames[-1] if frames else None


def test_every_question_has_a_route() -> None:
    """A question that is registered must be in the table, or it would not be tried."""
    assert set(ROUTES) | BY_SWEEP == set(script.questions)
    assert not set(ROUTES) & BY_SWEEP
    assert set(UNTOUCHED) <= set(script.questions)


@pytest.mark.parametrize(("key", "who", "steps"), CASES)
def test_every_kind_of_input(
    province: Scene, key: str, who: str, steps: tuple[str, ...], asked: tuple[Open, Frame | None]
) -> None:
    """Nothing raises or is lost, something readable is said, and choices may be pressed or typed."""
    opened, frame = asked
    question = script.questions[key]
    wrong = []
    pressed: dict[str, object] = {}
    for given in everything(province, question, opened):
        with province.then_undone():
            try:
                heard = province.hear(who, given.kind, **given.facts)
                _check_all(province, given, heard, frame)
                _check_wanted(given, heard, frame, opened, pressed)
            except Exception as error:  # noqa: BLE001  # all that is wrong with a question is told at once
                wrong.append(f"{given.name}: {type(error).__name__} {str(error).partition(chr(10))[0]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("key", "who", "steps"), [case for case in CASES if case.id not in NOTHING_WAITS])
def test_three_unclear_answers_go_to_a_human(
    province: Scene, key: str, who: str, steps: tuple[str, ...], asked: tuple[Open, Frame | None]
) -> None:
    """The third one is handed over, the question stays open, and counting begins anew (DESIGN.md §3)."""
    _, frame = asked
    before = frame.unclear if frame else 0
    heard = [province.hear(who, Kind.STICKER) for _ in range(3 - before)]
    leads = [[term.key for letter in one.mine for term in letter.lead] for one in heard]
    assert all(not key.startswith("handover.") for lead in leads[:-1] for key in lead)
    assert any(key.startswith("handover.") for key in leads[-1]), leads
    _is_kept(heard[-1], frame)
    assert heard[-1].frames[-1].unclear == 0
    if who == "Lan":
        task = heard[-1].turn.store.open_task(heard[-1].turn.owner, TaskKind.HELP)
        assert task is not None


def _check_all(province: Scene, given: Input, heard: Heard, frame: Frame | None) -> None:
    packed = pack_frames(heard.frames)
    assert pack_frames(unpack_frames(packed)) == packed
    for letter in heard.letters:
        _is_readable(province, letter)
    if given.wanted is not Wanted.SILENT:
        assert heard.mine, "nothing is said"
    gone_back = given.wanted in {Wanted.LEFT, Wanted.BACK} or given.like == CANCEL
    if frame is not None and not heard.calls and not gone_back:
        _is_kept(heard, frame)


def _is_readable(province: Scene, letter: Letter) -> None:
    for language, reply in province.replies(letter).items():
        assert reply.text.strip(), f"{letter.key} is empty in {language}"
        assert "{" not in reply.text.replace("{name} %s", ""), reply.text
        for row in reply.buttons:
            for button in row:
                assert len(button.data.encode()) <= BUTTON_DATA, button
                assert button.label.strip(), button


def _is_kept(heard: Heard, frame: Frame | None) -> None:
    """The question is still open with all that it remembers, wherever it lies in the stack."""
    if frame is None or script.questions[frame.question].passing:
        return
    same = [one for one in heard.frames if one.question == frame.question]
    assert same, f"{frame.question} is lost"
    kept = [
        one
        for one in same
        if all(_remains(known, one.memory.get(name)) for name, known in frame.memory.items())
    ]
    assert kept, f"memory is lost: {frame.memory} became {[one.memory for one in same]}"


def _remains(known: object, now: object) -> bool:
    """Whether it is remembered: what was gathered may grow by what is heard in between, never shrink."""
    if isinstance(known, list) and isinstance(now, list):
        return all(one in now for one in known)
    if isinstance(known, dict) and isinstance(now, dict):
        return all(_remains(one, now.get(name)) for name, one in known.items())
    return known == now or (known is False and now is True)


def _check_wanted(
    given: Input, heard: Heard, frame: Frame | None, opened: Open, pressed: dict[str, object]
) -> None:
    keys = [letter.key for letter in heard.letters]
    if given.wanted is Wanted.CHOICE:
        _is_chosen(given, heard, frame, opened, pressed)
    elif given.wanted is Wanted.NOT_READ:
        assert not heard.calls, f"it was taken for an answer: {heard.calls}"
    elif given.wanted is Wanted.SILENT:
        assert not keys, f"it was answered with {keys}"
        assert not heard.calls
    elif given.wanted is Wanted.LEFT:
        _is_left(heard, frame)
    elif given.wanted is Wanted.BACK:
        assert not heard.calls
        _went_back(heard, frame)


def _is_left(heard: Heard, frame: Frame | None) -> None:
    assert not heard.calls
    said = [term.key for term in heard.letters[0].lead] + [heard.letters[0].key]
    assert said[0].startswith("cancel.") or said[0] == "lists.put_aside", said
    assert frame is None or all(one.number != frame.number for one in heard.frames), "it is still open"


def _is_chosen(
    given: Input, heard: Heard, frame: Frame | None, opened: Open, pressed: dict[str, object]
) -> None:
    """Typed is pressed: the same answer, the same words; typed signs answer at once, without "Xong"."""
    said = [(letter.key, tuple(term.key for term in letter.lead)) for letter in heard.letters]
    picked = heard.frames[-1].picked if heard.frames else []
    outcome = (heard.calls, said, picked)
    if given.kind is Kind.PRESS:
        pressed[given.like] = outcome
        if given.like == CANCEL:
            _is_left(heard, frame)
        elif given.like != HUMAN:
            many = script.questions[opened.key].asking is Asking.MANY
            answered = [value for key, value in heard.calls if key == opened.key]
            assert answered or (many and picked), "the button does nothing"
        assert not any(key.startswith("stale.") for _, lead in said for key in lead), said
    elif script.questions[opened.key].asking is Asking.MANY and given.like != HUMAN:
        assert [value for key, value in heard.calls if key == opened.key] == [frozenset({given.like})]
    elif opened.key != "menu.choose" and not (frame is None and given.facts["text"] in ANYTIME[CANCEL]):
        assert outcome == pressed[given.like], f"{outcome} is not {pressed[given.like]}"
    else:
        assert said == pressed[given.like][1]


def _went_back(heard: Heard, frame: Frame | None) -> None:
    if frame is None:
        return
    top = heard.frames[-1]
    if frame.trail:
        assert top.question == frame.trail[-1]["q"]
        assert len(top.trail) == len(frame.trail) - 1
    else:
        assert top.question == frame.question
        assert heard.mine[-1].lead[-1].key == "back.first"
