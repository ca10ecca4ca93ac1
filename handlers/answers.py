"""Answers: what follows from the signs that a resident reports, and how a check-in ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.alerts import latest as latest_task
from handlers.alerts import open_task
from handlers.called import label_of
from quarantine.checkins import ANSWERABLE, Checkin, Stage, answered
from quarantine.contact import Finding, found
from quarantine.conversation import DONE, Next
from quarantine.days import after_quiet, local_day
from quarantine.effects import CheckinMoved, Reported, TaskChanged
from quarantine.messages import Priority, Term
from quarantine.people import Episode, EpisodeState
from quarantine.protocol import protocol
from quarantine.tasks import Outcome, TaskKind, TaskState
from quarantine.triage import Level, triage
from quarantine.turn import Turn

MEMBER = "member"
"""In the memory of a conversation: the episode that words out of turn are about."""
LOCATION_WITHIN = timedelta(hours=1)
"""How long a late check-in waits for its location before it is done without."""


def open_checkins(turn: Turn) -> list[Checkin]:
    """The check-ins of the newest prompt that still wait for an answer, as this turn has left them.

    Those of an episode that is over, or rests, are no longer anybody's to answer.
    """
    followed = {one.id for one in turn.context.episodes if one.state is not EpisodeState.PAUSED}
    now = [latest(turn, one) for one in _asked_about(turn) if one.episode_id in followed]
    return [one for one in now if one.stage in ANSWERABLE]


def _asked_about(turn: Turn) -> tuple[Checkin, ...]:
    return turn.context.prompt.checkins if turn.context.prompt else ()


def latest(turn: Turn, checkin: Checkin) -> Checkin:
    """The check-in with what this turn has already decided about it."""
    for effect in turn.effects:
        if isinstance(effect, CheckinMoved) and effect.after.id == checkin.id:
            checkin = effect.after
    return checkin


def members_left(turn: Turn) -> list[Checkin]:
    """The check-ins of the newest prompt whose symptoms are not known yet."""
    return [one for one in open_checkins(turn) if not one.reported]


def current(turn: Turn) -> tuple[Checkin | None, Episode]:
    """The check-in that is being answered and its episode; none for a word out of turn."""
    episodes = {episode.id: episode for episode in turn.context.episodes}
    for checkin in _asked_about(turn):
        if checkin.id == turn.memory.get("checkin") and checkin.episode_id in episodes:
            return latest(turn, checkin), episodes[checkin.episode_id]
    own = (one for one in turn.context.episodes if one.person_id == turn.owner)
    first = next(own, turn.context.episodes[0])
    meant = turn.memory.get(MEMBER)
    return None, episodes.get(meant, first) if isinstance(meant, int) else first


def signs_reported(turn: Turn) -> frozenset[str]:
    """The signs given earlier in this check-in, to which more is added; none of another member's."""
    signs = _signs(turn).get(str(turn.memory["checkin"]), []) if "checkin" in turn.memory else []
    return frozenset(str(one) for one in signs) if isinstance(signs, list) else frozenset()


def _signs(turn: Turn) -> dict[str, object]:
    """The signs given in this conversation, by check-in."""
    known = turn.memory.get("signs")
    return dict(known) if isinstance(known, dict) else {}


def report_signs(turn: Turn, signs: frozenset[str], temperature: float | None) -> bool:
    """Record the answers and alert whom they concern, before anything else is asked; whether it is RED."""
    checkin, episode = current(turn)
    verdict = triage(signs, temperature, protocol(episode.protocol).thresholds)
    turn.memory["signs"] = {**_signs(turn), str(checkin.id if checkin else None): sorted(signs)}
    turn.memory["unwell"] = bool(turn.memory.get("unwell")) or verdict.level is not Level.GREEN
    turn.record(
        Reported(
            id=turn.ids(),
            episode_id=episode.id,
            checkin_id=checkin.id if checkin else None,
            at=turn.now,
            signs=signs,
            level=verdict.level,
            reasons=verdict.reasons,
            temperature=temperature,
            text=turn.said.text if turn.said else "",
            reporter_id=turn.me,
            late=checkin is not None and checkin.stage is Stage.OVERDUE,
        )
    )
    if checkin is not None:
        _mark_reported(turn, checkin)
    if verdict.level is Level.RED:
        red(turn, episode, verdict.reasons, temperature)
    elif verdict.level is Level.AMBER:
        amber(turn, episode, verdict.reasons, temperature)
    return verdict.level is Level.RED


