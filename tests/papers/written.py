"""Lists written the ways that people send them: each form, encoding and delimiter from the same rows."""

import csv
import io
import unicodedata
import zipfile
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

from papers.old_fonts import _TCVN3, _VNI

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "tcvn3", "vni")
_TO_TCVN3 = {chr(meant): chr(code) for code, meant in _TCVN3.items()}
_TO_VNI = {meant: typed for typed, meant in _VNI.items()}
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def xlsx(rows, name="Danh sách"):
    """A workbook of one sheet; a cell is a text, a number or a date."""
    return xlsx_of({name: rows})


def xlsx_of(sheets, merged=(), hidden=()):
    """A workbook of several sheets; `merged` are ranges of the first, `hidden` names of sheets."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)
    for area in merged:
        book.worksheets()[0].merge_range(*area, rows_cell(next(iter(sheets.values())), area))
    book.close()
    return file.getvalue()


def rows_cell(rows, area):
    """The text of the first cell of an area."""
    return rows[area[0]][area[1]]


def xls(rows, name="Danh sách"):
    """The same for Excel 97."""
    book = xlwt.Workbook()
    sheet = book.add_sheet(name)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(rows, name="Danh sách", manifest="", tail=""):
    """The same for LibreOffice, with `tail` as further XML rows."""
    lines = "".join(
        "<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>" for row in rows if row
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{lines}{tail}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        }
    )


def _ods_cell(cell):
    if not cell:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def zipped(parts):
    """A zip archive of these parts, compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def delimited(rows, delimiter=";", encoding="utf-8"):
    """A text file."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return encoded(file.getvalue(), encoding)


def encoded(text, encoding):
    """The text as bytes in one of ENCODINGS, as the editors of its time wrote them."""
    if encoding == "tcvn3":
        return in_old_font(text, encoding).encode("latin-1")
    if encoding == "vni":
        return in_old_font(text, encoding).encode("cp1252")
    if encoding == "cp1258":
        return "".join(map(_for_1258, text)).encode("cp1258")
    return text.encode(encoding)


def in_old_font(text, encoding):
    """The letters that a text consists of where the font does the rest."""
    table = _TO_TCVN3 if encoding == "tcvn3" else _TO_VNI
    return "".join(table.get(letter) or table.get(letter.lower(), letter) for letter in text)


def _for_1258(letter):
    """Windows-1258 has letters and, apart from them, tones."""
    apart = unicodedata.normalize("NFD", letter)
    tones = "".join(mark for mark in apart if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES)) + tones
