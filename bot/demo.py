"""Demonstration data: a small province with real unit names, its staff and two residents, ready to chat.

The people are invented. The units are those of Cao Bằng as of July 2026, a few of its communes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.ids import Ids
from quarantine.days import local_day
from quarantine.effects import AddressBound, Effect, EpisodeAdded, EpisodeChanged, PersonAdded, PostingAdded
from quarantine.messages import Address, Incoming, Kind
from quarantine.people import (
    Episode,
    EpisodeState,
    Home,
    Person,
    Posting,
    Reason,
    Role,
    Sex,
    Unit,
    UnitKind,
)
from quarantine.protocol import DEFAULT_PROTOCOL, next_at, protocol
from quarantine.windows import NO_LIMITS, Reaches
from storage import contexts
from storage.apply import apply
from storage.sealing import Keyring
from storage.units import load_units

_PROVINCE = "Tỉnh Cao Bằng"
_CDC, _CENTRE = 4, 40
_COMMUNES = (
    (1273, "01273", "Phường Thục Phán"),
    (1279, "01279", "Phường Nùng Trí Cao"),
    (1288, "01288", "Phường Tân Giang"),
    (1321, "01321", "Xã Bảo Lạc"),
    (1392, "01392", "Xã Trường Hà"),
    (1477, "01477", "Xã Trùng Khánh"),
    (1501, "01501", "Xã Đàm Thuỷ"),
    (1654, "01654", "Xã Hoà An"),
)
HOME_OF_LAN = (22.66569, 106.25786)
HOME_OF_NAM = (22.66731, 106.26052)
HOME_OF_HOA = (22.67214, 106.24871)
TELEGRAM, ZALO_OA, ZALO_BOT = "telegram", "zalo-oa", "zalo-bot"
"""The kinds of phones, and of the stage's accounts."""
_DAYS_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Actor:
    """A phone on the page: its heading, who holds it and their part, and what Cachly knows of them.

    Whoever is known and has no role is in home quarantine at the unit.
    """

    user: str
    heading: str
    part: str
    person: Person
    unit_id: int | None = None
    role: Role | None = None
    home: tuple[float, float] | None = None
    known: bool = True
    kind: str = TELEGRAM


CAST = (
    Actor(
        "1001",
        "CDC tỉnh",
        "ghi danh, tỉnh Cao Bằng",
        Person(1, "Trần Thị Mai", "0912000001", 1988, Sex.FEMALE),
        _CDC,
        Role.CDC_CLERK,
    ),
    Actor(
        "1002",
        "Cán bộ trạm y tế",
        "phường Thục Phán",
        Person(2, "Nông Thị Hạnh", "0912345678", 1990, Sex.FEMALE),
        1273,
        Role.OFFICER,
    ),
    Actor(
        "1003",
        "Trạm trưởng",
        "phường Thục Phán",
        Person(3, "Lê Văn Dũng", "0912000003", 1975, Sex.MALE),
        1273,
        Role.DIRECTOR,
    ),
    Actor(
        "1004",
        "Người cách ly: Lan",
        "đang theo dõi",
        Person(4, "Nguyễn Thị Lan", "0987000004", 1992, Sex.FEMALE),
        1273,
        home=HOME_OF_LAN,
    ),
    Actor(
        "1005",
        "Người cách ly: Nam",
        "sinh 1985, số 0987 654 321",
        Person(5, "Trần Văn Nam", "0987654321", 1985, Sex.MALE),
        home=HOME_OF_NAM,
        known=False,
    ),
    Actor(
        "7246845883529197001",
        "Người cách ly: Hoa",
        "đang theo dõi, dùng Zalo",
        Person(6, "Hoàng Thị Hoa", "0987000006", 1988, Sex.FEMALE),
        1279,
        home=HOME_OF_HOA,
        kind=ZALO_OA,
    ),
    Actor(
        "b7a1c0ffee5d2e9f01",
        "Cán bộ trạm, Zalo Bot",
        "phường Nùng Trí Cao",
        Person(7, "Bế Văn Khoa", "0912000007", 1986, Sex.MALE),
        1279,
        Role.OFFICER,
        kind=ZALO_BOT,
    ),
)


def units() -> list[Unit]:
    """The province's CDC, one regional centre and a few stations."""
    cdc = Unit(_CDC, "04", UnitKind.CDC, _PROVINCE, _PROVINCE, hotline="02063852000")
    centre = Unit(_CENTRE, "04-KV1", UnitKind.CENTRE, "Khu vực Cao Bằng", _PROVINCE, _CDC)
    stations = [Unit(row, code, UnitKind.STATION, name, _PROVINCE, _CDC) for row, code, name in _COMMUNES]
    return [cdc, centre, *stations]


def seed(
    conn: Connection,
    keyring: Keyring,
    ids: Ids,
    now: datetime,
    accounts: Mapping[str, str],
    reaches: Reaches = NO_LIMITS,
) -> bool:
    """Fill an empty database; does nothing, and says so, when the demonstration is there already.

    `accounts` names the stage's account of each kind of phone.
    """
    known = [actor for actor in CAST if actor.known]
    openings = [
        Incoming(Address(accounts[actor.kind], actor.user), f"seed-{actor.user}", now, Kind.OTHER)
        for actor in known
    ]
    chats = [context.chat for context in contexts.load(conn, keyring, openings, ids.one, now, reaches)]
    if chats[0].person_id is not None:
        return False
    load_units(conn, units(), [(_CENTRE, row) for row, _, _ in _COMMUNES])
    effects: list[Effect] = []
    for actor, chat in zip(known, chats, strict=True):
        effects.append(PersonAdded(actor.person, now))
        effects.append(AddressBound(chat.id, actor.person.id, now))
        if actor.role is not None and actor.unit_id is not None:
            posting = Posting(ids.one(), actor.person.id, actor.unit_id, actor.role)
            effects.append(PostingAdded(posting, None, now))
    apply(conn, keyring, effects, now, ids.one)
    for actor in known:
        if actor.role is None and actor.unit_id is not None and actor.home is not None:
            notified = _episode(ids, now, actor.person.id, actor.unit_id, actor.home)
            monitored = _monitored(notified, now)
            apply(conn, keyring, [EpisodeAdded(notified, now)], now, ids.one)
            apply(conn, keyring, [EpisodeChanged(notified, monitored, None, now, "demo")], now, ids.one)
    return True


def _episode(ids: Ids, now: datetime, person_id: int, unit_id: int, home: tuple[float, float]) -> Episode:
    first_day = local_day(now) - timedelta(days=_DAYS_BEFORE)
    return Episode(
        id=ids.one(),
        person_id=person_id,
        responder_id=person_id,
        unit_id=unit_id,
        order_number="128/QĐ-UBND",
        reason=Reason.CONTACT,
        first_day=first_day,
        last_day=protocol(DEFAULT_PROTOCOL).last_day(first_day),
        state=EpisodeState.NOTIFIED,
        protocol=DEFAULT_PROTOCOL,
        home=Home("Số 12, tổ 5", *home),
        created_by=1,
    )


def _monitored(episode: Episode, now: datetime) -> Episode:
    due = next_at(protocol(episode.protocol), episode, now)
    return replace(episode, state=EpisodeState.MONITORING, next_at=due)