def _mark_reported(turn: Turn, checkin: Checkin) -> None:
    done = turn.memory.setdefault("reported", [])
    if isinstance(done, list) and checkin.id not in done:
        done.append(checkin.id)
        if not checkin.reported and checkin.stage in ANSWERABLE:
            late = checkin.stage not in {Stage.WAITING, Stage.PROMPTED}
            next_at = turn.now + LOCATION_WITHIN if late else checkin.next_at
            turn.record(CheckinMoved(checkin, replace(checkin, reported=True, next_at=next_at)))
        _close_silence(turn, [checkin.episode_id])


def reason_terms(reasons: tuple[str, ...], temperature: float | None) -> list[Term]:
    """The signs in the reader's words; a temperature with its value."""
    measured = {"temperature_red", "temperature_amber", "temperature_low"}
    terms = [Term(f"sign.{code}") for code in reasons if code not in measured]
    if temperature is not None:
        terms.append(Term("report.temperature", {"value": temperature}))
    return terms


def red(turn: Turn, episode: Episode, reasons: tuple[str, ...], temperature: float | None) -> None:
    """First the act, then the reason, then whom to call; the officer is paged in the same turn."""
    signs = reason_terms(reasons, temperature)
    if episode.person_id == turn.owner:
        turn.say("red.act", priority=Priority.ALERT, signs=signs)
    else:
        turn.say(
            "red.act_member", priority=Priority.ALERT, signs=signs, who=label_of(turn, episode.person_id)
        )
    open_task(
        turn,
        TaskKind.RED,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        checkin_id=None,
        signs=signs,
        resident=turn.owner,
    )


def amber(turn: Turn, episode: Episode, reasons: tuple[str, ...], temperature: float | None) -> None:
    """Any other sign goes to the officer within the minute (QĐ 879/QĐ-BYT: "báo ngay")."""
    told = turn.memory.setdefault("amber", [])
    if isinstance(told, list) and episode.id in told and temperature is None:
        return
    if isinstance(told, list):
        told.append(episode.id)
    open_task(
        turn,
        TaskKind.AMBER,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        signs=reason_terms(reasons, temperature),
    )


def close_reported(turn: Turn) -> None:
    """Close the check-ins of the prompt of whom all is known; nobody who was not asked about is closed."""
    for checkin in open_checkins(turn):
        if checkin.reported:
            turn.record(CheckinMoved(checkin, answered(checkin)))


def finish(turn: Turn) -> Next:
    """Close the check-ins of the prompt, thank, and say what comes next."""
    close_reported(turn)
    known = (latest(turn, one) for one in _asked_about(turn))
    _close_silence(turn, [one.episode_id for one in known if one.reported])
    _thank(turn)
    return DONE


def _close_silence(turn: Turn, answered_for: Sequence[int]) -> None:
    """An answer, however late, settles these episodes in the task "chưa điểm danh".

    Whoever had taken it is told once nobody is left. What was about the phone is over: it answers.
    """
    for kind in (TaskKind.CONTACT, TaskKind.UNREACHABLE, TaskKind.FOLLOW):
        known = turn.store.open_task(turn.owner, kind)
        task = None if known is None else latest_task(turn, known)
        if task is None or task.state is TaskState.DONE:
            continue
        if kind is TaskKind.CONTACT:
            after = found(task, answered_for, Finding(Outcome.LATE_ANSWER), turn.now)
        else:
            after = task.done(Outcome.LATE_ANSWER)
        if after is task:
            continue
        turn.record(TaskChanged(task, after, None, turn.now))
        if turn.person and task.owner_id is not None and after.state is TaskState.DONE:
            turn.say(
                "task.answered_late",
                to=task.owner_id,
                not_before=after_quiet(turn.now),
                name=turn.person.name,
                at=turn.now,
            )


def _longest(turn: Turn) -> Episode:
    """The episode that goes on longest among those that were asked about."""
    asked = {one.episode_id for one in _asked_about(turn)}
    mine = [one for one in turn.context.episodes if one.id in asked]
    return max(mine, key=lambda one: one.last_day, default=current(turn)[1])


def _thank(turn: Turn) -> None:
    """Thanks, the day, and what comes next; nothing is promised that will not come."""
    episode = _longest(turn)
    today = local_day(turn.now)
    following = protocol(episode.protocol).next_opening(turn.now)
    over = following.day > episode.last_day
    unwell = "_unwell" if turn.memory.get("unwell") else ""
    upcoming = Term(
        "checkin.next_today" if following.day == today else "checkin.next_tomorrow",
        {"at": following.opens_at},
    )
    if over:
        upcoming = Term("checkin.next_none" if today <= episode.last_day else "checkin.next_over")
    house = "_house" if len(_asked_about(turn)) > 1 and not unwell else ""
    turn.say(
        f"checkin.thanks{unwell or house}",
        day=min(max(1, episode.day_number(today)), episode.length),
        days=episode.length,
        next=upcoming,
    )
