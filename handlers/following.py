"""Following by staff: who has no smartphone is called or visited at the hours at which others are asked."""

from __future__ import annotations

from dataclasses import replace

from handlers.alerts import close_undone, open_task, undone
from handlers.changing import Change, add, ask_sure
from quarantine.access import Action
from quarantine.checkins import Checkin, Move, for_chat, for_staff
from quarantine.effects import CheckinMoved, EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import AT_HOME, Episode, EpisodeState
from quarantine.protocol import next_at, next_of, protocol
from quarantine.store import File
from quarantine.tasks import Task, TaskKind
from quarantine.turn import Turn

ANSWERED_IN_CHAT = (TaskKind.LINK, TaskKind.CONTACT, TaskKind.UNREACHABLE)
"""Tasks about a chat that there is not, or no longer."""


def visits_due(turn: Turn, moves: list[tuple[Move, File]]) -> list[Task]:
    """A task for each whose hour has come; one that still lies there climbs on, about the newest hour."""
    opened = []
    for move, file in moves:
        facts = {"part": Term(f"checkin.{move.checkin.slot}"), "date_short": move.checkin.day}
        known = undone(turn, file.person.id, TaskKind.FOLLOW)
        if known is not None:
            after = replace(known, detail={**known.detail, **facts})
            turn.record(TaskChanged(known, after, None, turn.now))
            continue
        last = turn.store.last_report(file.episode.id)
        task = open_task(
            turn,
            TaskKind.FOLLOW,
            unit_id=file.unit.id,
            person_id=file.person.id,
            episode=file.episode,
            since=last.at if last else None,
            checkin_id=move.checkin.id,
            tell=False,
            facts=facts,
        )
        opened.append(task)
    return opened


def start(turn: Turn, file: File) -> None:
    """No smartphone: from here on the station asks, at once where somebody was just being asked in a chat."""
    others = [one for one in turn.store.episodes_answered_by(file.person.id) if one.id != file.episode.id]
    if others:
        files = turn.store.files_of([one.id for one in others])
        names = [one.person.name for one in files.values()]
        turn.say("change.no_phone_answers", name=file.person.name, members=names)
        return
    episode = file.episode
    rules = protocol(episode.protocol)
    monitored = episode.state is EpisodeState.MONITORING
    after = replace(
        episode,
        state=EpisodeState.MONITORING,
        responder_id=file.person.id,
        by_staff=True,
        next_at=episode.next_at if monitored else next_at(rules, episode, turn.now),
    )
    turn.record(EpisodeChanged(episode, after, turn.me, turn.now, "by_staff"))
    last = turn.store.last_checkin(episode.id)
    _move(turn, last, for_staff(last, turn.now) if last else None)
    own = file.responder.id == file.person.id
    for kind in ANSWERED_IN_CHAT if own else ANSWERED_IN_CHAT[:1]:
        close_undone(turn, file.person.id, kind)
    following = next_of(rules, after, turn.now)
    if following is None:
        turn.say("change.no_phone_last", name=file.person.name)
    else:
        at = {"at": following.opens_at, "date_short": following.day}
        turn.say("change.no_phone_done", at, name=file.person.name)


def linked(turn: Turn, episode: Episode) -> None:
    """Somebody followed by staff has a chat now: what was to be asked by an officer is asked there."""
    if not episode.by_staff:
        return
    last = turn.store.last_checkin(episode.id)
    _move(turn, last, for_chat(last, turn.now) if last else None)
    close_undone(turn, episode.person_id, TaskKind.FOLLOW)


def _move(turn: Turn, before: Checkin | None, after: Checkin | None) -> None:
    if before is not None and after is not None and after is not before:
        turn.record(CheckinMoved(before, after))


NO_PHONE = add(
    Change(
        "no_phone",
        Action.GUIDE,
        AT_HOME,
        ask_sure,
        lambda _turn, _file: Term("change.does_no_phone"),
        start,
        lambda _turn, file: not file.episode.by_staff,
    )
)
