"""The guidance card: a small picture whose QR says the link, in letters that Vietnamese needs."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageChops, ImageFont

from papers.guide_card import (
    FOOT,
    HEAD,
    HEIGHT,
    MARGIN,
    QR_SIZE,
    QR_SIZES,
    WIDTH,
    Entrance,
    guide_card,
    told,
)
from papers.surfaces import FONTS

LINK = "https://t.me/cachly_hanoi_bot?start=2CFH-4KMN"
TELEGRAM = Entrance("Telegram", "@cachly_hanoi_bot", LINK, coded=True)
OA = Entrance("Zalo", "Trạm Y tế phường Ngọc Hà", "https://zalo.me/4318657068771012646", follow=True)
ZALO_BOT = Entrance("Zalo", "Bot Cachly Hà Nội", "https://zalo.me/459812736450918273")
UNKNOWN_ADDRESS = Entrance("Zalo", "Bot Cachly Hà Nội")
LONG = Entrance("Zalo", "Trung tâm Kiểm soát bệnh tật " * 4, "https://zalo.me/" + "9" * 60, follow=True)
EXPIRES = "14:20 26/11/2026"
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩị" + "óòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)


def opened(data: bytes) -> Image.Image:
    """The picture as pixels."""
    return Image.open(BytesIO(data)).convert("RGB")


def card(*entrances: Entrance, **other: str) -> bytes:
    """A usual card, but for what is given."""
    facts = {"code": "2CFH-4KMN", "station": "Trạm Y tế phường Ngọc Hà"}
    return guide_card(
        entrances or (TELEGRAM,), **{**facts, "phone": "0912 345 678", "expires": EXPIRES, **other}
    )


def drawn_modules(page: Image.Image, link: str, size: int, middle: float) -> list[list[bool]]:
    """The QR of this link as it stands on the page, its centre `middle` dots from the left."""
    modules = segno.make(link, error="m", micro=False).symbol_size(border=4)[0]
    scale = size // modules
    assert scale >= 8
    left = round(middle - scale * modules / 2)
    return [
        [
            page.getpixel((left + scale * x + scale // 2, HEAD + scale * y + scale // 2))[0] < 128
            for x in range(modules)
        ]
        for y in range(modules)
    ]


def symbol_of(link: str) -> list[list[bool]]:
    """The QR of this link as it must be."""
    return [
        [bool(dark) for dark in row] for row in segno.make(link, error="m", micro=False).matrix_iter(border=4)
    ]


def test_the_card_is_a_small_upright_png():
    """PNG, A6 at 300 dots an inch, well under a megabyte."""
    data = card()
    assert data.startswith(b"\x89PNG")
    assert opened(data).size == (WIDTH, HEIGHT)
    assert len(data) < 200_000


@pytest.mark.parametrize("link", [LINK, "http://127.0.0.1:8080/" + "a" * 60 + "?start=2CFH-4KMN"])
def test_the_qr_says_the_link(link: str):
    """Every module drawn is the module of the link's symbol, with four modules of quiet around it."""
    page = opened(card(replace(TELEGRAM, link=link)))
    assert drawn_modules(page, link, QR_SIZE, WIDTH / 2) == symbol_of(link)


@pytest.mark.parametrize(
    "entrances", [(OA,), (OA, TELEGRAM), (OA, ZALO_BOT, TELEGRAM), (OA, UNKNOWN_ADDRESS, TELEGRAM)]
)
def test_each_account_with_an_address_has_its_qr(entrances: tuple[Entrance, ...]):
    """Side by side, in the order given, each says its own link; without an address there is none."""
    page = opened(card(*entrances))
    shown = [one for one in entrances if one.link]
    width = (WIDTH - 2 * MARGIN) // len(shown)
    for place, one in enumerate(shown):
        middle = MARGIN + width * (place + 0.5)
        assert drawn_modules(page, one.link, QR_SIZES[len(shown)], middle) == symbol_of(one.link)


@pytest.mark.parametrize("entrances", [(OA,), (OA, TELEGRAM)])
def test_a_card_names_the_account(entrances: tuple[Entrance, ...]):
    """Who searches instead of scanning needs the name: another name draws another card."""
    other = (replace(entrances[0], name="Trạm Y tế xã Ba Vì"), *entrances[1:])
    assert card(*entrances) != card(*other)


STEPS_3 = "Mỗi ngày điểm danh hai lần: 07:30 và 16:30."
ASKED = "Nếu được hỏi mã, nhập mã ở trên. Sau đó trả lời năm sinh."
SENT = "Gửi mã ở trên vào đó, rồi trả lời năm sinh."


@pytest.mark.parametrize(
    ("entrances", "steps"),
    [
        ((), ("Mở kênh chat của trạm y tế.", ASKED)),
        ((TELEGRAM,), ("Quét mã QR bằng điện thoại, rồi bấm Bắt đầu.", ASKED)),
        ((OA,), ("Mở Zalo, quét mã QR hoặc tìm tên ghi dưới mã, bấm Quan tâm.", SENT)),
        ((ZALO_BOT,), ("Mở Zalo, quét mã QR hoặc tìm tên ghi dưới mã.", SENT)),
        ((UNKNOWN_ADDRESS,), ("Mở Zalo, tìm “Bot Cachly Hà Nội”.", SENT)),
        ((OA, TELEGRAM), ("Quét mã QR bằng Zalo hoặc Telegram. Trên Zalo, bấm Quan tâm.", ASKED)),
        ((ZALO_BOT, TELEGRAM), ("Quét mã QR bằng Zalo hoặc Telegram.", ASKED)),
    ],
)
def test_the_steps_fit_the_accounts(entrances: tuple[Entrance, ...], steps: tuple[str, ...]):
    """What a resident is told to do is what leads to us on the accounts that there are."""
    assert told(entrances) == (*steps, STEPS_3)


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
    ("entrances", "facts"),
    [
        ((), {}),
        ((), {"phone": ""}),
        ((UNKNOWN_ADDRESS,), {}),
        ((), {"station": "Trạm Y tế " + "thành phố Rất Dài " * 5}),
        ((), {"code": "MXXM-MXXM"}),
        ((replace(TELEGRAM, link="http://127.0.0.1:8080/" + "a" * 60),), {}),
        ((OA,), {}),
        ((LONG,), {}),
        ((LONG, replace(LONG, link=""), TELEGRAM), {}),
        ((LONG, LONG, LONG), {}),
    ],
)
def test_nothing_runs_into_the_foot_or_the_margins(entrances: tuple[Entrance, ...], facts: dict[str, str]):
    """With long names, wide codes, no link or three the text stays inside its page and above the foot."""
    page = opened(card(*entrances, **facts))
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
