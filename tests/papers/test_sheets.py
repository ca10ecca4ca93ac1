"""Files of every form are read to the same rows, and hostile ones are refused with a reason."""

import io
import struct
import unicodedata
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from papers.archives import Form
from papers.old_fonts import Writing, convert, unify
from papers.reading import read
from papers.refusing import Refusal, UnreadableError
from papers.sheets import MOST_BYTES, MOST_ROWS, read_book
from tests.papers import written

ROWS = [
    ["STT", "Họ và tên", "Địa chỉ", "Ghi chú"],
    ["1", "Nguyễn Thị Hồng Thuỷ", "Số 5 đường Đội Cấn, phường Ngọc Hà", "tiếp xúc gần"],
    ["2", "Trần Văn Tú", "Tổ 3, xã Thượng Mỗ", "sốt, ho"],
]
SYLLABLES = (
    "Nguyễn Trần Đặng Huỳnh Thị Văn Thuỷ Quỳnh Ngọc Tú Sáng Ẩn Ước Đỗ Lý Kỳ Ổn Nhường An Lan Khuya Giặt Yên"
)
WORDS = st.sampled_from(SYLLABLES.split())
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
TABLE = st.lists(st.tuples(TEXT, TEXT, TEXT).map(list), min_size=2, max_size=8)


def cells(book):
    """The rows of the only sheet."""
    (sheet,) = book.sheets
    return [list(row) for _, row in sheet.rows]


def refusal(data, reader=read_book, **limits):
    """Why the file is refused."""
    with pytest.raises(UnreadableError) as caught:
        reader(data, **limits)
    return caught.value.refusal


@pytest.mark.parametrize(
    ("form", "write"), [("xlsx", written.xlsx), ("xls", written.xls), ("ods", written.ods)]
)
def test_spreadsheets_are_read_the_same(form, write):
    """.xlsx, .xls and .ods of the same rows are the same rows, whatever the file is called."""
    book = read(write(ROWS))
    assert (book.form, cells(book)) == (Form(form), ROWS)


