"""The guidance card: QR, code and three steps, to be shown on a phone, sent on or printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from papers.surfaces import Picture, Surface, shortened

WIDTH, HEIGHT, MARGIN = 1240, 1748, 84
"""A6 upright at 300 dots an inch: a quarter of an A4 sheet, and readable on any phone."""
INNER = WIDTH - 2 * MARGIN
HEAD, QR_SIZE, CODE_BOX, FOOT = 290, 610, 272, 214
STEP_SIZE = 41
PAPER, INK, ACCENT, PALE, GREY = "#ffffff", "#12261f", "#0b6b4f", "#e6f2ed", "#4a5a54"
WARNING = "#a3201a"
SMALLEST = 20
"""Dots of the smallest letters that are still read in print."""
TITLE = "Theo dõi cách ly tại nhà"
CODE_IS = "Mã kết nối (dùng một lần)"
NO_LINK_STEP = "Mở kênh chat của trạm y tế."
NAMED_STEP = "Mở {messenger}, tìm “{name}”{follow}."
SCANNED_STEP = "Mở {messenger}, quét mã QR hoặc tìm tên ghi dưới mã{follow}."
SEVERAL_STEP = "Quét mã QR bằng {messengers}.{follow}"
FOLLOW, FOLLOW_THERE = ", bấm Quan tâm", " Trên {messenger}, bấm Quan tâm."
TYPED_STEP = "Gửi mã ở trên vào đó, rồi trả lời năm sinh."
STEPS = (
    "Quét mã QR bằng điện thoại, rồi bấm Bắt đầu.",
    "Nếu được hỏi mã, nhập mã ở trên. Sau đó trả lời năm sinh.",
    "Mỗi ngày điểm danh hai lần: 07:30 và 16:30.",
)
"""What the resident does; nothing on the card says who it is for, as it may be lost (domain.md §C3)."""
QR_SIZES, LABELS, GAP = {1: 500, 2: 480, 3: 340}, 104, 24
"""Of codes that stand above the names of their accounts, by how many there are."""
UNTIL = "Dùng đến {expires}"
NUMBERED = "Phiếu {number}. {until}"
HELP, DANGER = "Cần giúp, gọi {phone}", "Khó thở, hoặc sốt từ 39 °C: gọi 115 ngay"


@dataclass(frozen=True, slots=True)
class Entrance:
    """An account at which the code can be handed in.

    `link` opens its chat, "" when nobody knows an address; `coded` when that hands in the code too. `follow`
    when the account hears only those who have pressed "Quan tâm".
    """

    messenger: str
    name: str
    link: str = ""
    coded: bool = False
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What is on one card; nothing says who it is for, as it may be lost (domain.md §C3).

    `code` is shown as given ("2CFH-4KMN"), `expires` is the end of its life as text, `phone` may be empty.
    Of the at most three `entrances` each with a link has a QR; several, or one that does not hand in the
    code, are labelled with messenger and name. A `number` tells several printed cards apart, 0 for none.
    """

    entrances: Sequence[Entrance]
    code: str
    station: str
    phone: str
    expires: str
    number: int = 0


def guide_card(entrances: Sequence[Entrance], code: str, station: str, phone: str, expires: str) -> bytes:
    """The card as a PNG under 1 MB, always in Vietnamese."""
    page = Picture(WIDTH, HEIGHT, PAPER)
    draw_card(page, Card(entrances, code, station, phone, expires))
    return page.png()


def draw_card(page: Surface, card: Card) -> None:
    """Draw the card, WIDTH × HEIGHT dots."""
    _head(page, card.station)
    top = _entrances(page, [one for one in card.entrances if one.link])
    top = _code(page, card, top)
    _steps(page, told(card.entrances), top)
    _foot(page, card.phone)


