"""A province in which every question can be asked: files in each state, open tasks, codes, an open prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam

from bot.catalogues import SERVED, Catalogue
from bot.rendering import Renderer
from handlers.alerts import open_task
from handlers.book import script
from quarantine.batches import BatchState
from quarantine.conversation import Script
from quarantine.days import local_day
from quarantine.effects import (
    Code,
    CodeFor,
    CodeIssued,
    EpisodeAdded,
    EpisodeChanged,
    LetterPosted,
    PersonAdded,
)
from quarantine.frames import Frame, unpack_frames
from quarantine.letters import Letter
from quarantine.location import Fix, Source
from quarantine.messages import Address, Incoming, Kind, Reply, Term
from quarantine.numbers import TASK, number
from quarantine.people import Episode, EpisodeState, Home, Person, Reason, Role, Sex
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.talk import take
from quarantine.tasks import TaskKind
from quarantine.turn import Turn
from storage import contexts, tables
from storage.apply import apply
from storage.facts import facts
from storage.reader import SqlStore
from storage.tables import core
from storage.types import Instant
from tests.cast import CAST, CDC, HOMES, STATION
from tests.messengers import PRESENCES, TELEGRAM
from tests.stage import START, Stage

_ARRIVED = (
    core(tables.Letter)
    .update()
    .where(core(tables.Letter).c.status == "due")
    .values(status="delivered", delivered_at=bindparam("at", type_=Instant()))
)
"""What is said is on the phones at once."""
WHO = ("Mai", "Yến", "Sơn", "Hạnh", "Dũng", "Dũng (Zalo)", "Lan", "Bác Tư", "Bà Sáu", "Nam", "Người lạ")
PROMPTED_AT = START + timedelta(minutes=90)
"""07:30: Lan has just been asked."""
RESIDENT_CODE, CHILD_CODE, OFFICER_CODE = "CFHJ2345", "CFHJ6789", "KMNP6789"
FILES = {
    "waiting": (30, EpisodeState.NOTIFIED, None),
    "homeless": (31, EpisodeState.VERIFIED, None),
    "verified": (32, EpisodeState.VERIFIED, HOMES["Nam"]),
    "linked": (33, EpisodeState.MONITORING, HOMES["Nam"]),
    "moving": (34, EpisodeState.VERIFIED, HOMES["Nam"]),
    "child": (35, EpisodeState.VERIFIED, HOMES["Nam"]),
}
"""Files of the station beside Lan's: person id, state, position of the home."""
NAMES = {
    30: "Phạm Văn Cường",
    31: "Hoàng Thị Bé",
    32: "Lương Văn Định",
    33: "Chu Thị Én",
    34: "Triệu Thị Mây",
    35: "Triệu Thị Na",
}


@dataclass
class Open:
    """A question as it lies before somebody: its key, its number and its choices as (value, label)."""

    key: str
    number: str
    options: tuple[tuple[str, str], ...]


@dataclass
class Heard:
    """What one message caused: calls of handlers, letters, and the conversation afterwards."""

    turn: Turn
    calls: list[tuple[str, object]]
    frames: list[Frame]
    letters: list[Letter]

    @property
    def mine(self) -> list[Letter]:
        """The letters to the one who wrote."""
        return [letter for letter in self.letters if letter.owner in {self.turn.owner, self.turn.chat.id}]


