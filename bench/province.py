"""A province to measure on: units, staff, and as many residents as wanted, sealed like real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from bench.filling import fill
from quarantine.checkins import Stage
from quarantine.days import local_day
from quarantine.names import words
from quarantine.people import EpisodeState, Posting, Reason, Role, Unit, UnitKind
from quarantine.protocol import DEFAULT_PROTOCOL, Opening, ends_at, protocol
from storage import lookups, tables
from storage.engine import open_engine
from storage.lookups import Index
from storage.migrate import upgrade
from storage.sealing import FOLDING, Keyring
from storage.tables import core
from storage.units import load_units

ACCOUNT = "telegram"
STATIONS = 100
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Nông", "Bế", "Lý", "Đinh", "Hà")
MIDDLE = ("Văn", "Thị", "Đức", "Minh", "Thanh")
GIVEN = ("Lan", "Hùng", "Mai", "Nam", "Hạnh", "Tuấn", "Thu", "Sơn", "Khoa", "Bình", "Hoa", "Dũng")
LAT, LNG = 22.66569, 106.25786
FIRST_PERSON = 1_000_000
"""Ids of persons begin here, so that chats, episodes and prompts of one resident differ by a constant."""

ADDRESSES, EPISODES, PROMPTS, CHECKINS, HISTORY = (k * 10_000_000 for k in range(1, 6))


@dataclass(frozen=True, slots=True)
class Province:
    """What was made: residents are numbered from 0."""

    residents: int
    now: datetime

    @staticmethod
    def chat(number: int) -> int:
        """The messenger's id of a resident."""
        return 5_000_000_000 + number

    @staticmethod
    def prompt(number: int) -> int:
        """The id of a resident's open prompt."""
        return PROMPTS + number


def settle(
    url: str, keyring: Keyring, residents: int, now: datetime, *, prompted: bool, history: int = 4
) -> Province:
    """Fill an empty database.

    With `prompted` each resident has chat, blind index, conversation, past reports with positions, and a
    prompt that waits for its answer; without, only person and episode, due for the slot at `now`.
    """
    upgrade(url)
    engine = open_engine(url)
    with engine.begin() as conn:
        _staff(conn, keyring, now)
        _people(conn, keyring, residents, now)
        _episodes(conn, keyring, residents, now, due=not prompted)
        if prompted:
            _chats(conn, keyring, residents, now)
            *past, newest = _openings(now, history)
            _past(conn, keyring, residents, past)
            _prompts(conn, residents, newest)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    engine.dispose()
    return Province(residents, now)


