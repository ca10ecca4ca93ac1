"""Lists as people make them: the header is found, columns are understood, and every person's row is taken."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.archives import Form
from papers.columns import UnknownColumnError, find_header, letters
from papers.header_words import MEANINGS
from papers.headers import RETURNED, UNKNOWN, meaning
from papers.reading import read
from papers.refusing import Refusal, UnreadableError
from papers.returned import harmless, returned
from papers.sheets import Book, Sheet, read_book
from papers.tables import Skipped, UnknownSheetError, tables
from papers.template import template
from quarantine.lists import Field
from tests.papers import written
from tests.papers.messy_list import EXPECTED, LOOK_UP, MERGED, MESSY


def plain(rows):
    """Rows as a text file has them."""
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell):
    return "" if cell is None else f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def columns(table):
    """Field → letter."""
    return {field: column.letter for field, column in table.header.columns.items()}


def sheet(*rows):
    """A sheet of these rows."""
    return Sheet("", tuple(enumerate((tuple(row) for row in rows), start=1)))


def header(*labels):
    """What a header of one row is understood as."""
    return {field: column.header for field, column in find_header(sheet(labels)).columns.items()}


@pytest.mark.parametrize(
    "data",
    [
        written.xlsx_of({"Danh sách": MESSY, **LOOK_UP}, merged=MERGED),
        written.xlsx_of({**LOOK_UP, "Danh sách": MESSY}),
        written.xls(MESSY),
        written.ods(plain([row or [None] for row in MESSY])),
        written.delimited(plain(MESSY), ";"),
        written.delimited(plain(MESSY), ",", "utf-16"),
        written.delimited(plain(MESSY), "\t", "tcvn3"),
        written.delimited(plain(MESSY), ";", "vni"),
        written.xlsx(
            [
                [unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row]
                for row in MESSY
            ]
        ),
    ],
    ids=["merged", "unmerged", "xls", "ods", "csv", "utf-16", "tcvn3", "vni", "decomposed"],
)
def test_a_messy_list_is_understood(data):
    """Titles, groups over repeated headers, sample, section, page header, signatures and look-up sheets."""
    (table,) = tables(read(data))
    assert columns(table) == EXPECTED
    assert [record.cells[Field.IDENTITY] for record in table.records] == [
        "4190012345",
        "004085012345",
        "4190012345",
    ]
    assert {record.cells[Field.PROVINCE] for record in table.records} == {"Cao Bằng"}
    assert dict(table.skipped) == {
        Skipped.NUMBERS: 1,
        Skipped.SAMPLE: 1,
        Skipped.SECTION: 1,
        Skipped.HEADER: 1,
        Skipped.SIGNATURE: 4,
    }
    assert table.said == {Field.ORDER_NUMBER: "131/QĐ-UBND", Field.ORDER_DATE: "20/11/2026"}


def test_row_numbers_are_those_of_the_spreadsheet():
    """A person is found again in the file by the number that stands beside the row."""
    (table,) = tables(read_book(written.xlsx(MESSY)))
    assert [record.ref.row for record in table.records] == [11, 12, 14]
    assert {record.ref.sheet for record in table.records} == {"Danh sách"}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (
            ("TT", "HỌ TÊN", "Ngày tháng năm sinh", "Phái", "Số CCCD/CMND", "ĐTDĐ", "Chỗ ở hiện nay"),
            ["row_number", "name", "birth", "sex", "identity", "phone", "address"],
        ),
        (
            ("No.", "Full name", "Date of birth", "Gender", "Phone number", "Address", "Ward", "Province"),
            ["row_number", "name", "birth", "sex", "phone", "address", "commune", "province"],
        ),
        (
            ("Họ và tênn (*)", "Ngày sihn", "Giơi tính", "Số điên thoại", "Đia chỉ", "Ghi chu"),
            ["name", "birth", "sex", "phone", "address", "note"],
        ),
        (
            ("ho ten", "nam sinh", "gioi tinh", "sdt", "dia chi", "xa", "huyen", "tinh"),
            ["name", "birth", "sex", "phone", "address", "commune", "district", "province"],
        ),
        (
            ("No", "Full Name", "DOB", "Quarantine address", "From", "To", "Type"),
            ["row_number", "name", "birth", "address", "first_day", "last_day", "reason"],
        ),
        (
            ("Họ tên", "Năm", "Số nhà", "Tổ", "Ngày BĐ CL", "Ngày dự kiến KT", "Mã hồ sơ"),
            ["name", "birth", "address", "first_day", "last_day"],
        ),
        (
            ("FirstName", "LastName", "BirthDate", "PrimaryPhone", "Gender"),
            ["given_name", "family_name", "birth", "phone", "sex"],
        ),
        (
            ("Họ đệm", "Tên", "Tuổi", "SĐT người thân", "Địa chỉ nơi cách ly"),
            ["family_name", "given_name", "age", "household_phone", "address"],
        ),
        (
            ("Họ tên", "Số QĐ", "Ngày QĐ", "Cách ly từ ngày", "Cách ly đến ngày", "Lý do cách ly"),
            ["name", "order_number", "order_date", "first_day", "last_day", "reason"],
        ),
        (
            (
                "Họ tên",
                "CCCD",
                "Ngày cấp CCCD",
                "Nơi cấp",
                "Ngày xét nghiệm",
                "Tình trạng sức khỏe",
                "Quốc tịch",
            ),
            ["name", "identity"],
        ),
        (
            ("Họ tên", "Năm sinh", "Họ tên chủ hộ", "Địa chỉ thường trú", "Nơi ở hiện nay", "Nơi làm việc"),
            ["name", "birth", "address"],
        ),
        (
            ("Họ và tên (viết hoa, có dấu)", "Ngày sinh (dd/mm/yyyy)", "Điện thoại (nếu có)"),
            ["name", "birth", "phone"],
        ),
    ],
)
def test_headers_are_understood_by_meaning(labels, expected):
    """With and without marks, in English, with slips, brackets and neighbours that only sound alike."""
    assert sorted(field.value for field in header(*labels)) == sorted(expected)


def test_the_place_of_quarantine_is_believed_before_others():
    """Of several addresses the one of the quarantine counts, then where the person lives now."""
    assert (
        header("Họ tên", "Tuổi", "Địa chỉ thường trú", "Địa chỉ cách ly")[Field.ADDRESS] == "Địa chỉ cách ly"
    )
    assert header("Họ tên", "Tuổi", "Nơi ở hiện nay", "Hộ khẩu thường trú")[Field.ADDRESS] == "Nơi ở hiện nay"


@given(st.sampled_from(sorted(phrase for phrase in MEANINGS if len(phrase) > 8)), st.data())
def test_a_slip_of_one_letter_is_forgiven(phrase, data):
    """One letter missing in a header leaves a meaning, though a neighbour's is possible for look-alikes."""
    place = data.draw(st.integers(0, len(phrase) - 1))
    assert meaning(phrase[:place] + phrase[place + 1 :]) is not UNKNOWN


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_any_sheet_has_an_answer(labels):
    """Whatever stands in a sheet, it is a list or it is none."""
    book = Book(Form.TEXT, (sheet(labels, labels),))
    try:
        assert tables(book)
    except UnreadableError as refused:
        why = refused.refusal
        assert_is_no_list(why)


