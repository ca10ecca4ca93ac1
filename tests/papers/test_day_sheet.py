"""The day sheet on paper: the official title, every column, every day, on as many pages as it takes."""

from __future__ import annotations

import re

import pytest

from papers.day_sheet import COLUMNS, PER_PAGE, DaySheet, day_sheet

LINE = ("1", "20/11/2026", "38,2 °C", "sốt, ho", "", "x", "")


def pages(pdf: bytes) -> int:
    """How many pages the file has."""
    return len(re.findall(rb"/Type /Page[^s]", pdf))


@pytest.mark.parametrize(("days", "wanted"), [(0, 1), (1, 1), (PER_PAGE, 1), (PER_PAGE + 1, 2), (60, 5)])
def test_as_many_pages_as_its_days_need(days: int, wanted: int):
    """An empty form is still a form."""
    pdf = day_sheet(DaySheet(("Người được cách ly: Nguyễn Thị Lan",), (LINE,) * days))
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) == wanted


def test_the_same_sheet_is_the_same_file():
    """No clock and no chance in it: a letter that is sent again carries the same bytes."""
    sheet = DaySheet(("Nguyễn Thị Lan",), (LINE,))
    assert day_sheet(sheet) == day_sheet(sheet)


def test_a_line_must_have_every_column():
    """A cell too few would put the cross under another heading."""
    with pytest.raises(ValueError, match="longer"):
        day_sheet(DaySheet((), (LINE[:-1],)))
    assert len(LINE) == len(COLUMNS)
