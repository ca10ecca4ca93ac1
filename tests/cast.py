"""The cast of the transcripts: who they are, where they work or live, and the units around them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.demo import HOME_OF_LAN, HOME_OF_NAM
from quarantine.people import Person, Role, Sex, Unit, UnitKind
from quarantine.units import LAST_DAY_BEFORE, OtherName

STATION, OTHER_STATION, CENTRE, CDC = 1273, 1279, 40, 4
FAR_CDC, FAR_STATION = 9001, 9002
FAR = (
    Unit(FAR_CDC, "01", UnitKind.CDC, "Hà Nội", "Hà Nội"),
    Unit(FAR_STATION, "00008", UnitKind.STATION, "Phường Ngọc Hà", "Hà Nội", FAR_CDC),
)
"""Another province, where people move to."""
HOMES = {
    "Lan": HOME_OF_LAN,
    "Nam": HOME_OF_NAM,
    "Hạnh": HOME_OF_NAM,
    "Bác Tư": HOME_OF_LAN,
    "Hoa": HOME_OF_NAM,
}
_CAO_BANG = "Tỉnh Cao Bằng"
BEFORE = (
    OtherName(STATION, "Phường Hợp Giang", "01273", "Thành phố Cao Bằng", _CAO_BANG, until=LAST_DAY_BEFORE),
    OtherName(
        OTHER_STATION, "Xã Vĩnh Quang", "01693", "Thành phố Cao Bằng", _CAO_BANG, until=LAST_DAY_BEFORE
    ),
    OtherName(1321, "Xã Vĩnh Quang", "01306", "Huyện Bảo Lâm", _CAO_BANG, until=LAST_DAY_BEFORE),
    *(
        OtherName(row, "Xã Bản Giốc", "01999", "Huyện Hòa An", _CAO_BANG, partly=True, until=LAST_DAY_BEFORE)
        for row in (STATION, 1654)
    ),
)
"""Communes of before July 2025. The last one is invented: in Cao Bằng none was split."""


@dataclass(frozen=True)
class Part:
    """One member of the cast; `since` days ago the quarantine of a resident began, or will begin.

    Somebody else, `by` name, answers for those who have no phone in the story.
    """

    name: str
    user: str
    person: Person | None = None
    unit: int | None = None
    role: Role | None = None
    deputy: bool = False
    since: int | None = None
    by: str = ""


CAST = {
    part.name: part
    for part in (
        Part("Mai", "1001", Person(1, "Trần Thị Mai", "0912000001", 1988, Sex.FEMALE), CDC, Role.CDC_CLERK),
        Part(
            "Hạnh", "1002", Person(2, "Nông Thị Hạnh", "0912345678", 1990, Sex.FEMALE), STATION, Role.OFFICER
        ),
        Part(
            "Bình",
            "1012",
            Person(12, "Hoàng Văn Bình", "0912000012", 1985, Sex.MALE),
            STATION,
            Role.OFFICER,
            deputy=True,
        ),
        Part("Dũng", "1003", Person(3, "Lê Văn Dũng", "0912000003", 1975, Sex.MALE), STATION, Role.DIRECTOR),
        Part("Thu", "1013", Person(13, "Đinh Thị Thu", "0912000013", 1980, Sex.FEMALE), CENTRE, Role.CENTRE),
        Part("Yến", "1017", Person(18, "Mã Thị Yến", "0912000017", 1993, Sex.FEMALE), CDC, Role.CDC_CLERK),
        Part("Sơn", "1014", Person(14, "Phạm Hồng Sơn", "0912000014", 1978, Sex.MALE), CDC, Role.CDC_ADMIN),
        Part(
            "Khoa",
            "1015",
            Person(15, "Bế Văn Khoa", "0912000015", 1986, Sex.MALE),
            OTHER_STATION,
            Role.OFFICER,
        ),
        Part(
            "Vân",
            "1016",
            Person(16, "Đỗ Thị Vân", "0912000016", 1991, Sex.FEMALE),
            FAR_STATION,
            Role.OFFICER,
        ),
        Part("Lan", "1004", Person(4, "Nguyễn Thị Lan", "0987000004", 1992, Sex.FEMALE), since=0),
        Part("Bác Tư", "1006", Person(6, "Lý Văn Tư", "0987000006", 1950, Sex.MALE), since=0),
        Part("Hoa", "1007", Person(7, "Đàm Thị Hoa", "0987000007", 1995, Sex.FEMALE), since=-6),
        Part("Bé Bi", "", Person(8, "Nguyễn Gia Bi", None, 2020, Sex.MALE), since=0, by="Lan"),
        Part("Bà Sen", "", Person(9, "Hoàng Thị Sen", None, 1948, Sex.FEMALE), since=0, by="Lan"),
        Part("Cu Tí", "", Person(16, "Nguyễn Minh Tí", None, 2017, Sex.MALE), since=0, by="Lan"),
        Part("Bà Sáu", "", Person(17, "Lý Thị Sáu", None, 1952, Sex.FEMALE), since=0, by="Bác Tư"),
        Part("Nam", "1005"),
        Part("Người lạ", "1099"),
    )
}
