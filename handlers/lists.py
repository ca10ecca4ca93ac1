"""Lists: a clerk sends a file, sees and corrects what was understood, and only then has it written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.list_corrections import fields, next_missing
from handlers.list_doubles import repeats
from handlers.list_drafts import lost, may_import, open_draft, shown
from handlers.script import script
from quarantine.access import Action
from quarantine.batches import Doubles
from quarantine.conversation import CANCEL, DONE, Ask, Asking, Choice, Next, Question, Standing
from quarantine.days import local_day
from quarantine.effects import ListMoved, ListSent
from quarantine.letters import Asked, Enclosure, Option
from quarantine.list_drafts import UPLOADED, DraftState, ListDraft
from quarantine.messages import Params, Term
from quarantine.numbers import number
from quarantine.turn import Turn

LETTER = "b"
SEND = Question(
    "lists.send",
    Asking.FILE,
    choices=(
        Choice("template", "lists.template", ("mau", "tep mau", "file mau")),
        Choice(CANCEL, "lists.cancel", ("thoi",)),
    ),
    unclear="lists.send_unclear",
)
PREVIEW = Question(
    "lists.preview",
    choices=(Choice("drop", "lists.drop", ("huy", "huy bo", "thoi", "bo", "bo di", "khong ghi", "xoa")),),
    protect=True,
)


@script.command("nhap", "lists.menu", ("danh sach", "nhap danh sach", "nhap", "gui danh sach"), may_import)
def begin(turn: Turn) -> Next:
    """Ask for the file; where a messenger cannot carry one, the page behind the link takes it."""
    del turn
    return SEND


@script.command("mau", "lists.template_menu", ("tep mau", "mau", "mau danh sach"), may_import, rare=True)
def template(turn: Turn) -> Next:
    """The template, to be filled in."""
    turn.say("lists.template_sent", enclosure=Enclosure.TEMPLATE)
    return DONE


@script.answers(SEND)
def sent(turn: Turn, file: str) -> Next:
    """The file, or the wish for the template."""
    return template(turn) if file == "template" else received(turn, file)


def received(turn: Turn, file: str) -> Next:
    """Have the file looked at; whoever wrote hears when that is done."""
    if turn.person is None or not may_import(turn):
        turn.note("refused", action=str(Action.IMPORT))
        turn.say("lists.not_allowed")
        return DONE
    uploaded = file.removeprefix(UPLOADED) if file.startswith(UPLOADED) else ""
    draft = ListDraft(
        int(uploaded) if uploaded else turn.ids(),
        turn.person.id,
        DraftState.LOOKING,
        {
            "account": turn.chat.account,
            "file": file,
            "today": local_day(turn.now).isoformat(),
            "under": None,
            "sheet": "",
            "mapping": {},
            "given": {},
            "doubles": Doubles.SKIP.value,
        },
    )
    turn.record(ListSent(draft, turn.now))
    turn.note("list_sent", list=draft.id)
    turn.say("lists.reading")
    return DONE


# What was understood


def show(turn: Turn, draft: ListDraft) -> None:
    """Put what was understood before the sender."""
    asked = Asked(PREVIEW.key, number(LETTER, draft.id), (*_options(draft), *PREVIEW.options()), 1)
    turn.say(PREVIEW.key, _params(draft), to=draft.by, asked=asked, protect=True)


def _options(draft: ListDraft) -> tuple[Option, ...]:
    found = draft.found
    options = []
    if found["missing"]:
        options.append(Option("complete", Term("lists.complete"), wide=True))
    elif found["accepted"]:
        options.append(Option("write", Term("lists.write", {"count": found["accepted"]}), wide=True))
    options.append(Option("columns", Term("lists.columns_wrong")))
    if found["doubles"]:
        options.append(Option("repeats", Term("lists.repeats_label")))
    elif found.get("decided"):
        options.append(Option("repeats", Term("lists.repeats_again")))
    return tuple(options)


def _params(draft: ListDraft) -> Params:
    found: Mapping[str, Any] = draft.found
    understood = [
        Term("lists.understood_line", {"header": header, "field": Term(f"list.field_{field}")})
        for field, header in found["columns"].items()
    ]
    problems = [
        Term(
            "lists.problem_line",
            {"count": count, "field": Term(f"list.field_{field}"), "flaw": Term(f"list.flaw_{flaw}")},
        )
        for field, flaw, count in found["problems"]
    ]
    missing = [Term(f"list.field_{field}") for field in found["missing"]]
    return {
        **{name: found[name] for name in ("rows", "accepted", "rejected", "units")},
        "understood": Term("lists.understood", {"lines": understood}),
        "problems": _part("lists.problems", problems),
        "samples": _part("lists.samples", found["samples"]),
        "doubles": _counted(f"lists.doubles_{draft.task['doubles']}", found["doubles"]),
        "decided": _counted("lists.decided", found.get("decided", 0)),
        "known": _counted("lists.in_already", found["in_already"]),
        "missing": Term("lists.missing", {"fields": missing}) if missing else Term("word.nothing"),
    }


def _part(key: str, lines: list[Any]) -> Term:
    return Term(key, {"lines": lines}) if lines else Term("word.nothing")


def _counted(key: str, count: int) -> Term:
    return Term(key, {"count": count}) if count else Term("word.nothing")


def _open(turn: Turn, draft_id: int) -> Ask | None:
    draft = open_draft(turn, draft_id)
    return Ask(PREVIEW, _params(draft), _options(draft), {"list": draft.id}) if draft else None


def _stale(turn: Turn, draft_id: int) -> Term:
    draft = turn.store.list_draft(draft_id)
    if draft is None or draft.by != turn.me:
        return Term("lists.not_allowed")
    return Term(f"lists.stale_{draft.state}")


def _put_aside(turn: Turn, draft_id: int) -> None:
    """A correction is given up, the list is not: it is shown again, its preview may be gone from view."""
    draft = open_draft(turn, draft_id)
    if draft is None:
        lost(turn)
    else:
        turn.lead_in("lists.put_aside")
        show(turn, draft)


script.stands(Standing(LETTER, _open, _stale, cancelled=_put_aside))


@script.answers(PREVIEW)
def decided(turn: Turn, value: str) -> Next:
    """Write it, correct it, or drop it."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    if value == "write":
        turn.record(ListMoved(draft, replace(draft, state=DraftState.WRITING)))
        turn.note("list_confirmed", list=draft.id)
        turn.say("lists.writing", count=draft.found["accepted"])
        return DONE
    if value == "drop":
        return _drop(turn, draft)
    if value == "complete":
        return next_missing(draft, {})
    return fields(draft) if value == "columns" else repeats(turn, draft)


def _drop(turn: Turn, draft: ListDraft) -> Next:
    turn.record(ListMoved(draft, replace(draft, state=DraftState.CANCELLED)))
    turn.note("list_dropped", list=draft.id)
    turn.say("lists.dropped")
    return DONE


def dropped(turn: Turn) -> bool:
    """Drop the newest list that is being read or lies there: "hủy", where nothing else is asked, means it.

    One that is being written stays.
    """
    draft = turn.store.draft_in_hand(turn.me) if may_import(turn) else None
    if draft is None:
        return False
    if draft.state is DraftState.WRITING:
        turn.say(f"lists.stale_{draft.state}")
    else:
        _drop(turn, draft)
    return True
