"""Tasks in the officers' chat: taking one, saying what was found and how, and the list of what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers import verification
from handlers.alerts import (
    CARD,
    card_options,
    card_params,
    ladder_of,
    next_due,
    open_task,
    outcomes_of,
    people_on,
)
from handlers.checkin import NONE, SYMPTOMS
from handlers.endings import complete
from handlers.script import script
from quarantine.access import Action, roles_with
from quarantine.checkins import ANSWERABLE, Stage
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Next, Question, Standing
from quarantine.effects import CheckinMoved, EpisodeChanged, Reported, ReportedBy, TaskChanged
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import TASK, number, row_of
from quarantine.people import Episode, EpisodeState
from quarantine.protocol import protocol
from quarantine.tasks import Method, Outcome, Task, TaskKind, TaskState
from quarantine.triage import Level, triage
from quarantine.turn import Turn

LIST = "l"
PAGE = 8
RETRY_AFTER = timedelta(minutes=30)
MORE = "more"

TASK_CARD = Question(CARD, Asking.ONE)
TASK_OUTCOME = Question("task.outcome", Asking.ONE)
TASK_METHOD = Question(
    "task.method",
    Asking.ONE,
    (
        Choice("call", "task.by_call", ("goi", "goi dien", "dien thoai")),
        Choice("visit", "task.by_visit", ("den nha", "tham", "tai nha")),
    ),
    columns=2,
)
STAFF_SIGNS = Question(
    "task.signs",
    Asking.MANY,
    tuple(choice for choice in SYMPTOMS.choices if choice.value not in {NONE, "!human"}),
    read=SYMPTOMS.read,
    columns=2,
)
TASK_LIST = Question("task.list", Asking.ONE)

_STARTS = {TaskKind.VERIFY: verification.start, TaskKind.HOME: verification.set_home}
"""Kinds whose card leads into a conversation of their own instead of a list of outcomes."""
_AT_ONCE = frozenset({Outcome.MISTAKE, Outcome.RELEASED, Outcome.DONE, Outcome.RETRY})
"""Outcomes that need no method: nobody was called or visited for them."""


def staff(turn: Turn) -> bool:
    """Whether the one who writes holds a posting that may take tasks."""
    return any(posting.role in roles_with(Action.TAKE_TASK) for posting in turn.context.postings)


def _open(turn: Turn, task_id: int) -> Ask | None:
    task = turn.store.task(task_id)
    if task is None or _done(turn, task) or not turn.may(Action.TAKE_TASK, task.unit_id):
        return None
    return _card(turn, task)


def _done(turn: Turn, task: Task) -> bool:
    """Whether the task is done, or is being closed by this very turn."""
    closing = (effect.after for effect in turn.effects if isinstance(effect, TaskChanged))
    return task.state is TaskState.DONE or any(
        after.id == task.id and after.state is TaskState.DONE for after in closing
    )


def _card(turn: Turn, task: Task) -> Ask:
    params = {"card": Term(f"task.{task.kind}", card_params(turn, task))}
    return Ask(TASK_CARD, params, tuple(card_options(task)), {"task": task.id}, number(TASK, task.id))


def _stale(turn: Turn, task_id: int) -> Term:
    task = turn.store.task(task_id)
    if task is None or not turn.may(Action.TAKE_TASK, task.unit_id):
        turn.note("refused", task_id=task_id if task else None)
        return Term("task.refused")
    return Term("task.already_done", {"outcome": Term(f"outcome.{task.outcome or Outcome.DONE}")})


script.stands(Standing(TASK, _open, _stale, cancelled="cancel.task"))


def _open_list(turn: Turn, _: int) -> Ask | None:
    return tasks_ask(turn) if staff(turn) else None


def _stale_list(_turn: Turn, _row: int) -> Term:
    return Term("task.refused")


script.stands(Standing(LIST, _open_list, _stale_list, cancelled="cancel.task", binds=False))


@script.answers(TASK_CARD)
def card(turn: Turn, value: str) -> Next:
    """Take the task, or say at once what was found."""
    task = _mine(turn)
    if task is None:
        return _lost(turn)
    if value != "take":
        return outcome(turn, value)
    if task.state is TaskState.TAKEN and task.owner_id != turn.me:
        owner = turn.store.officer(task.owner_id) if task.owner_id else None
        turn.lead_in("task.taken_by", name=owner.name if owner else "")
    mine = task.state is TaskState.TAKEN and task.owner_id == turn.me
    taken = task if mine else _take(turn, task)
    start = _STARTS.get(task.kind)
    return start(turn, taken) if start else ask_outcome(turn, taken)


def _take(turn: Turn, task: Task) -> Task:
    until = ladder_of(task).taken_until(turn.now)
    taken = replace(task, state=TaskState.TAKEN, owner_id=turn.me, next_at=until, version=task.version + 1)
    turn.record(TaskChanged(task, replace(taken, version=task.version), turn.me, turn.now))
    turn.lead_in("task.taken", until=until)
    if turn.person and task.level > 0:
        for level in range(task.level + 1):
            for person in people_on(turn, task, level):
                if person.id != turn.me:
                    turn.say("task.taken_note", _who(turn, task), to=person.id, name=turn.person.name)
    turn.note("task_taken", task_id=task.id, person_id=task.person_id, episode_id=task.episode_id)
    return taken


def _who(turn: Turn, task: Task) -> dict[str, object]:
    return {"person": card_params(turn, task)["name"]}


def ask_outcome(turn: Turn, task: Task) -> Ask:
    """What was found? With the whole card once more: this message takes its place."""
    card = Term(f"task.{task.kind}", card_params(turn, task))
    options = tuple(Option(one, Term(f"outcome.{one}")) for one in outcomes_of(task.kind))
    return Ask(TASK_OUTCOME, {"card": card}, options, {"task": task.id})


@script.answers(TASK_OUTCOME)
def outcome(turn: Turn, value: str) -> Next:
    """Some outcomes are complete; the others need to know how the person was reached."""
    task = _mine(turn)
    if task is None:
        return _lost(turn)
    turn.memory["outcome"] = value
    if Outcome(value) is Outcome.RETRY:
        return _retry(turn, task)
    if Outcome(value) in _AT_ONCE:
        return _close(turn, task, Outcome(value), None)
    return TASK_METHOD


@script.answers(TASK_METHOD)
def method(turn: Turn, value: str) -> Next:
    """How the person was reached; somebody unwell is asked about further."""
    task = _mine(turn)
    if task is None:
        return _lost(turn)
    turn.memory["method"] = value
    if turn.memory["outcome"] == Outcome.UNWELL:
        return STAFF_SIGNS
    return _close(turn, task, Outcome(str(turn.memory["outcome"])), Method(value))


@script.answers(STAFF_SIGNS)
def signs(turn: Turn, felt: frozenset[str]) -> Next:
    """What the officer heard or saw is a report like any other, marked as given by staff."""
    task = _mine(turn)
    if task is None or task.episode_id is None:
        return _lost(turn)
    file = turn.store.file(task.episode_id)
    if file is None:
        return _lost(turn)
    verdict = triage(felt, None, protocol(file.episode.protocol).thresholds)
    how = Method(str(turn.memory["method"]))
    _report(turn, task, file.episode, frozenset(felt), verdict.level, how)
    if verdict.level is Level.RED and task.kind is not TaskKind.RED:
        open_task(
            turn,
            TaskKind.RED,
            unit_id=task.unit_id,
            person_id=file.person.id,
            episode=file.episode,
            signs=[Term(f"sign.{code}") for code in verdict.reasons],
        )
    return _close(turn, task, Outcome.UNWELL, how)


def _mine(turn: Turn) -> Task | None:
    """The task under discussion, if it is still open and the speaker may deal with it."""
    wanted = turn.memory.get("task")
    task = turn.store.task(wanted) if isinstance(wanted, int) else None
    if task is None or task.state is TaskState.DONE or not turn.may(Action.TAKE_TASK, task.unit_id):
        return None
    return task


def _lost(turn: Turn) -> Next:
    wanted = turn.memory.get("task")
    term = _stale(turn, wanted) if isinstance(wanted, int) else Term("task.refused")
    turn.say(term.key, term.params)
    return DONE


def _retry(turn: Turn, task: Task) -> Next:
    at = ladder_of(task).retry_at(turn.now, RETRY_AFTER)
    detail = {**task.detail, "retry": True}
    after = replace(task, state=TaskState.TAKEN, owner_id=turn.me, next_at=at, detail=detail)
    turn.record(TaskChanged(task, after, turn.me, turn.now))
    turn.say("task.retry_at", at=at)
    return DONE


def _close(turn: Turn, task: Task, found: Outcome, how: Method | None) -> Next:
    after = replace(task, state=TaskState.DONE, outcome=found, next_at=None)
    turn.record(TaskChanged(task, after, turn.me, turn.now, how))
    file = turn.store.file(task.episode_id) if task.episode_id else None
    if file is not None:
        _consequences(turn, task, file.episode, found, how)
    turn.say(
        "task.closed",
        _who(turn, task),
        outcome=Term(f"outcome.{found}"),
        how=Term(f"task.how_{how}") if how else Term("word.nothing"),
    )
    _offer_rest(turn)
    return DONE


def _offer_rest(turn: Turn) -> None:
    """What is still open for the officer who has just settled something; nothing when all is done."""
    rest = tasks_ask(turn)
    if rest is not None:
        asked = Asked(TASK_LIST.key, number(LIST, 0), rest.drawn())
        turn.say("task.rest", asked=asked, protect=True)


def _consequences(turn: Turn, task: Task, episode: Episode, found: Outcome, how: Method | None) -> None:
    if found is Outcome.RELEASED:
        complete(turn, episode)
    elif found is Outcome.HOSPITAL:
        paused = replace(episode, state=EpisodeState.PAUSED, next_at=None)
        turn.record(EpisodeChanged(episode, paused, turn.me, turn.now, "hospital"))
    elif found is Outcome.ABSENT:
        _settle_checkin(turn, task, Stage.ABSENT)
        if task.kind is not TaskKind.ABSENT:
            open_task(
                turn,
                TaskKind.ABSENT,
                unit_id=task.unit_id,
                person_id=task.person_id,
                episode=episode,
                how=Term(f"task.how_{how}") if how else Term("word.nothing"),
            )
    elif found is Outcome.FINE and task.kind in {TaskKind.CONTACT, TaskKind.UNREACHABLE, TaskKind.LOCATION}:
        _report(turn, task, episode, frozenset(), Level.GREEN, how)
        _settle_checkin(turn, task, Stage.CONTACTED)
    elif found is Outcome.PHONE_TROUBLE:
        _settle_checkin(turn, task, Stage.CONTACTED)


def _settle_checkin(turn: Turn, task: Task, stage: Stage) -> None:
    checkin = turn.store.checkin(task.checkin_id) if task.checkin_id else None
    if checkin is not None and checkin.stage in ANSWERABLE:
        turn.record(CheckinMoved(checkin, replace(checkin, stage=stage, next_at=None)))


def _report(
    turn: Turn, task: Task, episode: Episode, felt: frozenset[str], level: Level, how: Method | None
) -> None:
    turn.record(
        Reported(
            id=turn.ids(),
            episode_id=episode.id,
            checkin_id=task.checkin_id,
            at=turn.now,
            signs=felt,
            level=level,
            reasons=tuple(sorted(felt)),
            by=ReportedBy.STAFF,
            reporter_id=turn.me,
            method=how,
        )
    )


@script.command("viec", "task.menu", ("viec", "viec can lam", "danh sach viec", "cong viec"), staff)
def tasks(turn: Turn) -> Next:
    """What is open in the speaker's units, RED first."""
    ask = tasks_ask(turn)
    return ask if ask is not None else Again(Term("task.nothing_open"))