@dataclass
class Scene:
    """A stage on which messages are taken inside one transaction that can be rolled back."""

    stage: Stage
    conn: Connection
    episodes: dict[str, int]
    tasks: dict[str, int]
    calls: list[tuple[str, object]] = field(default_factory=list)
    asked: dict[str, Open] = field(default_factory=dict)
    serial: int = 0

    @property
    def now(self) -> datetime:
        """The instant of the scene."""
        return self.stage.clock.now()

    def hear(self, who: str, kind: Kind = Kind.TEXT, **facts_of_it: object) -> Heard:
        """Take one message of this person, whatever it causes."""
        self.serial += 1
        said = Incoming(Address(TELEGRAM, CAST[who].user), f"m{self.serial}", self.now, kind, **facts_of_it)  # type: ignore[arg-type]  # its own fields
        stage = self.stage
        turns = stage.turns()
        context = contexts.load(self.conn, stage.keyring, [said], stage.ids.one, self.now)[0]
        turn = turns._turn(SqlStore(self.conn, turns.keyring, self.now), self.now, said=said, context=context)  # noqa: SLF001  # the real store of a turn
        self.calls.clear()
        take(self._listening(), turn, stage.renderer.speak)
        apply(self.conn, stage.keyring, turn.effects, self.now, stage.ids.one)
        self.conn.execute(_ARRIVED, {"at": self.now})
        after = contexts.load(self.conn, stage.keyring, [said], stage.ids.one, self.now)[0]
        letters = [effect.letter for effect in turn.effects if isinstance(effect, LetterPosted)]
        heard = Heard(turn, list(self.calls), unpack_frames(after.frames), letters)
        for letter in heard.mine:
            if letter.asked is not None:
                options = tuple((one.value, self.label(one.label)) for one in letter.asked.options)
                self.asked[who] = Open(letter.asked.question, letter.asked.number, options)
        return heard

    def label(self, label: Term | str) -> str:
        """A choice as it is typed by somebody who reads Vietnamese."""
        return label if isinstance(label, str) else self.stage.renderer.speak(label, "vi")

    def step(self, who: str, step: str) -> Heard:
        """One step of a route: "=value" presses, "@" shares the position of Nam's home, all else is typed."""
        if step.startswith("="):
            return self.hear(who, Kind.PRESS, pressed=f"{self.asked[who].number}:{self._value(step[1:])}")
        if step == "@":
            return self.hear(who, Kind.LOCATION, fix=self.fix())
        return self.hear(who, text=step)

    def fix(self, source: Source = Source.PIN) -> Fix:
        """A position near Nam's home, taken now."""
        lat, lng = HOMES["Nam"]
        return Fix(lat + 0.0002, lng, 12.0, self.now, source)

    def replies(self, letter: Letter) -> dict[str, Reply]:
        """The letter as its reader reads it in each language; nothing falls back on another language."""
        found = facts(self.conn, self.stage.keyring, [letter.owner], self.now)[letter.owner]
        return {
            language: renderer.render(letter, replace(found, language=SERVED), self.now, TELEGRAM)
            for language, renderer in self.renderers().items()
        }

    def renderers(self) -> dict[str, Renderer]:
        """A strict renderer per language that knows no other language."""
        texts = self.stage.catalogue.texts
        return {
            language: Renderer(
                Catalogue({SERVED: texts[language]}, strict=True),
                lambda *_: b"png",
                PRESENCES,
            )
            for language in texts
        }

    def _value(self, value: str) -> str:
        if value.startswith("file "):
            return f"f{self.episodes[value.removeprefix('file ')]}"
        if value.startswith("task "):
            return number(TASK, self.tasks[value.removeprefix("task ")])
        return value

    def _listening(self) -> Script:
        """The real script, whose handlers say that they were called."""
        heard = Script()
        heard.questions, heard.standings = script.questions, script.standings
        heard.commands, heard.hooks = script.commands, script.hooks
        heard.handlers = {key: self._noting(key, handler) for key, handler in script.handlers.items()}
        return heard

    def _noting(self, key: str, handler: Callable[..., object]) -> Callable[..., object]:
        def called(turn: Turn, value: object) -> object:
            self.calls.append((key, value))
            return handler(turn, value)

        return called

    @contextmanager
    def then_undone(self) -> Iterator[None]:
        """What happens inside has never happened."""
        nested = self.conn.begin_nested()
        asked = dict(self.asked)
        try:
            yield
        finally:
            nested.rollback()
            self.asked = asked


@contextmanager
def scene() -> Iterator[Scene]:
    """The stage at 07:30 with all files, tasks and codes; everything is forgotten afterwards."""
    stage = Stage(WHO)
    try:
        stage.move_to(PROMPTED_AT)
        with stage.engine.begin() as conn:
            episodes, tasks = _furnish(stage, conn)
        stage.settle()
        sent = Address(TELEGRAM, CAST["Yến"].user)
        stage.hear(Incoming(sent, "list-1", stage.clock.now(), Kind.FILE, file="thieu-va-trung.csv"))
        with stage.engine.connect() as conn:
            found = Scene(stage, conn, episodes, tasks)
            for who in stage.phones:
                _seen(found, who)
            yield found
    finally:
        stage.close()


