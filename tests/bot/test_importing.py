"""`cachly import` tries a list out and says what is in it; `cachly template` writes an empty one."""

import json
import re
from datetime import date
from time import monotonic

import pytest

from bot.lists import check
from papers.reading import read
from papers.sheets import read_book
from papers.tables import tables
from quarantine.lists import Field, Flaw
from quarantine.people import Unit, UnitKind
from quarantine.places import NamedPlaces
from tests.papers import written

TODAY = date(2026, 11, 25)
UNITS = (
    "province_code\tprovince\tward_code\tward\n04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\n"
    "04\tTỉnh Cao Bằng\t01321\tXã Bảo Lạc\n"
)
HEAD = [
    "STT",
    "Họ và tên",
    "Năm sinh",
    "Giới tính",
    "SĐT",
    "CCCD",
    "Địa chỉ",
    "Xã",
    "Số QĐ",
    "Từ ngày",
    "Lý do",
]
LAN = ["1", "Nguyễn Thị Lan", "1985", "Nữ", "0912345678", "004185012345", "Số 5 tổ 3", "Thục Phán"]
NAM = ["2", "Trần Văn Nam", "1990", "Nam", "0987654321", "", "Số 7 tổ 3", "Bảo Lạc"]
WRONG = ["3", "Lê Văn Sai", "2090", "Nam", "12345", "", "Số 8 tổ 3", "Thục Phánn"]
ORDER = ["131/QĐ-UBND", "20/11/2026", "F1"]
AGAIN = ["4", "LAN NGUYEN THI", "1985", "Nữ", "", "", "Số 5 tổ 3", "Thục Phán"]
SECRETS = ("Lan", "0912345678", "004185012345", "Lê Văn Sai", "12345", "2090")


@pytest.fixture(autouse=True)
def place(place):
    """A folder with a list and units, and no settings."""
    (place / "units.tsv").write_text(UNITS, encoding="utf-8")
    rows = [HEAD, *([*person, *ORDER] for person in (LAN, NAM, WRONG, AGAIN))]
    (place / "list.xlsx").write_bytes(written.xlsx(rows))
    (place / "list.csv").write_bytes(written.delimited(rows, ";", "tcvn3"))
    return place


@pytest.mark.parametrize("file", ["list.xlsx", "list.csv"])
def test_the_result_for_machines(cachly, file):
    """Counts that add up, columns, and problems by row, field, kind and reason."""
    code, out, err = cachly("import", file, "--json", "--units", "units.tsv")
    found = json.loads(out)
    assert (code, err) == (0, "")
    counts = {name: found[name] for name in ("rows", "accepted", "rejected", "duplicates")}
    assert counts == {"rows": 4, "accepted": 2, "rejected": 1, "duplicates": 1}
    assert found["columns"]["phone"] == "SĐT"
    assert {(one["row"], one["field"], one["value_kind"], one["reason"]) for one in found["problems"]} == {
        (4, "phone", "number", "phone_unclear"),
        (4, "birth", "number", "birth_impossible"),
        (4, "commune", "text", "commune_unknown"),
    }
    assert found["repeats"] == [{"row": 5, "of": 2, "by": "name"}]


def test_the_result_for_machines_holds_nothing_of_anybody(cachly):
    """No name, number or date of a person is in it: it may be logged and sent on."""
    for words in (("--units", "units.tsv"), ()):
        _, out, _ = cachly("import", "list.xlsx", "--json", *words)
        assert not [secret for secret in SECRETS if re.search(rf"\b{secret}\b", out)]


def test_the_summary_is_for_a_person(cachly):
    """In Vietnamese: counts, columns, what to mend by kind, the rows that can be taken."""
    code, out, _ = cachly("import", "list.xlsx", "--dry-run", "--units", "units.tsv")
    assert code == 0
    for line in (
        "Đọc 4 dòng: 2 nhận được, 1 cần sửa, 1 có thể trùng, 0 nhóm có thể cùng nhà.",
        "   E  SĐT → số điện thoại (phone)",
        "     1  Xã/phường: không tìm thấy xã/phường này",
        "     2  Nguyễn Thị Lan, 1985, 0912 345 678, Số 5 tổ 3, 01273, 20/11/2026",
        "Chạy thử: chưa ghi gì vào hệ thống.",
    ):
        assert line in out.splitlines(), out


def test_nothing_is_written_without_a_key(cachly):
    """Personal data is sealed before it is written: the command says what is missing, and writes nothing."""
    code, out, err = cachly("import", "list.xlsx", "--yes")
    assert (code, out) == (2, "")
    assert "CACHLY_KEYS is not set" in err


def test_without_units_the_communes_are_said_to_be_unchecked(cachly, place):
    """A machine without a database still tries a list out, makes no database, and says what it left out."""
    code, out, _ = cachly("import", "list.xlsx", "--dry-run")
    assert code == 0
    assert "Chưa nạp đơn vị nên xã/phường chưa được đối chiếu" in out
    assert not (place / "cachly.db").exists()