def tasks_ask(turn: Turn, skip: int = 0) -> Ask | None:
    """One page of the list; nothing when nothing is open."""
    units = [unit for posting in turn.context.postings for unit in _reach(turn, posting.unit_id)]
    found = [task for task in turn.store.open_tasks(units, PAGE + 2, skip) if not _done(turn, task)]
    if not found and skip == 0:
        return None
    options = [Option(number(TASK, task.id), _line(turn, task)) for task in found[:PAGE]]
    if len(found) > PAGE:
        options.append(Option(MORE, Term("task.more")))
    turn.note("tasks_listed", count=len(found[:PAGE]))
    return Ask(TASK_LIST, {}, tuple(options), {"skip": skip})


def _reach(turn: Turn, unit_id: int) -> list[int]:
    return [*turn.store.subtree([unit_id]), *turn.store.supported(unit_id)]


def _line(turn: Turn, task: Task) -> Term:
    state = "taken" if task.state is TaskState.TAKEN else "open"
    return Term(f"task.line_{state}", {"kind": Term(f"task.short_{task.kind}"), **_who(turn, task)})


@script.answers(TASK_LIST)
def listed(turn: Turn, value: str) -> Next:
    """Open the card of the chosen task, or the next page."""
    if value == MORE:
        skip = turn.memory.get("skip", 0)
        following = tasks_ask(turn, (skip if isinstance(skip, int) else 0) + PAGE)
        return following if following is not None else Again(Term("task.nothing_open"))
    row = row_of(value)
    task = turn.store.task(row) if row else None
    if task is None or task.state is TaskState.DONE or not turn.may(Action.TAKE_TASK, task.unit_id):
        turn.memory["task"] = row
        return _lost(turn)
    turn.note("task_viewed", task_id=task.id, person_id=task.person_id, episode_id=task.episode_id)
    return _card(turn, task)


def overdue(turn: Turn, task: Task) -> Task:
    """A taken task whose deadline has passed: the owner who wanted to try again is reminded first."""
    if task.detail.get("retry") and task.owner_id is not None:
        detail = {key: value for key, value in task.detail.items() if key != "retry"}
        after = replace(task, detail=detail, next_at=ladder_of(task).taken_until(turn.now))
    else:
        after = replace(task, next_at=next_due(task, task.level, turn.now))
    turn.record(TaskChanged(task, after, None, turn.now))
    return after