def assert_is_no_list(refusal):
    """The only reason that a readable file has."""
    assert refusal is Refusal.NOT_A_LIST


def test_a_name_over_two_columns():
    """A header spread over family names and given names is one name."""
    rows = [
        ["STT", "Họ và tên", None, "Năm sinh"],
        ["1", "Nguyễn Văn", "An", "1985"],
        ["2", "Lê", "Bình", "1990"],
    ]
    (table,) = tables(read_book(written.xlsx(rows)))
    assert table.records[0].cells[Field.GIVEN_NAME] == "An"


def test_parts_of_an_address_are_joined():
    """House and hamlet in columns of their own are one address."""
    rows = [["Họ tên", "Năm sinh", "Số nhà", "Thôn/xóm", "Xã"], ["An", "1985", "12", "Thôn 3", "Tân An"]]
    (table,) = tables(read_book(written.xlsx(rows)))
    assert table.records[0].cells[Field.ADDRESS] == "12, Thôn 3"


@pytest.mark.parametrize(
    ("first", "second", "people"),
    [
        (["VD", "Lê Thị Hoa", "1985"], ["1", "An Lê", "1990"], 1),
        (["", "Nguyễn Văn A", "1985"], ["1", "An Lê", "1990"], 1),
        (["1", "Nguyễn Văn A", "1985"], ["1", "An Lê", "1990"], 1),
        (["1", "Nguyễn Văn A", "1985"], ["2", "An Lê", "1990"], 2),
        (["1", "Nguyễn Văn A", "1985"], ["2", "Trần Thị B", "1990"], 2),
        (["", "Nguyễn Văn A", "1985"], ["", "Trần Thị B", "1990"], 2),
        (["", "Họ và tên", "dd/mm/yyyy"], ["1", "An Lê", "1990"], 1),
    ],
)
def test_a_sample_row_is_nobody(first, second, people):
    """A row that shows how to fill in the others is left out; one that is numbered on its own stays."""
    (table,) = tables(read_book(written.xlsx([["STT", "Họ tên", "Ngày sinh"], first, second])))
    assert len(table.records) == people


