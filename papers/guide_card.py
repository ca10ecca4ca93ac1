"""The guidance card: a picture with QR, code and three steps, to be shown on a phone, sent on or printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT, MARGIN = 1240, 1748, 84
"""A6 upright at 300 dots an inch: a quarter of an A4 sheet, and readable on any phone."""
HEAD, QR_SIZE, CODE_BOX, FOOT = 290, 610, 272, 214
PAPER, INK, ACCENT, PALE, GREY = "#ffffff", "#12261f", "#0b6b4f", "#e6f2ed", "#4a5a54"
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


def guide_card(entrances: Sequence[Entrance], code: str, station: str, phone: str, expires: str) -> bytes:
    """The card as a PNG under 1 MB, always in Vietnamese.

    Each of the at most three `entrances` with a link has a QR; several, or one that does not hand in the
    code, are labelled with messenger and name. `code` is shown as given ("2CFH-4KMN"), `expires` is the end
    of its life as text, `phone` may be empty.
    """
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    _head(draw, station)
    top = _entrances(page, draw, [one for one in entrances if one.link])
    top = _code(draw, code, expires, top)
    _steps(draw, told(entrances), top)
    _foot(draw, phone)
    return _png(page)


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


@lru_cache(maxsize=16)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / ("NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"), size)


def _fitting(draw: ImageDraw.ImageDraw, text: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The largest bold font up to `size` in which the text fits on one line; long station names shrink."""
    while size > 20 and draw.textlength(text, _font(size, bold=True)) > width:  # noqa: PLR2004  # still readable in print
        size -= 2
    return _font(size, bold=True)


def _shortened(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, or as much of its beginning as fits."""
    if draw.textlength(text, font) <= width:
        return text
    while draw.textlength(f"{text}…", font) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def _centre(
    draw: ImageDraw.ImageDraw,
    text: str,
    top: int,
    font: ImageFont.FreeTypeFont,
    colour: str,
    middle: float = WIDTH / 2,
) -> None:
    draw.text((middle, top), text, colour, font, anchor="ma")


def _head(draw: ImageDraw.ImageDraw, station: str) -> None:
    draw.rectangle((0, 0, WIDTH, HEAD - 1), ACCENT)
    inner = WIDTH - 2 * MARGIN
    _centre(draw, TITLE, 48, _fitting(draw, TITLE, 84, inner), PAPER)
    _centre(draw, station, 178, _fitting(draw, station, 52, inner), PAPER)


def _entrances(page: Image.Image, draw: ImageDraw.ImageDraw, shown: Sequence[Entrance]) -> int:
    """Draw the QR codes side by side; answers where the next part may begin."""
    if not shown:
        return HEAD + 2 * MARGIN
    if len(shown) == 1 and shown[0].coded:
        return _qr(page, shown[0].link, QR_SIZE, WIDTH / 2)
    size, width = QR_SIZES[len(shown)], (WIDTH - 2 * MARGIN) // len(shown)
    below = max(_qr(page, one.link, size, _middle(place, width)) for place, one in enumerate(shown))
    for place, one in enumerate(shown):
        for text, top, largest in ((one.messenger, below - 16, 44), (one.name, below + 38, 34)):
            font = _fitting(draw, text, largest, width - GAP)
            _centre(draw, _shortened(draw, text, font, width - GAP), top, font, INK, _middle(place, width))
    return below + LABELS


def _middle(place: int, width: int) -> float:
    return MARGIN + width * (place + 0.5)


def _qr(page: Image.Image, link: str, size: int, middle: float) -> int:
    """Draw the QR with its quiet zone below the head; whole modules keep its edges sharp."""
    code = segno.make(link, error="m", micro=False)
    modules = code.symbol_size(border=4)[0]
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=max(1, size // modules), border=4, dark=INK, light=PAPER)
    drawn.seek(0)
    with Image.open(drawn) as picture:
        page.paste(picture.convert("RGB"), (round(middle - picture.width / 2), HEAD))
        return HEAD + picture.height


def _code(draw: ImageDraw.ImageDraw, code: str, expires: str, top: int) -> int:
    draw.rounded_rectangle((MARGIN, top, WIDTH - MARGIN, top + CODE_BOX), 28, PALE)
    _centre(draw, CODE_IS, top + 18, _font(36), GREY)
    _centre(draw, code, top + 62, _font(116, bold=True), INK)
    _centre(draw, f"Dùng đến {expires}", top + 208, _font(36), GREY)
    return top + CODE_BOX


def _steps(draw: ImageDraw.ImageDraw, steps: tuple[str, ...], top: int) -> None:
    font, left = _font(41), MARGIN + 96
    top += 44
    for number, step in enumerate(steps, start=1):
        lines = _wrapped(draw, step, font, WIDTH - MARGIN - left)
        draw.ellipse((MARGIN, top, MARGIN + 64, top + 64), ACCENT)
        draw.text((MARGIN + 32, top + 32), str(number), PAPER, _font(38, bold=True), anchor="mm")
        for line in lines:
            draw.text((left, top + 2), line, INK, font)
            top += 54
        top += 26


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _foot(draw: ImageDraw.ImageDraw, phone: str) -> None:
    draw.rectangle((0, HEIGHT - FOOT, WIDTH, HEIGHT), PALE)
    if phone:
        _centre(draw, HELP.format(phone=phone), HEIGHT - 186, _font(52, bold=True), INK)
    _centre(draw, DANGER, HEIGHT - (96 if phone else 136), _font(44, bold=True), "#a3201a")


def _png(page: Image.Image) -> bytes:
    written = BytesIO()
    page.quantize(64).save(written, "png", optimize=True, dpi=(300, 300))
    return written.getvalue()
