"""Leaflets on paper: every QR reads, the letters are embedded, a list leads, and the cards name nobody."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from papers.guide_card import WIDTH, Card, Entrance
from papers.leaflets import LAYOUTS, NAME, PER_LIST, Leaflet, leaflets

OA = Entrance("Zalo", "Trạm Y tế phường Ngọc Hà", "https://zalo.me/4318657068771012646", follow=True)
ZALO_BOT = Entrance("Zalo", "Bot Cachly Hà Nội", "https://zalo.me/459812736450918273")
CODES = [f"2CFH-4K{letter}{other}" for letter in "ACDEFGHJK" for other in "MNPQRTUVWX"]
A4 = (210, 297)
DOTS = 300


def telegram(code: str) -> Entrance:
    """The account whose link hands in the code."""
    return Entrance(
        "Telegram", "@cachly_hanoi_bot", f"https://t.me/cachly_hanoi_bot?start={code}", coded=True
    )


def leaflet(number: int = 0, *entrances: Entrance, **other: str) -> Leaflet:
    """A usual leaflet of that number."""
    code = CODES[number]
    station = other.pop("station", "Trạm Y tế phường Ngọc Hà")
    card = Card(entrances or (telegram(code),), code, station, "0912 345 678", "14:20 26/11/2026")
    facts = {"name": f"Nguyễn Thị Lan {number}", "address": "12 Đội Cấn", "phone": "0987 654 321", **other}
    return Leaflet(card, **facts)


def pages(pdf: bytes, dots: int = DOTS) -> list[Image.Image]:
    """The pages as a printer of so many dots an inch lays them down."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.render(scale=dots / 72).to_pil().convert("L") for page in document]


def words(pdf: bytes) -> list[str]:
    """The text of each page."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def read(page: Image.Image) -> set[str]:
    """What the QR codes of a picture say."""
    return {one.text for one in zxingcpp.read_barcodes(page) if one.format == zxingcpp.BarcodeFormat.QRCode}


@pytest.mark.parametrize("per_page", LAYOUTS)
def test_every_qr_reads_on_every_size(per_page: int):
    """Each card of a full page and of the rest has its own link."""
    given = [leaflet(number) for number in range(per_page + 1)]
    printed = pages(leaflets(given, per_page))
    cards = printed[1:]
    assert len(cards) == 2
    said = set().union(*map(read, cards))
    assert said == {one.card.entrances[0].link for one in given}


def test_the_smallest_of_three_codes_reads_in_a_photo():
    """Eight to a page with three QR codes each, as a phone takes the sheet: smaller, blurred, tilted."""
    given = [leaflet(number, OA, ZALO_BOT, telegram(CODES[number])) for number in range(8)]
    (_, sheet) = pages(leaflets(given, 8), dots=200)
    photo = sheet.rotate(7, expand=True, fillcolor=200).filter(ImageFilter.GaussianBlur(1.1))
    links = {entrance.link for one in given for entrance in one.card.entrances}
    assert read(photo) == links


@pytest.mark.parametrize("per_page", LAYOUTS)
def test_pages_are_a4(per_page: int):
    """Upright or lying, every page fits the station's paper."""
    for page in pages(leaflets([leaflet(number) for number in range(3)], per_page), dots=72):
        assert sorted(round(side / 72 * 25.4) for side in page.size) == sorted(A4)


def test_a_single_leaflet_has_no_list_and_no_number():
    """Nothing says who it is for; there is nothing to tell it apart from."""
    (text,) = words(leaflets([leaflet()], 1))
    assert "Phiếu" not in text
    assert CODES[0] in text
    assert "Dùng đến 14:20 26/11/2026" in text


def test_the_list_leads_and_the_cards_name_nobody():
    """Who gets which number is on a sheet that stays at the station; codes are on the cards alone."""
    listed, *cards = words(leaflets([leaflet(number) for number in range(5)], 4))
    for number in range(5):
        assert f"Nguyễn Thị Lan {number}" in listed
        assert CODES[number] not in listed
    said = "\n".join(cards)
    assert all(f"Phiếu {number}. " in said for number in range(1, 6))
    assert all(secret not in said for secret in ("Lan", "Đội Cấn", "0987"))


def test_a_long_list_goes_on_to_the_next_page():
    """Nobody is lost at the foot of a page; numbers go on."""
    given = [leaflet(number) for number in range(PER_LIST + 2)]
    first, second, *_ = words(leaflets(given, 8))
    assert "trang 1" in first
    assert "trang 2" in second
    assert f"Nguyễn Thị Lan {PER_LIST - 1}" in first
    assert f"Nguyễn Thị Lan {PER_LIST + 1}" in second
    assert str(PER_LIST + 2) in second


def test_long_names_stay_in_their_column():
    """A name or address that is too long ends in dots, and leaves the telephone readable."""
    given = [leaflet(0, name="Nguyễn " * 20, address="Số 12 ngõ 34 phố Đội Cấn " * 9), leaflet(1)]
    listed, *_ = words(leaflets(given, 4))
    assert listed.count("…") == 2
    assert listed.count("0987 654 321") == 2


def test_vietnamese_is_written_whole_however_it_was_typed():
    """Marks that were typed apart are put together: the font has each letter whole."""
    apart = "Tra\u0323m Y te\u0302\u0301 phu\u031bo\u031b\u0300ng Ngo\u0323c Ha\u0300"
    (text,) = words(leaflets([leaflet(0, station=apart)], 1))
    assert "Trạm Y tế phường Ngọc Hà" in text


def test_all_letters_are_in_the_file():
    """A printer without Noto Sans prints it all the same; nothing is left to the reader's own fonts."""
    pdf = leaflets([leaflet(number) for number in range(2)], 4)
    fonts = pdf.count(b"/Type /Font\n") + pdf.count(b"/Type /Font ")
    assert fonts == pdf.count(b"/FontFile2") == 2


def test_the_same_leaflets_are_the_same_file():
    """No instant, no number of the machine: what is drawn again behind a link is what was sent."""
    given = [leaflet(number) for number in range(9)]
    assert leaflets(given, 4) == leaflets(given, 4)


def test_eighty_leaflets_stay_small():
    """The largest file that is made in chat goes through every messenger (Zalo takes 5 MB)."""
    assert len(leaflets([leaflet(number) for number in range(80)], 8)) < 500_000


def test_the_file_and_its_title_say_nothing_about_anybody():
    """A file lies about in downloads: its name and title name no one."""
    with closing(pypdfium2.PdfDocument(BytesIO(leaflets([leaflet()], 1)))) as document:
        assert document.get_metadata_dict()["Title"] == "Phiếu hướng dẫn theo dõi cách ly tại nhà"
    assert NAME == "phieu-huong-dan.pdf"


def test_other_numbers_to_a_page_are_refused():
    """The error says which there are."""
    with pytest.raises(ValueError, match="1, 4, 8"):
        leaflets([leaflet()], 5)


def test_what_is_printed_stays_inside_the_card():
    """Also with long names there is white between the cards, to cut in."""
    long = Entrance("Zalo", "Trung tâm Kiểm soát bệnh tật " * 4, "https://zalo.me/" + "9" * 60, follow=True)
    given = [leaflet(number, long, long, long, station="Trạm Y tế " + "Rất Dài " * 12) for number in range(4)]
    (_, sheet) = pages(leaflets(given, 4), dots=150)
    middle = sheet.width // 2
    gap = round(0.02 * WIDTH / DOTS * 150)
    left = sheet.crop((middle - gap, 0, middle - 2, sheet.height // 2 - 3))
    assert left.getextrema() == (255, 255)