def test_a_cell_merged_over_a_family_is_said_of_each():
    """An address that was written once for four people is the address of all four, and of nobody below."""
    rows = [
        ["Họ tên", "Năm sinh", "Địa chỉ"],
        ["An", "1985", "12 Lê Lợi"],
        ["Bi", "2015", None],
        ["Chi", "1990", None],
    ]
    (table,) = tables(read_book(written.xlsx_of({"a": rows}, merged=[(1, 2, 2, 2)])))
    assert [record.cells[Field.ADDRESS] for record in table.records] == ["12 Lê Lợi", "12 Lê Lợi", ""]


def test_a_section_names_the_commune_of_its_rows():
    """Where no column says the commune, the title above a group of rows does; a column is believed first."""
    rows = [["STT", "Họ tên", "Năm sinh"], ["I. XÃ TÂN AN"], ["1", "An", "1985"], ["II. Đối tượng khác"]]
    rows.append(["2", "Bi", "1990"])
    (table,) = tables(read_book(written.xlsx(rows)))
    assert [record.cells.get(Field.COMMUNE) for record in table.records] == ["XÃ TÂN AN", None]
    with_column = [[*rows[0], "Xã"], rows[1], [*rows[2], "Bảo Lạc"]]
    (table,) = tables(read_book(written.xlsx(with_column)))
    assert table.records[0].cells[Field.COMMUNE] == "Bảo Lạc"


def test_sections_and_subtotals_end_nothing():
    """Between groups stand titles and subtotals; after them people go on, even by name alone."""
    rows = [
        ["STT", "Họ tên", "NS", "GT", "Đ/c", "SĐT"],
        ["I", "Thôn 1"],
        ["1", "An Lê", "1985", "Nam", "Thôn 1", "0912345678"],
        ["", "Cộng thôn 1: 1 người"],
        ["II", "Thôn 2"],
        ["1", "Bình Lê", "1990", "Nữ", "Thôn 2", "0912345671"],
        ["2", "Nguyễn Thành Công"],
        ["", "Tổng: 3"],
    ]
    (table,) = tables(read_book(written.xlsx(rows)))
    names = [record.cells[Field.NAME] for record in table.records]
    assert names == ["An Lê", "Bình Lê", "Nguyễn Thành Công"]


def test_a_person_beneath_the_signature_is_not_lost():
    """Whoever was added below the signatures is still a person; a signatory is none."""
    late = [9, "Vũ Thị Muộn", None, 1999, "0912345679", None, None, "Số 9 tổ 9", "Thục Phán", "Cao Bằng"]
    (table,) = tables(read_book(written.xlsx([*MESSY, late])))
    assert table.records[-1].cells[Field.NAME] == "Vũ Thị Muộn"
    assert len(table.records) == 4


def test_a_row_without_a_name_is_still_somebody():
    """A row with a phone and a year but no name goes back to the sender, not under the table."""
    rows = [["Họ tên", "Năm sinh", "SĐT"], ["", "1985", "0912345678"], ["An", "", ""]]
    (table,) = tables(read_book(written.xlsx(rows)))
    assert len(table.records) == 2


def test_several_lists_in_one_file():
    """A sheet for each commune is read whole; one can be chosen; a wrong name says which there are."""
    rows = [["Họ tên", "Năm sinh"], ["An", "1985"]]
    book = read_book(written.xlsx_of({"Tân An": rows, "Thục Phán": rows, "Trống": rows[:1]}))
    assert [table.sheet for table in tables(book)] == ["Tân An", "Thục Phán"]
    assert [table.sheet for table in tables(book, "thuc phan")] == ["Thục Phán"]
    with pytest.raises(UnknownSheetError, match="Tân An"):
        tables(book, "Nowhere")


