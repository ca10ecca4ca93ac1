"""The province of the handlers' tests: a CDC, two stations with namesakes elsewhere, and their staff."""

from __future__ import annotations

from datetime import date

from handlers import enrolment, files, guidance, printing, taking_over, verification
from handlers.alerts import open_task
from handlers.script import script
from quarantine.effects import EpisodeChanged
from quarantine.people import Episode, EpisodeState, Home, Person, Reason, Role, Sex, UnitKind
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.store import Context
from quarantine.tasks import Task, TaskKind
from quarantine.turn import Turn
from tests.handlers.fake_store import FakeStore
from tests.handlers.phones import Phone, World, stage_script

CLERK, OFFICER, DIRECTOR, STRANGER_OFFICER, ADMIN, CENTRE_DOCTOR, DEPUTY = 11, 12, 13, 14, 15, 16, 17
CDC, NGOC_HA, BA_VI, CENTRE, OTHER_CDC, EMPTY = 1, 2, 3, 4, 5, 6
ANSWERS = {
    "name": "NGUYỄN THỊ  LAN",
    "phone": "+84 987 654 999",
    "birth_year": "1992",
    "sex": "2",
    "address": "12 Đội Cấn, tổ 3",
    "unit": "p. ngoc ha",
    "order": "123/QĐ-UBND",
    "first_day": "20/11",
    "reason": "2",
    "identity": "001 192 012345",
}
FIELDS = list(ANSWERS)
MODULES = (enrolment, verification, guidance, printing, files)


def province() -> World:
    """Ngọc Hà has an officer, a deputy and a director; Ba Vì an officer; Hồng Hà nobody."""
    store = FakeStore()
    store.add_unit(CDC, "CDC Hà Nội", UnitKind.CDC)
    store.add_unit(NGOC_HA, "Phường Ngọc Hà", hotline="02438253531")
    store.add_unit(BA_VI, "Xã Ba Vì")
    store.add_unit(EMPTY, "Phường Hồng Hà", hotline="02438250000")
    store.add_unit(CENTRE, "Trung tâm Y tế Ba Đình", UnitKind.CENTRE)
    store.add_unit(OTHER_CDC, "CDC Phú Thọ", UnitKind.CDC, province="Phú Thọ")
    store.add_unit(50, "Xã Ngọc Hà", parent_id=OTHER_CDC, province="Phú Thọ")
    for number in range(10):
        store.add_unit(100 + number, f"Xã Tân Hòa {number}")
    store.supports[CENTRE] = [NGOC_HA]
    store.add_staff(CLERK, "Trần Văn Bình", CDC, Role.CDC_CLERK)
    store.add_staff(ADMIN, "Đỗ Thị Minh", CDC, Role.CDC_ADMIN)
    store.add_staff(OFFICER, "Nguyễn Thị Hạnh", NGOC_HA, Role.OFFICER, phone="0912345678")
    store.add_staff(DEPUTY, "Vũ Văn Khánh", NGOC_HA, Role.OFFICER, deputy=True)
    store.add_staff(DIRECTOR, "Phạm Văn Sơn", NGOC_HA, Role.DIRECTOR)
    store.add_staff(STRANGER_OFFICER, "Lê Thị Thu", BA_VI, Role.OFFICER)
    store.add_staff(CENTRE_DOCTOR, "Hoàng Văn Đức", CENTRE, Role.CENTRE)
    start = {
        "verify": verification.start,
        "home": verification.set_home,
        "transfer": taking_over.start,
    }
    return World(store, stage_script(script, start))


def resident(
    world: World,
    state: EpisodeState = EpisodeState.NOTIFIED,
    *,
    unit: int = NGOC_HA,
    number: int = 1,
    **more: object,
) -> Episode:
    """Lan (or another of that number) in an episode of this state, sent by the clerk."""
    year = more.pop("birth_year", 1992)
    name = str(more.pop("name", "Nguyễn Thị Lan"))
    phone = f"0987654{number:03d}"
    person = Person(200 + number, name, phone, year, Sex.FEMALE, f"00119200{number:04d}")  # type: ignore[arg-type]  # a year
    first = date(2026, 11, 22)
    facts: dict[str, object] = {"home": Home("12 Đội Cấn"), "created_by": CLERK, **more}
    episode = Episode(
        300 + number,
        person.id,
        person.id,
        unit,
        "123/QĐ-UBND",
        Reason.CONTACT,
        first,
        protocol(DEFAULT_PROTOCOL).last_day(first),
        state,
        DEFAULT_PROTOCOL,
        **facts,  # type: ignore[arg-type]  # of an episode
    )
    world.store.add_file(person, episode)
    return episode


def with_task(world: World, episode: Episode, kind: TaskKind = TaskKind.VERIFY, **facts: object) -> int:
    """Open the task of this kind, as the clock would."""
    chat = world.store.addresses[OFFICER]
    turn = Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        context=Context(chat),
    )
    task = open_task(
        turn, kind, unit_id=episode.unit_id, person_id=episode.person_id, episode=episode, facts=facts
    )
    world.store.apply(turn.effects)
    return task.id


def opened(world: World | None = None, **facts: object) -> tuple[World, Phone, Episode]:
    """An officer who has opened the file from the card."""
    world = world or province()
    episode = resident(world, **facts)
    with_task(world, episode)
    officer = world.phone(OFFICER)
    officer.presses("take")
    return world, officer, episode


def now(world: World, episode: Episode) -> Episode:
    """The episode as the store has it."""
    return world.store.episodes[episode.id]


def task_of(world: World, kind: TaskKind = TaskKind.VERIFY) -> Task:
    """The newest task of this kind."""
    return [one for one in world.store.tasks.values() if one.kind is kind][-1]


def changes(world: World) -> list[EpisodeChanged]:
    """The changes of episodes that were written."""
    return [one for one in world.store.applied if isinstance(one, EpisodeChanged)]


def notes(world: World) -> list[str]:
    """The kinds of history lines, in order."""
    return [note.kind for note in world.store.notes]


def fill(at: Phone, until: str = "", **other: str) -> Phone:
    """Type the answers up to this question, which is then open."""
    at.types("/them")
    for name, answer in {**ANSWERS, **other}.items():
        if name == until:
            break
        at.types(answer)
    return at
