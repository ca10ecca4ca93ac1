"""Whereabouts: what a shared position means, asked once more without accusing, then for the officer."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.alerts import open_task
from handlers.answers import open_checkins
from handlers.cards import where_term
from quarantine.conversation import HUMAN, Asking, Choice, Question, Unclear
from quarantine.effects import FixShared
from quarantine.location import Fix, Judgement, Verdict, grade, judge, worth_storing
from quarantine.messages import Term
from quarantine.names import fold
from quarantine.people import Episode
from quarantine.protocol import protocol
from quarantine.symptoms import read_symptoms
from quarantine.tasks import TaskKind
from quarantine.turn import Turn

_OUT = re.compile(
    r"\b(dang|di|o|tai|ra|vao|den|toi) (\w+ ){0,4}?"
    r"(xet nghiem|cap cuu|kham|benh vien|nhap vien|tiem|tram y te)\b"
)
"""Being out for a reason that the officer confirms (domain.md §E3), in folded words."""
_NOT_OUT = re.compile(r"\b(khong|ko|chua|dung|so|muon|can|giup|goi)\b")
"""Words that make it a wish, a refusal or a cry for help instead."""


def read_whereabouts(_: Turn, text: str) -> str:
    """A stated reason to be elsewhere; a sign in the words comes first, and is not taken for an outing."""
    folded = fold(text)
    reading = read_symptoms(text)
    signs = reading.red or reading.red_uncertain or reading.present
    if not signs and _OUT.search(folded) and not _NOT_OUT.search(folded):
        return text
    raise Unclear("unclear.where")


CANNOT = "cannot"
LOCATION = Question(
    "checkin.location",
    Asking.LOCATION,
    (
        Choice(
            CANNOT,
            "checkin.cannot",
            (
                "khong gui duoc",
                "ko gui duoc",
                "khong duoc",
                "ko duoc",
                "khong",
                "ko",
                "k gui dc",
                "ko gui dc",
            ),
        ),
        Choice(HUMAN, "word.human"),
    ),
    read=read_whereabouts,
    want_label="checkin.send_location",
)
_ASK_AGAIN = frozenset({Verdict.FAR, Verdict.STALE, Verdict.UNCERTAIN})


def judged(turn: Turn, answer: object) -> Term | None:
    """Store the position and its verdict for each member; a term when it is to be asked for once more."""
    fix = answer if isinstance(answer, Fix) else None
    reason = answer if isinstance(answer, str) and answer != CANNOT else ""
    first = not turn.memory.get("asked_again")
    worst: Term | None = None
    for episode in _present(turn):
        judgement = judge(fix, episode.home.position, turn.now, protocol(episode.protocol).location)
        _store(turn, episode, fix, judgement, reason)
        if _to_ask_again(episode, judgement) and first:
            worst = Term(f"checkin.location_{judgement.verdict}")
        elif judgement.verdict in {Verdict.FAR, Verdict.STALE, Verdict.NONE}:
            _put_before_officer(turn, episode, judgement, reason)
    if worst is not None:
        turn.memory["asked_again"] = True
    return worst


def _present(turn: Turn) -> list[Episode]:
    prompt = turn.context.prompt
    ids = {one.episode_id for one in prompt.checkins} if prompt else set()
    return [one for one in turn.context.episodes if one.id in ids]


def _to_ask_again(episode: Episode, judgement: Judgement) -> bool:
    """Without a home to compare with, a second position would say no more than the first."""
    return judgement.verdict in _ASK_AGAIN and (
        episode.home.position is not None or judgement.verdict is Verdict.STALE
    )


def _store(turn: Turn, episode: Episode, fix: Fix | None, judgement: Judgement, reason: str) -> None:
    prompt = turn.context.prompt
    mine = [one.id for one in prompt.checkins if one.episode_id == episode.id] if prompt else []
    answers_prompt = prompt is not None and turn.now - prompt.opened_at < timedelta(hours=12)
    turn.record(
        FixShared(
            id=turn.ids(),
            episode_id=episode.id,
            checkin_id=mine[0] if mine else None,
            fix=fix,
            judgement=judgement,
            grade=grade(fix, answers_prompt, turn.now) if fix else None,
            at=turn.now,
            reason=reason,
        )
    )


def _put_before_officer(turn: Turn, episode: Episode, judgement: Judgement, reason: str) -> None:
    """The fact, the distance, never a verdict on the person (domain.md §E3)."""
    distance = None if judgement.distance_m is None else round(judgement.distance_m)
    accuracy = None if judgement.accuracy_m is None else round(judgement.accuracy_m)
    where = where_term(judgement.verdict, distance, accuracy)
    if reason:
        where = Term("where.stated", {"reason": reason})
    open_task(
        turn,
        TaskKind.LOCATION,
        unit_id=episode.unit_id,
        person_id=episode.responder_id,
        episode=episode,
        where=where,
    )


def moved(turn: Turn) -> None:
    """A live location moved: kept once a minute or when its verdict changes, never answered."""
    fix = turn.said.fix if turn.said else None
    if fix is None:
        return
    for episode in turn.context.episodes:
        judgement = judge(fix, episode.home.position, turn.now, protocol(episode.protocol).location)
        before = turn.store.last_fix(episode.id)
        if worth_storing(before and before[0], before and before[1], judgement, turn.now):
            _store(turn, episode, fix, judgement, "")


def waits_for_location(turn: Turn) -> bool:
    """Whether a position would complete the newest check-in."""
    return any(one.reported for one in open_checkins(turn))