_STANDS = {"p": "checkin.symptoms", "t": "task.card", "b": "lists.preview"}


def _seen(found: Scene, who: str) -> None:
    """What the newest message with buttons on somebody's phone asks."""
    phone = found.stage.phone(who)
    if phone.asked is not None and phone.asked.buttons:
        buttons = [button for row in phone.asked.buttons for button in row]
        mark = buttons[0].data.partition(":")[0]
        options = [(button.data.partition(":")[2], button.label) for button in buttons]
        found.asked[who] = Open(_STANDS[mark[0]], mark, tuple(options))


def _furnish(stage: Stage, conn: Connection) -> tuple[dict[str, int], dict[str, int]]:
    now, ids = stage.clock.now(), stage.ids.one
    episodes = {}
    for name, (person_id, state, home) in FILES.items():
        born = 2014 if name == "child" else 1990
        person = Person(person_id, NAMES[person_id], f"09870000{person_id}", born, Sex.FEMALE)
        apply(conn, stage.keyring, [PersonAdded(person, now)], now, ids)
        episode = _episode(ids(), person_id, now, home)
        apply(conn, stage.keyring, [EpisodeAdded(episode, now)], now, ids)
        if state is not EpisodeState.NOTIFIED:
            moved = EpisodeChanged(episode, replace(episode, state=state), None, now, "scene")
            apply(conn, stage.keyring, [moved], now, ids)
        episodes[name] = episode.id
    soon = now + timedelta(hours=72)
    codes = (
        CodeIssued(Code(ids(), CodeFor.RESIDENT, soon, episodes["verified"]), RESIDENT_CODE, 2, now),
        CodeIssued(Code(ids(), CodeFor.RESIDENT, soon, episodes["child"]), CHILD_CODE, 2, now),
        CodeIssued(
            Code(ids(), CodeFor.OFFICER, soon, unit_id=STATION, role=Role.OFFICER), OFFICER_CODE, 1, now
        ),
    )
    apply(conn, stage.keyring, codes, now, ids)
    brought = {"job_id": ids(), "by_id": CAST["Sơn"].person.id, "at": now, "digest": b"1", "added": 2}
    conn.execute(core(tables.Batch).insert().values(id=ids(), state=BatchState.IN, rows=2, **brought))
    return episodes, {name: _task(stage, conn, name, episodes) for name in _KINDS}


def _episode(row: int, person_id: int, now: datetime, home: tuple[float, float] | None) -> Episode:
    first = local_day(now)
    return Episode(
        row,
        person_id,
        person_id,
        STATION,
        "128/QĐ-UBND",
        Reason.CONTACT,
        first,
        protocol(DEFAULT_PROTOCOL).last_day(first),
        EpisodeState.NOTIFIED,
        DEFAULT_PROTOCOL,
        Home("12 Hợp Giang", *(home or ())),
        created_by=CAST["Mai"].person.id if CDC else None,
    )


_KINDS = {
    "waiting": TaskKind.VERIFY,
    "homeless": TaskKind.HOME,
    "linked": TaskKind.CONTACT,
    "moving": TaskKind.TRANSFER,
}


def _task(stage: Stage, conn: Connection, name: str, episodes: dict[str, int]) -> int:
    """A task about this file; the contact task is about two members of one household."""
    made = []
    household = [episodes["linked"], episodes["verified"]]
    more: dict[str, dict[str, object]] = {
        "linked": {
            "part": Term("checkin.morning"),
            "date_short": local_day(stage.clock.now()),
            "episodes": household,
            "names": [NAMES[32]],
        },
        "moving": {
            "from_unit": "Trạm Y tế phường Ngọc Hà",
            "new_address": Term("enrol.unknown"),
            "reason": "về quê",
        },
    }

    def opened(turn: Turn) -> None:
        file = turn.store.file(episodes[name])
        facts_of_it = {"person_id": file.person.id, "episode": file.episode, "unit_id": STATION}
        made.append(open_task(turn, _KINDS[name], **facts_of_it, **more.get(name, {})))

    stage.turns().clock_turn(conn, opened)
    return made[0].id