def test_units_of_the_database_are_used(cachly, monkeypatch):
    """After `cachly units load` the communes are checked without naming the file again."""
    monkeypatch.setenv("CACHLY_KEYS", "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert cachly("migrate")[0] == 0
    assert cachly("units", "load", "units.tsv")[0] == 0
    found = json.loads(cachly("import", "list.xlsx", "--json")[1])
    assert found["communes_checked"]
    assert "commune_unknown" in {problem["reason"] for problem in found["problems"]}


def test_rows_sent_back_can_be_mended_and_sent_again(cachly, place):
    """The file with the reasons names what to do; mended, its rows are taken."""
    code, _, _ = cachly("import", "list.xlsx", "--dry-run", "--units", "units.tsv", "--returned", "back.xlsx")
    assert code == 0
    (sheet,) = read_book((place / "back.xlsx").read_bytes()).sheets
    head, row = (list(cells) for _, cells in sheet.rows)
    assert head[0] == "Lý do trả lại"
    assert "Số điện thoại: chưa đúng số Việt Nam" in row[0]
    assert "có phải Phường Thục Phán (Tỉnh Cao Bằng)?" in row[0]
    row[3], row[5], row[8] = "1990", "0912345670", "Thục Phán"
    (place / "mended.xlsx").write_bytes(written.xlsx([head, row]))
    found = json.loads(cachly("import", "mended.xlsx", "--json", "--units", "units.tsv")[1])
    assert (found["rows"], found["accepted"], found["problems"]) == (1, 1, [])


def test_what_the_list_does_not_say_is_asked_once(cachly, place):
    """A missing column is no mistake of each row: it is named once, and --given says it."""
    rows = [HEAD[:8], LAN, NAM]
    (place / "short.xlsx").write_bytes(written.xlsx(rows))
    found = json.loads(cachly("import", "short.xlsx", "--json")[1])
    assert (found["accepted"], found["missing"]) == (2, ["order_number", "first_day", "reason"])
    given = ("--given", "reason=F1", "--given", "first_day=20/11/2026", "--given", "order_number=1/QĐ")
    found = json.loads(cachly("import", "short.xlsx", "--json", *given)[1])
    assert (found["accepted"], found["missing"]) == (2, [])


def test_the_mapping_is_corrected(cachly):
    """--map says which column a field is, by header or letter."""
    found = json.loads(cachly("import", "list.xlsx", "--json", "--map", "household_phone=E")[1])
    assert found["letters"]["household_phone"] == "E"
    assert "phone" not in found["columns"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nothing.xlsx",), "nothing.xlsx cannot be read: No such file"),
        (("list.xlsx", "--map", "phone=Nowhere"), "--map names Nowhere, which is no column"),
        (("list.xlsx", "--map", "fone=E"), "--map fone=E: write field=text. Fields are: name, "),
        (("list.xlsx", "--sheet", "Nowhere"), "There is no sheet Nowhere. There are: Danh sách."),
        (("list.xlsx", "--units", "list.csv"), "list.csv cannot be used"),
        (("list.xlsx", "--returned", "nowhere/back.xlsx"), "nowhere/back.xlsx cannot be written"),
        (("image.png",), "Tệp này không phải danh sách Excel, ODS hay CSV"),
        (("huge.csv",), "Tệp quá lớn"),
        (("/dev/zero",), "Tệp quá lớn"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(cachly, place, words, says):
    """What cannot be done is said with what can, and the command ends with 2."""
    (place / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    with (place / "huge.csv").open("wb") as file:
        file.truncate(1 << 30)
    code, out, err = cachly("import", *words, "--dry-run")
    assert (code, out) == (2, "")
    assert says in err


def test_a_refused_file_is_told_to_machines_too(cachly, place):
    """With --json the reason is there as a word, and the counts are nought."""
    (place / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    code, out, err = cachly("import", "image.png", "--json")
    assert code == 2
    assert json.loads(out)["refused"] == "wrong_type"
    assert json.loads(out)["rows"] == 0
    assert err


def test_the_template_is_written_and_understood(cachly, place):
    """Its columns are read back, and the communes that are known are offered for choice."""
    code, out, _ = cachly("template", "mau.xlsx", "--units", "units.tsv")
    assert (code, out) == (0, "mau.xlsx\n")
    (table,) = tables(read((place / "mau.xlsx").read_bytes()))
    assert {Field.NAME, Field.PHONE, Field.COMMUNE, Field.REASON} <= table.header.columns.keys()
    assert cachly("template", "nowhere/mau.xlsx")[0] == 2


def people(count):
    """Rows of so many different people, one in twenty with a mistake."""
    yield HEAD
    for number in range(count):
        phone = "12" if number % 20 == 0 else f"09120{number:05}"
        yield [
            *(str(number), f"Nguyễn Văn {chr(65 + number % 26)}nh {chr(97 + number % 7)}o", "1985", "Nam"),
            *(phone, f"00408501{number % 10_000:04}", f"Số {number} tổ 3", "Thục Phán", *ORDER),
        ]


def test_ten_thousand_rows_are_checked_in_time():
    """A list of 10,000 is read and judged well within the floor, and the work grows with the rows only."""
    places = NamedPlaces([Unit(1, "01273", UnitKind.STATION, "Phường Thục Phán", "Tỉnh Cao Bằng")])
    data = written.xlsx(list(people(10_000)))
    started = monotonic()
    checked = check(data, TODAY, places)
    assert monotonic() - started < 60
    assert len(checked.entries) == 10_000
    assert checked.counts(refusing=True) == {(Field.PHONE, Flaw.PHONE_UNCLEAR): 500}


def test_old_communes_are_understood(cachly, place):
    """A list may give communes of before July 2025: those of the package lead to the units of the file."""
    rows = [[*LAN[:-1], "P. Hợp Giang", *ORDER], [*NAM[:-1], "xã Hồng Trị", *ORDER]]
    (place / "old.xlsx").write_bytes(written.xlsx([HEAD, *rows]))
    code, out, _ = cachly("import", "old.xlsx", "--dry-run", "--units", "units.tsv")
    assert code == 0
    assert "01273" in out
    assert "01321" in out
    found = json.loads(cachly("import", "old.xlsx", "--json", "--units", "units.tsv")[1])
    assert (found["accepted"], found["rejected"]) == (2, 0)
