"""The guidance card: a picture with QR, code and three steps, to be shown on a phone, sent on or printed."""

from __future__ import annotations

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
STEPS = (
    "Quét mã QR bằng điện thoại, rồi bấm Bắt đầu.",
    "Nếu được hỏi mã, nhập mã ở trên. Sau đó trả lời năm sinh.",
    "Mỗi ngày điểm danh hai lần: 07:30 và 16:30.",
)
"""What the resident does; nothing on the card says who it is for, as it may be lost (domain.md §C3)."""
HELP, DANGER = "Cần giúp, gọi {phone}", "Khó thở, hoặc sốt từ 39 °C: gọi 115 ngay"


def guide_card(link: str, code: str, station: str, phone: str, expires: str) -> bytes:
    """The card as a PNG under 1 MB, always in Vietnamese.

    `link` is the deep link behind the QR; while it is empty the card carries the code alone. `code` is shown
    as given ("2CFH-4KMN"), `expires` is the end of its life as text, `phone` may be empty.
    """
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(page)
    _head(draw, station)
    top = _qr(page, link) if link else HEAD + 2 * MARGIN
    top = _code(draw, code, expires, top)
    top = _steps(draw, STEPS if link else (NO_LINK_STEP, *STEPS[1:]), top)
    _foot(draw, phone)
    return _png(page)


@lru_cache(maxsize=16)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / ("NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"), size)


def _fitting(draw: ImageDraw.ImageDraw, text: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The largest bold font up to `size` in which the text fits on one line; long station names shrink."""
    while size > 20 and draw.textlength(text, _font(size, bold=True)) > width:  # noqa: PLR2004  # still readable in print
        size -= 2
    return _font(size, bold=True)


def _centre(
    draw: ImageDraw.ImageDraw, text: str, top: int, font: ImageFont.FreeTypeFont, colour: str
) -> None:
    draw.text((WIDTH / 2, top), text, colour, font, anchor="ma")


def _head(draw: ImageDraw.ImageDraw, station: str) -> None:
    draw.rectangle((0, 0, WIDTH, HEAD - 1), ACCENT)
    inner = WIDTH - 2 * MARGIN
    _centre(draw, TITLE, 48, _fitting(draw, TITLE, 84, inner), PAPER)
    _centre(draw, station, 178, _fitting(draw, station, 52, inner), PAPER)


def _qr(page: Image.Image, link: str) -> int:
    """Draw the QR with its quiet zone; whole modules keep its edges sharp."""
    code = segno.make(link, error="m", micro=False)
    modules = code.symbol_size(border=4)[0]
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=max(1, QR_SIZE // modules), border=4, dark=INK, light=PAPER)
    drawn.seek(0)
    with Image.open(drawn) as picture:
        page.paste(picture.convert("RGB"), ((WIDTH - picture.width) // 2, HEAD))
        return HEAD + picture.height


def _code(draw: ImageDraw.ImageDraw, code: str, expires: str, top: int) -> int:
    draw.rounded_rectangle((MARGIN, top, WIDTH - MARGIN, top + CODE_BOX), 28, PALE)
    _centre(draw, CODE_IS, top + 18, _font(36), GREY)
    _centre(draw, code, top + 62, _font(116, bold=True), INK)
    _centre(draw, f"Dùng đến {expires}", top + 208, _font(36), GREY)
    return top + CODE_BOX


def _steps(draw: ImageDraw.ImageDraw, steps: tuple[str, ...], top: int) -> int:
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
    return top


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