@pytest.mark.parametrize("encoding", written.ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_text_files_are_read_the_same(encoding, delimiter):
    """Any delimiter in UTF-8, UTF-16, Windows-1258, TCVN3 and VNI gives the same rows."""
    book = read_book(written.delimited(ROWS, delimiter, encoding))
    assert (cells(book), book.delimiter) == (ROWS, delimiter)


@given(TABLE, st.sampled_from(written.ENCODINGS), st.sampled_from(";,\t|"))
def test_any_list_survives_any_encoding(rows, encoding, delimiter):
    """Names of all sorts come back as they were, whatever wrote the file."""
    rows = [ROWS[0][1:], *rows]
    found = cells(read_book(written.delimited(rows, delimiter, encoding)))
    assert small(found, encoding) == small(rows, encoding)


def small(rows, encoding):
    """The rows as they are; for TCVN3 in small letters, as it has no capitals with tones."""
    return [[cell.lower() if encoding == "tcvn3" else cell for cell in row] for row in rows]


@given(TABLE, st.sampled_from([written.xlsx, written.xls, written.ods]))
def test_any_list_survives_any_spreadsheet(rows, write):
    """The same for the spreadsheets."""
    assert cells(read_book(write(rows))) == rows


@given(TABLE, st.sampled_from(["tcvn3", "vni"]))
def test_old_fonts_inside_a_spreadsheet(rows, encoding):
    """A spreadsheet whose header is Unicode and whose cells are in an old font is converted cell by cell."""
    old = [[written.in_old_font(cell, encoding) for cell in row] for row in rows]
    mixed = unify([ROWS[1], *old, *[[written.in_old_font("Nguyễn Đường", encoding)] * 3] * 3])
    assert mixed[0] == ROWS[1]
    assert small(mixed[1 : len(rows) + 1], encoding) == small(rows, encoding)


def test_what_may_be_read_two_ways_follows_its_column():
    """The word "Hoà" is Unicode, and "Hồ" in VNI: it stays among Unicode and is converted among VNI."""
    assert unify([["Hoà"], ["Nguyễn"]]) == [["Hoà"], ["Nguyễn"]]
    assert unify([["Hoà"], ["Nguyeãn"]]) == [["Hồ"], ["Nguyễn"]]
    assert unify([["Tó", "Hoà"], ["NguyÔn", "Nguyễn"]]) == [["Tú", "Hoà"], ["Nguyễn", "Nguyễn"]]


@pytest.mark.parametrize("text", ["H'Hen Niê", "Y Bhăm Êban", "K'Brơi", "François Müller", "Jürgen", "José"])
def test_names_of_other_peoples_are_left_alone(text):
    """A word that is no Vietnamese syllable in any writing is not converted."""
    assert unify([[text], ["Nguyễn"]]) == [[text], ["Nguyễn"]]


def test_a_strange_word_does_not_keep_its_neighbours_from_being_read():
    """Where a cell holds a word of no writing, the others follow the column."""
    old = written.in_old_font("Niê Văn Hoà", "tcvn3")
    assert unify([[old], [written.in_old_font("Nguyễn", "tcvn3")]])[0] == ["Niê Văn Hoà"]
    assert unify([["S§T", "Hä tªn"], ["0912", "NguyÔn"]])[0] == ["SĐT", "Họ tên"]
    assert unify([["SÑT", "Teân"], ["0912", "Nguyeãn"]])[0] == ["SĐT", "Tên"]


def test_decomposed_letters_are_composed():
    """Files from a Mac hold letters and marks apart."""
    apart = [[unicodedata.normalize("NFD", cell) for cell in row] for row in ROWS]
    assert cells(read_book(written.xlsx(apart))) == ROWS
    assert cells(read_book(written.delimited(apart))) == ROWS


@pytest.mark.parametrize("writing", [Writing.TCVN3, Writing.VNI])
def test_every_letter_of_the_old_fonts(writing):
    """Each Vietnamese small letter with each tone comes back."""
    letters = "".join(
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in "aăâeêioôơuưy"
        for tone in ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
    )
    for letter in letters + "đ":
        assert convert(written.in_old_font(f"t{letter} ", writing), writing) == f"t{letter} "


def test_numbers_and_dates_are_plain_text():
    """A whole number has no point, a date is year-month-day, a formula is the value that it had."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet()
    sheet.write_number(0, 0, 79201017231)
    sheet.write_datetime(0, 1, datetime(2026, 11, 20))  # noqa: DTZ001 - cells have no zone
    sheet.write_formula(0, 2, '=HYPERLINK("http://example.org","x")', None, "F1")
    sheet.write_number(0, 3, 36.8)
    sheet.write_datetime(0, 4, datetime(2026, 11, 20, 8, 30))  # noqa: DTZ001 - the same
    sheet.write_boolean(0, 5, boolean=True)
    book.close()
    assert cells(read(file.getvalue())) == [
        ["79201017231", "2026-11-20", "F1", "36.8", "2026-11-20 08:30", "TRUE"]
    ]


def test_rows_keep_the_numbers_that_the_spreadsheet_shows():
    """Empty rows and a list that does not begin in A1 move nothing."""
    rows = [[], [None, None, "a"], [], [None, "b"]]
    assert read_book(written.xlsx(rows)).sheets[0].rows == ((2, ("", "", "a")), (4, ("", "b")))
    assert read_book(b"a;b\n\nc;d\n").sheets[0].rows == ((1, ("a", "b")), (3, ("c", "d")))


def test_hidden_sheets_are_not_read():
    """Look-up lists are often hidden; nobody means them."""
    book = read_book(written.xlsx_of({"A": ROWS, "DMHC": ROWS}, hidden=("DMHC",)))
    assert [sheet.name for sheet in book.sheets] == ["A"]


def test_the_separator_line_of_excel_is_obeyed():
    """A first line "sep=;" names the delimiter and is no row."""
    book = read_book(b"sep=;\na;b,c\nd;e\n")
    assert book.sheets[0].rows == ((2, ("a", "b,c")), (3, ("d", "e")))


def test_a_million_claimed_rows_are_not_rows():
    """A sheet that claims 1,048,576 rows is read as the rows it has; a cell in the last one is one more."""
    rows = [*ROWS]
    data = written.xlsx(rows)
    claimed = rezip(
        data, lambda xml: xml.replace(b'<dimension ref="A1:D3"/>', b'<dimension ref="A1:XFD1048576"/>')
    )
    assert cells(read(claimed)) == ROWS
    empty = b"".join(b'<row r="%d" ht="15" customHeight="1"/>' % row for row in range(4, 1_048_577))
    assert cells(read(rezip(data, lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>")))) == ROWS
    tail = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    assert cells(read(written.ods(ROWS, tail=tail))) == ROWS


def rezip(data, change):
    """The workbook with the XML of its first sheet changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    changed = change(parts[sheet])
    assert changed != parts[sheet]
    return written.zipped({**parts, sheet: changed})


def with_part(name, content="x", data=None):
    """A workbook with one more part."""
    with zipfile.ZipFile(io.BytesIO(data or written.xlsx(ROWS))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return written.zipped({**parts, name: content})


def lying(data):
    """The archive with every part said to be of one byte only."""
    out, at = bytearray(data), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", out, at + 24, 1)
        at += 4
    return bytes(out)


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("empty", b""),
        ("empty", b"  \r\n"),
        ("empty", written.xlsx([])),
        ("too_large", b"a;b\n" * (MOST_BYTES // 4 + 1)),
        ("too_many_rows", b"a;b\n" * (MOST_ROWS + 1)),
        ("bomb", with_part("xl/media/image1.png", b"\0" * (401 << 20))),
        ("broken", lying(written.xlsx(ROWS))),
        ("macros", with_part("xl/vbaProject.bin")),
        ("links", with_part("xl/externalLinks/externalLink1.xml")),
        ("wrong_type", written.zipped({"word/document.xml": "x", "[Content_Types].xml": "x"})),
        ("wrong_type", b"%PDF-1.7 \n..."),
        ("wrong_type", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("wrong_type", bytes(range(256)) * 20),
        ("wrong_type", b"<html><table><tr><td>a</td></tr></table></html>"),
        ("wrong_type", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "WordDocument".encode("utf-16-le")),
        ("encrypted", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")),
        ("encrypted", written.ods(ROWS, manifest="<manifest:encryption-data/>")),
        ("macros", bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook_VBA_PROJECT".encode("utf-16-le")),
        ("broken", written.xlsx(ROWS)[:-200]),
        ("broken", bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le")),
        ("broken", b"PK\x03\x04" + b"nonsense" * 20),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_list_is_refused(why, data):
    """Each sort of unusable file has its reason, found by what is in it; the process lives on."""
    assert refusal(data, read) is Refusal(why)


def test_a_reader_that_takes_too_long_is_stopped():
    """A file that keeps the reading process busy is refused when its seconds are over."""
    rows = b"".join(b'<row r="%d">' % row + b"<c><v>1</v></c>" * 200 + b"</row>" for row in range(4, 30_000))
    slow = rezip(written.xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert refusal(slow, read, seconds=1) is Refusal.TOO_SLOW


def test_a_reader_that_takes_too_much_memory_is_stopped():
    """Cells at the far corner would need gigabytes: the process dies alone, and the sender is told."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    wide = rezip(written.xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", far))
    assert refusal(wide, read) is Refusal.TOO_WIDE


def test_the_reading_process_has_nothing_to_steal(monkeypatch):
    """Keys in our environment are not in that of the process that opens strange files."""
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("CACHLY_KEYS", "secret")
    assert cells(read(written.xlsx(ROWS))) == ROWS


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    """Any bytes give rows or a reason."""
    with suppress(UnreadableError):
        assert read_book(data).sheets


def test_dates_before_serials_are_kept():
    """A date cell of long ago is still a date."""
    assert cells(read_book(written.xlsx([["a", "b"], [date(1931, 5, 4), "x"]])))[1][0] == "1931-05-04"