def name_of(number: int) -> str:
    """A resident's name."""
    return " ".join(
        part[number // step % len(part)] for part, step in ((FAMILY, 1), (MIDDLE, 10), (GIVEN, 50))
    )


def phone_of(number: int) -> str:
    """A resident's phone number."""
    return f"09{number:08d}"


def _station(number: int) -> int:
    return 100 + number % STATIONS


def _staff(conn: Connection, keyring: Keyring, now: datetime) -> None:
    cdc = Unit(1, "04", UnitKind.CDC, "Tỉnh Cao Bằng", "Tỉnh Cao Bằng", hotline="02063852000")
    stations = [
        Unit(100 + n, f"{1000 + n:05}", UnitKind.STATION, f"Xã Số {n}", "Tỉnh Cao Bằng", 1)
        for n in range(STATIONS)
    ]
    load_units(conn, [cdc, *stations])
    posts = [(Role.OFFICER, False), (Role.OFFICER, True), (Role.DIRECTOR, False)]
    staff = [
        Posting(10_000 + 3 * n + k, 10_000 + 3 * n + k, 100 + n, role, deputy=deputy)
        for n in range(STATIONS)
        for k, (role, deputy) in enumerate(posts)
    ]
    fill(
        conn,
        core(tables.Person),
        {"language": "vi", "created_at": now},
        ("id", "profile"),
        ((one.person_id, _profile(keyring, one.person_id, "Nông Thị Hạnh", "0912345678")) for one in staff),
    )
    for one in staff:
        post = {"id": one.id, "person_id": one.person_id, "unit_id": one.unit_id, "role": one.role.value}
        since = now - timedelta(days=90)
        conn.execute(core(tables.Posting).insert(), {**post, "deputy": one.deputy, "valid_from": since})


def _profile(keyring: Keyring, person_id: int, name: str, phone: str) -> bytes:
    known = {"name": name, "phone": phone, "identity": None, "birth_year": 1985, "sex": "f"}
    return keyring.seal_json("person", "profile", person_id, known)


def _people(conn: Connection, keyring: Keyring, residents: int, now: datetime) -> None:
    rows = (
        (FIRST_PERSON + n, _profile(keyring, FIRST_PERSON + n, name_of(n), phone_of(n)))
        for n in range(residents)
    )
    fill(conn, core(tables.Person), {"language": "vi", "created_at": now}, ("id", "profile"), rows)


def _chats(conn: Connection, keyring: Keyring, residents: int, now: datetime) -> None:
    addresses = (
        (
            ADDRESSES + n,
            FIRST_PERSON + n,
            keyring.seal("address", "native_user", ADDRESSES + n, str(Province.chat(n))),
        )
        for n in range(residents)
    )
    known = {"account": ACCOUNT, "last_inbound_at": now, "bound_at": now}
    fill(conn, core(tables.Address), known, ("id", "person_id", "native_user"), addresses)
    indexed = {"key_id": keyring.first, "folding": FOLDING}
    for kind in (Index.ADDRESS, Index.PHONE, Index.NAME_WORD):
        rows = _indexed(keyring, kind, residents)
        fill(conn, core(tables.Lookup), {**indexed, "kind": kind.value}, ("digest", "row_id"), rows)
    rested = (
        (FIRST_PERSON + n, keyring.seal("conversation", "frames", FIRST_PERSON + n, ""))
        for n in range(residents)
    )
    fill(conn, core(tables.Conversation), {"version": 4}, ("owner", "frames"), rested)


def _indexed(keyring: Keyring, kind: Index, residents: int) -> Iterator[tuple[bytes, int]]:
    for n in range(residents):
        if kind is Index.ADDRESS:
            yield lookups.address_digest(keyring, ACCOUNT, str(Province.chat(n))), ADDRESSES + n
        elif kind is Index.PHONE:
            yield keyring.digest(kind, lookups.fold(kind, phone_of(n))), FIRST_PERSON + n
        else:
            for word in sorted(set(words(name_of(n)))):
                yield keyring.digest(kind, lookups.fold(kind, word)), FIRST_PERSON + n


def _episodes(conn: Connection, keyring: Keyring, residents: int, now: datetime, *, due: bool) -> None:
    first_day = local_day(now) - timedelta(days=2)
    rules = protocol(DEFAULT_PROTOCOL)
    last_day = rules.last_day(first_day)
    place = {"order_number": "128/QĐ-UBND", "address": "Số 12, tổ 5 Hợp Giang", "lat": LAT, "lng": LNG}
    following = rules.first_opening(now) if due else rules.next_opening(now)
    fixed = {
        "reason": Reason.CONTACT.value,
        "first_day": first_day,
        "last_day": last_day,
        "state": EpisodeState.MONITORING.value,
        "protocol": DEFAULT_PROTOCOL,
        "created_at": now,
        "next_at": following.opens_at,
        "ends_at": ends_at(last_day),
    }
    rows = (
        (
            EPISODES + n,
            FIRST_PERSON + n,
            FIRST_PERSON + n,
            _station(n),
            keyring.seal_json("episode", "dwelling", EPISODES + n, place),
        )
        for n in range(residents)
    )
    fill(conn, core(tables.Episode), fixed, ("id", "person_id", "responder_id", "unit_id", "dwelling"), rows)


def _prompts(conn: Connection, residents: int, opening: Opening) -> None:
    day = {"day": opening.day, "slot": opening.slot.name}
    prompts = ((Province.prompt(n), FIRST_PERSON + n) for n in range(residents))
    opened = {**day, "opened_at": opening.opens_at}
    fill(conn, core(tables.Prompt), opened, ("id", "responder_id"), prompts)
    _checkins(conn, residents, opening, CHECKINS, PROMPTS, open_now=True)


def _past(conn: Connection, keyring: Keyring, residents: int, openings: Sequence[Opening]) -> None:
    """Check-ins that are done, each with its report and position."""
    answers: dict[str, object] = {"signs": [], "temperature": None, "text": "", "reasons": []}
    for step, opening in enumerate(openings):
        at = opening.opens_at + timedelta(minutes=7)
        base = HISTORY + step * 10_000_000
        _checkins(conn, residents, opening, base, base, open_now=False)
        reports = (
            (base + n, EPISODES + n, base + n, keyring.seal_json("report", "answers", base + n, answers))
            for n in range(residents)
        )
        told = {"version": 1, "at": at, "level": 0, "given_by": "self"}
        fill(conn, core(tables.Report), told, ("id", "episode_id", "checkin_id", "answers"), reports)
        position = {"lat": LAT, "lng": LNG, "accuracy_m": 15.0, "taken_at": at}
        fixes = (
            (base + n, EPISODES + n, base + n, keyring.seal_json("fix", "position", base + n, position))
            for n in range(residents)
        )
        judged = {"at": at, "source": "pin", "distance_m": 8.0, "accuracy_m": 15.0, "grade": "B"}
        columns = ("id", "episode_id", "checkin_id", "position")
        fill(conn, core(tables.Fix), {**judged, "verdict": "inside"}, columns, fixes)


def _openings(now: datetime, history: int) -> list[Opening]:
    """So many openings before the newest one that has begun, and that one."""
    rules = protocol(DEFAULT_PROTOCOL)
    found = [rules.first_opening(now - timedelta(days=history + 2))]
    while (following := rules.next_opening(found[-1].opens_at)).opens_at <= now:
        found.append(following)
    return found[-1 - history :]


def _checkins(
    conn: Connection, residents: int, opening: Opening, first: int, first_prompt: int, *, open_now: bool
) -> None:
    fixed = {
        "day": opening.day,
        "slot": opening.slot.name,
        "stage": (Stage.PROMPTED if open_now else Stage.DONE).value,
        "closes_at": opening.closes_at,
        "next_at": opening.closes_at if open_now else None,
        "delivered_at": opening.opens_at,
        "reported": not open_now,
        "version": 1 if open_now else 3,
    }
    rows = (
        (first + n, EPISODES + n, FIRST_PERSON + n, _station(n), first_prompt + n) for n in range(residents)
    )
    columns = ("id", "episode_id", "responder_id", "unit_id", "prompt_id")
    fill(conn, core(tables.Checkin), fixed, columns, rows)