def test_the_sender_corrects_the_mapping():
    """A field is said by its header or its letter, a wrong one taken away, and an unknown column named."""
    rows = [["Họ tên", "Năm sinh", "Mã số", "Mã số"], ["An", "1985", "0912345678", "x"]]
    book = read_book(written.xlsx(rows))
    (table,) = tables(book, mapping={Field.PHONE: "mã số", Field.NOTE: "D", Field.BIRTH: ""})
    assert columns(table) == {Field.NAME: "A", Field.PHONE: "C", Field.NOTE: "D"}
    with pytest.raises(UnknownColumnError, match="SĐT của tôi"):
        tables(book, mapping={Field.PHONE: "SĐT của tôi"})


@pytest.mark.parametrize(
    "rows", [LOOK_UP["DMHC"], LOOK_UP["LIST"], [["a", "b"], ["c", "d"]], [["Họ tên"], ["An"]]]
)
def test_what_names_no_people_is_no_list(rows):
    """Look-up sheets, tables of anything else and names alone are refused."""
    with pytest.raises(UnreadableError) as caught:
        tables(read_book(written.xlsx(rows)))
    assert caught.value.refusal is Refusal.NOT_A_LIST


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_rows_sent_back_come_again(form):
    """The file with the reasons is read like the one that was sent, and its first column says nothing."""
    data = written.xlsx(MESSY) if form == "xlsx" else written.delimited(plain(MESSY))
    book = read_book(data)
    found = tables(book)
    second = found[0].records[1]
    answer = read_book(returned(book, found, {second.ref: "=HYPERLINK: sai"}))
    (again,) = tables(answer)
    assert answer.form is (Form.XLSX if form == "xlsx" else Form.TEXT)
    assert [record.cells for record in again.records] == [second.cells]
    assert again.said == found[0].said
    assert RETURNED in again.head[-1]
    assert again.records[0].sent[0] == "=HYPERLINK: sai"


@pytest.mark.parametrize("cell", ["=1+1", "+84912345678", "-2", "@SUM(A1)", "\t=1", "'=1"])
def test_no_formula_is_ever_written_back(cell):
    """A text that a spreadsheet would run is written as text, and is the same text when it comes again."""
    book = read_book(written.delimited([["Họ tên", "Năm sinh", "Ghi chú"], ["An", "1985", cell]]))
    found = tables(book)
    back = returned(book, found, {found[0].records[0].ref: "sai"})
    for line in back.decode("utf-8-sig").splitlines():
        assert not any(part.startswith(("=", "+", "-", "@", "\t")) for part in line.split(";"))
    (again,) = tables(read_book(back))
    assert again.records[0].cells[Field.NOTE] == found[0].records[0].cells[Field.NOTE]
    assert harmless("Lan") == "Lan"


def test_the_template_is_read_back_whole():
    """Each column of the template is understood for sure, and its sample row is nobody."""
    book = read(template(["Phường Thục Phán"], ["Tỉnh Cao Bằng"]))
    (table,) = tables(book)
    assert not table.header.unknown
    assert {column.sure for column in table.header.columns.values()} == {1.0}
    assert set(table.header.columns) == set(Field) - {
        Field.FAMILY_NAME,
        Field.GIVEN_NAME,
        Field.AGE,
        Field.MALE,
        Field.FEMALE,
        Field.DISTRICT,
    }
    assert (table.records, dict(table.skipped)) == ((), {Skipped.SAMPLE: 1})


def test_columns_are_named_as_spreadsheets_do():
    """A to Z, then AA."""
    assert [letters(column) for column in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_real_lists_are_understood(real_data):
    """Line lists of another system: names, birth and phone are found, and each file has an answer."""
    files = sorted((real_data / "import_files").iterdir())
    assert len(files) > 10
    read_as_lists = 0
    for file in files:
        try:
            found = tables(read(file.read_bytes()))
        except UnreadableError as refused:
            assert_has_a_reason(refused)
            continue
        read_as_lists += 1
        for table in found:
            assert {
                Field.FAMILY_NAME,
                Field.GIVEN_NAME,
                Field.BIRTH,
                Field.PHONE,
            } <= table.header.columns.keys()
    assert read_as_lists > 8


def assert_has_a_reason(refused):
    """A file of this kind is refused only for being empty, broken or no list of people."""
    assert refused.refusal in {Refusal.EMPTY, Refusal.NOT_A_LIST, Refusal.BROKEN, Refusal.WRONG_TYPE}
