"""Which texts the code says: every message key in handlers/, quarantine/ and bot/, read from the syntax."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

from handlers.fields import FIELDS
from handlers.files import MENU
from handlers.list_corrections import CORRECTED
from handlers.pastlines import KINDS
from papers.refusing import Refusal
from papers.tables import Skipped
from quarantine.absences import Wrong
from quarantine.batches import Doubles
from quarantine.conversation import Asking
from quarantine.list_drafts import DraftState
from quarantine.list_matches import Likeness
from quarantine.lists import Field, Flaw
from quarantine.location import Verdict
from quarantine.messages import Kind
from quarantine.people import EpisodeState, Reason, Role, Sex, UnitKind
from quarantine.protocol import PROTOCOLS
from quarantine.reading import _NOT_WORDS
from quarantine.symptoms import SIGNS
from quarantine.tasks import Method, Outcome, TaskKind
from quarantine.triage import RED_SIGNS
from storage.slots import PROMPT_KEY

ROOT = Path(__file__).parents[2]
ROOMS = ("handlers", "quarantine", "bot")
SLOTS = {slot.name for protocol in PROTOCOLS.values() for slot in protocol.slots}
HONORIFICS = {"anh", "chi", "bac", "em", "anhchi"}
FREE_TEXT = {Asking.NUMBER, Asking.DATE}
"""Kinds of answers whose unclear texts have keys of their own, said by quarantine/reading.py."""

FAMILIES = {
    "task.{}": set(TaskKind),
    "task.short_{}": set(TaskKind),
    "task.how_{}": set(Method),
    "task.line_{}": {"open", "taken"},
    "outcome.{}": set(Outcome),
    "sign.{}": {sign.code for sign in SIGNS} | RED_SIGNS,
    "where.{}": set(Verdict),
    "unclear.{}": set(Asking) - FREE_TEXT,
    "word.you_{}": HONORIFICS,
    "window.they_{}": HONORIFICS,
    "word.unit_{}": set(UnitKind),
    "checkin.{}": SLOTS,
    "checkin.thanks{}": {"", "_unwell", "_house"},
    "task.sent_{}": set(Kind) - {Kind.TEXT, Kind.PRESS, Kind.BLOCKED, Kind.UNBLOCKED},
    "checkin.{}_now": SLOTS,
    "checkin.location_{}": {Verdict.FAR, Verdict.STALE, Verdict.UNCERTAIN},
    "verify.state_{}": set(EpisodeState) - {EpisodeState.STAGED},
    "guide.line_{}": {
        EpisodeState.VERIFIED,
        EpisodeState.GUIDED,
        EpisodeState.LINKED,
        EpisodeState.MONITORING,
    },
    "guide.method_{}": {"visit", "call", "paper"},
    "enrol.label_{}": set(FIELDS),
    "enrol.sex_{}": set(Sex),
    "enrol.reason_{}": set(Reason),
    "change.{}": {change.name for change in MENU},
    "outcome.asked_{}": {"fine", "unwell"},
    "change.does_{}": {"hospital", "back", "cancel", "release"},
    "change.case_{}_sure": {"home", "away"},
    "ending.{}": {"extended", "shortened"},
    "file.label_{}": {"state", "unit", "last_day", "address"},
    "file.did_{}": set(KINDS) - {"episode_changed", "person_changed"},
    "rest.wrong_{}": set(Wrong),
    "role.{}": set(Role),
    "list.field_{}": set(Field),
    "list.flaw_{}": set(Flaw),
    "list.file_{}": set(Refusal),
    "list.skipped_{}": set(Skipped),
    "list.doubles_{}": set(Doubles),
    "list.decide_{}": set(Doubles),
    "list.like_{}": {"open", "known", "elsewhere"},
    "lists.doubles_{}": set(Doubles),
    "list.by_{}": set(Likeness),
    "lists.stale_{}": set(DraftState),
    "lists.short_{}": set(CORRECTED),
}
"""What the changing part of a key may be: one line for each f-string that makes keys."""

LABELS = {"want_label", "label"}
SAYS = {"Term", "say", "lead_in", "Question", "Unclear"}
NOTES = {"note", "Noted"}


@dataclass
class Found:
    """Keys in the code: certain ones, those that look like one, those that label a button, and families."""

    certain: set = field(default_factory=set)
    possible: set = field(default_factory=set)
    labels: set = field(default_factory=set)
    families: set = field(default_factory=set)

    def all_of(self, subjects):
        """Every key that the code may say, given the subjects that there are texts for."""
        mine = {key for key in self.possible if key.partition(".")[0] in subjects}
        families = self.of_subjects(subjects) & FAMILIES.keys()
        return self.certain | mine | {key for family in families for key in members(family)}

    def of_subjects(self, subjects):
        """The families of keys of these subjects."""
        return {family for family in self.families if family.partition(".")[0] in subjects}


def members(family):
    """The keys of a family; none for one that is not listed in FAMILIES, which a test of its own finds."""
    return {family.format(value) for value in FAMILIES.get(family, ())}


def in_code(rooms=ROOMS, root=ROOT):
    """All message keys in these rooms."""
    found = Found(certain={PROMPT_KEY})
    for room in rooms:
        for file in sorted((root / room).rglob("*.py")):
            read(ast.parse(file.read_text(encoding="utf-8")), found)
    return found


def read(tree, found):
    """Collect the keys of one module."""
    noted = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in NOTES:
            noted |= {id(inner) for inner in ast.walk(node)}
        if name in SAYS and node.args:
            found.certain |= literals(node.args[0])
        for label in labels_in(name, node):
            found.labels |= literals(label) | {key for one in patterns(label) for key in members(one)}
    for node in ast.walk(tree):
        if id(node) in noted:
            continue
        if isinstance(node, ast.JoinedStr):
            found.families |= patterns(node)
            noted |= {id(part) for part in node.values}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and looks_like_key(node.value):
            found.possible.add(node.value)


def labels_in(name, call):
    """The expressions in a call that are keys of button labels."""
    labels = [key.value for key in call.keywords if key.arg in LABELS]
    second = call.args[1:2]
    if name in {"Choice", "command"}:
        return labels + second
    if name == "Option":
        return labels + [term.args[0] for one in second for term in ast.walk(one) if is_term(term)]
    return labels


def is_term(node):
    """Whether this makes a Term."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Term"


def literals(node):
    """The strings that an expression can be: itself, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    return (
        {node.value}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
        else set()
    )


def patterns(node):
    """The f-strings in an expression that look like keys, with {} for what changes."""
    made = set()
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in one.values]
            family = "".join(parts)
            if not family.startswith("{") and looks_like_key(family.replace("{}", "x")):
                made.add(family)
    return made


def looks_like_key(text):
    """Whether a string is made like "subject.name"."""
    subject, dot, name = text.partition(".")
    return bool(dot) and all(
        part.replace("_", "").isalnum() and part == part.lower() for part in (subject, name)
    )


def answered_with():
    """Keys that a table in quarantine/reading.py holds, as a check on the collecting itself."""
    return set(_NOT_WORDS.values())