def told(entrances: Sequence[Entrance]) -> tuple[str, ...]:
    """The steps that lead to us on these accounts."""
    shown = [one for one in entrances if one.link] or entrances[:1]
    if not shown:
        return (NO_LINK_STEP, *STEPS[1:])
    if len(shown) > 1:
        messengers = " hoặc ".join(dict.fromkeys(one.messenger for one in shown))
        follow = next((FOLLOW_THERE.format(messenger=one.messenger) for one in shown if one.follow), "")
        return (SEVERAL_STEP.format(messengers=messengers, follow=follow), *STEPS[1:])
    (only,) = shown
    if only.coded:
        return STEPS
    step = SCANNED_STEP if only.link else NAMED_STEP
    follow = FOLLOW if only.follow else ""
    return (
        step.format(messenger=only.messenger, name=only.name, follow=follow),
        TYPED_STEP,
        *STEPS[2:],
    )


def _fitting(page: Surface, text: str, size: int, width: int) -> int:
    """The largest size up to `size` in which the bold text fits on one line; long station names shrink."""
    while size > SMALLEST and page.width(text, size, bold=True) > width:
        size -= 2
    return size


def _centre(
    page: Surface, text: str, top: float, size: int, colour: str, width: int, middle: float = WIDTH / 2
) -> None:
    """One bold line that fits into `width`, at most as large as `size`."""
    size = _fitting(page, text, size, width)
    page.centred(shortened(page, text, size, width, bold=True), middle, top, size, colour, bold=True)


def _head(page: Surface, station: str) -> None:
    page.box(0, 0, WIDTH, HEAD, ACCENT)
    _centre(page, TITLE, 48, 84, PAPER, INNER)
    _centre(page, station, 178, 52, PAPER, INNER)


def _entrances(page: Surface, shown: Sequence[Entrance]) -> int:
    """Draw the QR codes side by side; answers where the next part may begin."""
    if not shown:
        return HEAD + 2 * MARGIN
    if len(shown) == 1 and shown[0].coded:
        return HEAD + page.qr(shown[0].link, WIDTH / 2, HEAD, QR_SIZE, INK, PAPER)
    size, width = QR_SIZES[len(shown)], INNER // len(shown)
    tall = [
        page.qr(one.link, _middle(place, width), HEAD, size, INK, PAPER) for place, one in enumerate(shown)
    ]
    below = HEAD + max(tall)
    for place, one in enumerate(shown):
        for text, top, largest in ((one.messenger, below - 16, 44), (one.name, below + 38, 34)):
            _centre(page, text, top, largest, INK, width - GAP, _middle(place, width))
    return below + LABELS


def _middle(place: int, width: int) -> float:
    return MARGIN + width * (place + 0.5)


def _code(page: Surface, card: Card, top: int) -> int:
    until = UNTIL.format(expires=card.expires)
    if card.number:
        until = NUMBERED.format(number=card.number, until=until)
    page.box(MARGIN, top, WIDTH - MARGIN, top + CODE_BOX, PALE, round_by=28)
    page.centred(CODE_IS, WIDTH / 2, top + 18, 36, GREY)
    page.centred(card.code, WIDTH / 2, top + 62, 116, INK, bold=True)
    page.centred(until, WIDTH / 2, top + 208, 36, GREY)
    return top + CODE_BOX


def _steps(page: Surface, steps: tuple[str, ...], top: int) -> None:
    left = MARGIN + 96
    top += 44
    for number, step in enumerate(steps, start=1):
        page.numbered(number, MARGIN, top, 64, ACCENT, PAPER)
        for line in _wrapped(page, step, STEP_SIZE, WIDTH - MARGIN - left):
            page.text(line, left, top + 2, STEP_SIZE, INK)
            top += 54
        top += 26


def _wrapped(page: Surface, text: str, size: int, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if page.width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _foot(page: Surface, phone: str) -> None:
    page.box(0, HEIGHT - FOOT, WIDTH, HEIGHT, PALE)
    if phone:
        _centre(page, HELP.format(phone=phone), HEIGHT - 186, 52, INK, INNER)
    _centre(page, DANGER, HEIGHT - (96 if phone else 136), 44, WARNING, INNER)
