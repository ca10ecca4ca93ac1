"""The guidance card: a small picture whose QR says the link, in letters that Vietnamese needs."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from PIL import Image, ImageChops, ImageFont

from papers.guide_card import FONTS, FOOT, HEAD, HEIGHT, MARGIN, QR_SIZE, WIDTH, guide_card

LINK = "https://t.me/cachly_hanoi_bot?start=2CFH-4KMN"
EXPIRES = "14:20 26/11/2026"
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩị" + "óòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)


def opened(data: bytes) -> Image.Image:
    """The picture as pixels."""
    return Image.open(BytesIO(data)).convert("RGB")


def card(**other: str) -> bytes:
    """A usual card, but for what is given."""
    facts = {"link": LINK, "code": "2CFH-4KMN", "station": "Trạm Y tế phường Ngọc Hà"}
    return guide_card(**{**facts, "phone": "0912 345 678", "expires": EXPIRES, **other})


def test_the_card_is_a_small_upright_png():
    """PNG, A6 at 300 dots an inch, well under a megabyte."""
    data = card()
    assert data.startswith(b"\x89PNG")
    assert opened(data).size == (WIDTH, HEIGHT)
    assert len(data) < 200_000


@pytest.mark.parametrize("link", [LINK, "http://127.0.0.1:8080/" + "a" * 60 + "?start=2CFH-4KMN"])
def test_the_qr_says_the_link(link: str):
    """Every module drawn is the module of the link's symbol, with four modules of quiet around it."""
    symbol = segno.make(link, error="m", micro=False)
    modules = symbol.symbol_size(border=4)[0]
    scale = QR_SIZE // modules
    assert scale >= 8
    page, left = opened(card(link=link)), (WIDTH - scale * modules) // 2
    drawn = [
        [
            page.getpixel((left + scale * x + scale // 2, HEAD + scale * y + scale // 2))[0] < 128
            for x in range(modules)
        ]
        for y in range(modules)
    ]
    wanted = [[bool(dark) for dark in row] for row in symbol.matrix_iter(border=4)]
    assert drawn == wanted


def test_the_same_facts_draw_the_same_card():
    """Nothing random or of the clock is on it."""
    assert card() == card()


@pytest.mark.parametrize("fact", ["code", "station", "phone", "expires"])
def test_each_fact_is_on_the_card(fact: str):
    """Another code, station, phone or end draws another card."""
    assert card() != card(**{fact: "9XXX-9XXX"})


@pytest.mark.parametrize("name", ["NotoSans-Regular.ttf", "NotoSans-Bold.ttf"])
def test_the_fonts_have_every_vietnamese_letter(name: str):
    """Each letter with each mark is a glyph of its own, not the box of a missing one."""
    font = ImageFont.truetype(FONTS / name, 40)
    missing = font.getmask("\U0010fffe").getbbox(), bytes(font.getmask("\U0010fffe"))
    for letter in VIETNAMESE + VIETNAMESE.upper() + "0123456789–°":
        mask = font.getmask(letter)
        assert (mask.getbbox(), bytes(mask)) != missing, letter


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"phone": ""},
        {"link": ""},
        {"station": "Trạm Y tế " + "thành phố Rất Dài " * 5},
        {"code": "MXXM-MXXM"},
        {"link": "http://127.0.0.1:8080/" + "a" * 60},
    ],
)
def test_nothing_runs_into_the_foot_or_the_margins(facts: dict[str, str]):
    """With long names, wide codes or no link the text stays inside its page and above the foot."""
    page = opened(card(**facts))
    white = Image.new("RGB", page.size, "#ffffff")
    ink = ImageChops.difference(page, white)
    for strip in (
        (0, HEAD, MARGIN - 2, HEIGHT - FOOT),
        (WIDTH - MARGIN + 2, HEAD, WIDTH, HEIGHT - FOOT),
        (0, HEIGHT - FOOT - 20, WIDTH, HEIGHT - FOOT),
    ):
        assert ink.crop(strip).getbbox() is None


def test_the_licence_of_the_fonts_lies_beside_them():
    """The SIL Open Font License asks to be shipped with the fonts."""
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text()
