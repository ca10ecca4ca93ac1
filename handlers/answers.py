"""Answers: what follows from the signs that a resident reports, and how a check-in ends."""

from __future__ import annotations

from dataclasses import replace

from handlers.alerts import open_task
from quarantine.checkins import ANSWERABLE, Checkin, Stage, answered
from quarantine.conversation import DONE, Next
from quarantine.days import local_day
from quarantine.effects import CheckinMoved, Reported, TaskChanged
from quarantine.messages import Priority, Term
from quarantine.people import Episode
from quarantine.protocol import protocol
from quarantine.tasks import Outcome, TaskKind, TaskState
from quarantine.triage import Level, triage
from quarantine.turn import Turn


def members_left(turn: Turn) -> list[Checkin]:
    """The check-ins of the newest prompt whose symptoms are not known yet."""
    prompt = turn.context.prompt
    return [one for one in prompt.checkins if not one.reported and one.stage in ANSWERABLE] if prompt else []


def current(turn: Turn) -> tuple[Checkin | None, Episode]:
    """The check-in that is being answered and its episode; none for a word out of turn."""
    prompt = turn.context.prompt
    wanted = turn.memory.get("checkin")
    for checkin in prompt.checkins if prompt else ():
        if checkin.id == wanted:
            return checkin, next(one for one in turn.context.episodes if one.id == checkin.episode_id)
    return None, turn.context.episodes[0]


def signs_reported(turn: Turn) -> frozenset[str]:
    """The signs given earlier in this check-in, to which a temperature is added."""
    signs = turn.memory.get("signs", [])
    return frozenset(signs) if isinstance(signs, list) else frozenset()


def report_signs(turn: Turn, signs: frozenset[str], temperature: float | None) -> bool:
    """Record the answers and alert whom they concern, before anything else is asked; whether it is RED."""
    checkin, episode = current(turn)
    verdict = triage(signs, temperature, protocol(episode.protocol).thresholds)
    turn.memory["signs"] = sorted(signs)
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
            late=checkin is not None and checkin.stage not in {Stage.WAITING, Stage.PROMPTED},
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
        if not checkin.reported:
            turn.record(CheckinMoved(checkin, replace(checkin, reported=True)))


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
    turn.say("red.act", priority=Priority.ALERT, signs=signs)
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
    if turn.memory.get("amber"):
        return
    turn.memory["amber"] = True
    open_task(
        turn,
        TaskKind.AMBER,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        signs=reason_terms(reasons, temperature),
    )


def finish(turn: Turn) -> Next:
    """Close the check-ins of the prompt, thank, and say what comes next."""
    prompt = turn.context.prompt
    if prompt is None:
        turn.say("checkin.thanks_plain")
        return DONE
    for checkin in prompt.checkins:
        if checkin.stage in ANSWERABLE:
            before = replace(checkin, reported=True) if _moved_now(turn, checkin) else checkin
            turn.record(CheckinMoved(_next_version(before, checkin), answered(before)))
    _close_silence(turn)
    _thank(turn, prompt.checkins[0])
    return DONE


def _moved_now(turn: Turn, checkin: Checkin) -> bool:
    return any(isinstance(effect, CheckinMoved) and effect.before.id == checkin.id for effect in turn.effects)


def _next_version(before: Checkin, loaded: Checkin) -> Checkin:
    return before if before is loaded else replace(before, version=loaded.version + 1)


def _close_silence(turn: Turn) -> None:
    """A late answer closes the task "chưa điểm danh"; whoever had taken it is told."""
    for kind in (TaskKind.CONTACT, TaskKind.UNREACHABLE):
        task = turn.store.open_task(turn.owner, kind)
        if task is None:
            continue
        after = replace(task, state=TaskState.DONE, outcome=Outcome.LATE_ANSWER, next_at=None)
        turn.record(TaskChanged(task, after, None, turn.now))
        if turn.person and task.owner_id is not None:
            turn.say("task.answered_late", to=task.owner_id, name=turn.person.name, at=turn.now)


def _thank(turn: Turn, checkin: Checkin) -> None:
    episode = next(one for one in turn.context.episodes if one.id == checkin.episode_id)
    following = protocol(episode.protocol).next_opening(turn.now)
    unwell = bool(turn.memory.get("signs"))
    if following.day > episode.last_day:
        turn.say("checkin.thanks_last")
        return
    today = following.day == local_day(turn.now)
    turn.say(
        "checkin.thanks_unwell" if unwell else "checkin.thanks",
        day=max(1, episode.day_number(checkin.day)),
        days=episode.length,
        next=Term("checkin.next_today" if today else "checkin.next_tomorrow", {"at": following.opens_at}),
    )
