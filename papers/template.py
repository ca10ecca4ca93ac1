"""The published template of a list: a spreadsheet whose headers are understood, with drop-down lists."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from papers.columns import letters
from quarantine.lists import Field

ROWS = 2_000
"""So many rows are prepared; further ones work too, without drop-down lists."""
_LISTS = "Danh mục"
_COLUMNS: tuple[tuple[Field, str, int, str], ...] = (
    (Field.ROW_NUMBER, "STT", 6, "1"),
    (Field.NAME, "Họ và tên (*)", 26, "Nguyễn Văn A"),
    (Field.BIRTH, "Ngày sinh hoặc năm sinh", 14, "12/03/1985"),
    (Field.SEX, "Giới tính", 10, "Nam"),
    (Field.IDENTITY, "Số CCCD", 16, ""),
    (Field.PHONE, "Số điện thoại", 15, "0912345678"),
    (Field.HOUSEHOLD_PHONE, "SĐT người thân", 15, ""),
    (Field.ADDRESS, "Địa chỉ nơi cách ly (*)", 30, "Số 5, tổ 3"),
    (Field.COMMUNE, "Xã/Phường (*)", 22, ""),
    (Field.PROVINCE, "Tỉnh/Thành phố", 20, ""),
    (Field.ORDER_NUMBER, "Số quyết định (*)", 18, "131/QĐ-UBND"),
    (Field.ORDER_DATE, "Ngày quyết định", 14, "20/11/2026"),
    (Field.FIRST_DAY, "Ngày bắt đầu cách ly (*)", 14, "20/11/2026"),
    (Field.LAST_DAY, "Ngày kết thúc cách ly", 14, ""),
    (Field.REASON, "Lý do cách ly (*)", 18, "F1"),
    (Field.NOTE, "Ghi chú", 24, ""),
)
_AS_TEXT = {Field.IDENTITY, Field.PHONE, Field.HOUSEHOLD_PHONE, Field.BIRTH, Field.ORDER_NUMBER}
_AS_DAY = {Field.ORDER_DATE, Field.FIRST_DAY, Field.LAST_DAY}
_SEXES = ("Nam", "Nữ")
_REASONS = ("F0", "F1", "F2", "Về từ vùng dịch")
_TITLE = "DANH SÁCH NGƯỜI CÁCH LY TẠI NHÀ"
_HELP = "Cột có dấu (*) cần điền đủ. Ngày ghi theo dạng ngày/tháng/năm. Dòng ví dụ đầu tiên không được tính."


def template(communes: Sequence[str] = (), provinces: Sequence[str] = ()) -> bytes:
    """The template as .xlsx; names of units that are loaded become drop-down lists too."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        lists = book.add_worksheet(_LISTS)
        lists.hide()
        head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DDEBF7"})
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_string(0, 0, _TITLE, book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, _HELP)
        sample = book.add_format({"italic": True, "font_color": "#7F7F7F"})
        for column, (field, header, width, example) in enumerate(_COLUMNS):
            style = text if field in _AS_TEXT else day if field in _AS_DAY else None
            sheet.set_column(column, column, width, style)
            sheet.write_string(2, column, header, head)
            sheet.write_string(3, column, example, sample)
        sheet.write_string(3, 0, "Ví dụ", sample)
        sheet.freeze_panes(3, 2)
        choices = {
            Field.SEX: _SEXES,
            Field.REASON: _REASONS,
            Field.COMMUNE: communes,
            Field.PROVINCE: provinces,
        }
        for place, (field, values) in enumerate(choices.items()):
            if values:
                lists.write_column(0, place, values)
                _offer(sheet, field, place, len(values))
    return file.getvalue()


def _offer(sheet: xlsxwriter.worksheet.Worksheet, field: Field, place: int, count: int) -> None:
    """A drop-down list in a column; what is not on it may still be typed, with a warning."""
    column = next(number for number, (one, *_) in enumerate(_COLUMNS) if one is field)
    letter = letters(place)
    sheet.data_validation(
        3,
        column,
        3 + ROWS,
        column,
        {
            "validate": "list",
            "source": f"='{_LISTS}'!${letter}$1:${letter}${count}",
            "error_type": "warning",
            "error_title": "Chưa có trong danh mục",
            "error_message": "Giá trị này không có trong danh sách chọn. Vẫn dùng?",
        },
    )
