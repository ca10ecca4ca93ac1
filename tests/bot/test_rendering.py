"""Rendering: a letter becomes the text, the buttons and the enclosures that one reader sees."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.catalogues import Catalogue, load
from bot.formatting import fill, show, show_distance, show_number, show_time
from bot.rendering import MissingParameterError, Renderer
from quarantine.channel import Presence
from quarantine.letters import Asked, Enclosure, Letter, Option
from quarantine.messages import Button, Template, Term, Want
from quarantine.people import Person, Sex, Unit, UnitKind
from quarantine.titles import place_name
from quarantine.windows import APPROVABLE, Approved, Reach
from storage.facts import Facts

NOW = datetime(2026, 12, 5, 0, 42, tzinfo=UTC)
STATION = Unit(1, "00001", UnitKind.STATION, "Phường Ngọc Hà", "Hà Nội", hotline="02438253531")
LAN = Person(7, "Nguyễn Thị Lan", phone="0987654321", birth_year=1992, sex=Sex.FEMALE)
HANH = Person(8, "Trần Thị Hạnh", phone="0912345678", birth_year=1980, sex=Sex.FEMALE)
READER = Facts(LAN, "vi", STATION, HANH, STATION.hotline)
TEXTS = {
    "vi": {
        "a.hello": "Chào {you} {me}, {station} đây. {You} gọi {officer} {officer_phone} hoặc {hotline} nhé.",
        "a.card": "{head}\n{name}, ngày thứ {day}\n\nLần cuối: {last}",
        "a.late": "Muộn rồi",
        "a.when": "{since} | {since_full} | {since_short} | {day} | {day_short}",
        "a.ways": "Mở:\n{ways}",
        "a.signs": "{signs}",
        "a.go": "đi tiếp",
    },
    "en": {"a.hello": "Hello {me}, dear {you}. {You} may call {officer_phone}."},
}


def texts(**more):
    """The shared words of the real catalogues, and the texts of this file."""
    real = load(strict=True).texts
    return Catalogue(
        {language: {**real[language], **TEXTS[language], **more} for language in TEXTS}, strict=True
    )


def draw(ways, *given):
    """A card that shows what it was given."""
    return "|".join([*(way.link for way in ways), *given]).encode()


@pytest.fixture(scope="module")
def renderer():
    """A renderer with the texts of this file."""
    return Renderer(
        texts(),
        draw,
        {"telegram": Presence("@cachly_bot", "https://t.me/cachly_bot?start={code}", "telegram")},
    )


def letter(key="a.late", **fields):
    """A letter with what a test needs."""
    return Letter(id=1, owner=LAN.id, key=key, due_at=NOW, **fields)


def test_a_reader_is_addressed_by_age_and_sex_and_told_whom_to_call(renderer):
    """Voice rule 2: honorific by age and sex, given name; station and officer need not be passed."""
    said = renderer.render(letter("a.hello"), READER, NOW).text
    assert said == (
        "Chào chị Lan, Trạm Y tế phường Ngọc Hà đây. Chị gọi Hạnh 0912 345 678 hoặc 024 3825 3531 nhé."
    )


@pytest.mark.parametrize(
    ("born", "sex", "you"),
    [
        (1990, Sex.MALE, "anh"),
        (1990, Sex.FEMALE, "chị"),
        (1966, Sex.FEMALE, "bác"),
        (2012, Sex.MALE, "em"),
        (2020, Sex.MALE, "anh/chị"),
        (None, Sex.MALE, "anh/chị"),
        (1990, None, "anh/chị"),
    ],
)
def test_honorifics(renderer, born, sex, you):
    """Anh, chị, bác, em by the age on the local day; whoever is not known is anh/chị."""
    reader = Facts(Person(1, "An", birth_year=born, sex=sex))
    shown = Renderer(texts(**{"a.you": "{you} {You}"}), draw).render(letter("a.you"), reader, NOW)
    assert shown.text == f"{you} {you[0].upper()}{you[1:]}"


def test_a_stranger_gets_words_instead_of_facts(renderer):
    """Somebody whom we do not know is told to call their own station; no name leaves a hole."""
    said = renderer.render(letter("a.hello"), Facts(), NOW).text
    assert said == (
        "Chào anh/chị, trạm y tế phường/xã nơi ở đây. "
        "Anh/chị gọi trực trạm chưa có số điện thoại hoặc chưa có số điện thoại nhé."
    )


def test_without_an_officer_the_hotline_is_given(renderer):
    """A number that somebody answers is better than none."""
    reader = Facts(LAN, "vi", STATION, None, STATION.hotline)
    assert "gọi trực trạm 024 3825 3531" in renderer.render(letter("a.hello"), reader, NOW).text


def test_the_language_is_the_readers(renderer):
    """A letter in flight is read in the language that the reader has when it is sent."""
    english = Facts(LAN, "en", STATION, HANH)
    assert renderer.render(letter("a.hello"), english, NOW).text == (
        "Hello Lan, dear you. You may call 0912 345 678."
    )


def test_lead_terms_come_before_the_message(renderer):
    """What was done and what comes next are one bubble."""
    told = letter("a.late", lead=(Term("stale.button"), Term("word.nothing")))
    assert renderer.render(told, READER, NOW).text == (
        "Lựa chọn này thuộc câu hỏi trước. Câu hiện giờ ở ngay dưới đây.\nMuộn rồi"
    )


def test_a_line_with_nothing_on_it_is_dropped_but_paragraphs_stay(renderer):
    """A card without a head begins with its first fact."""
    params = {"head": Term("word.nothing"), "name": "Lê {văn} An", "day": 3, "last": Term("report.never")}
    assert renderer.render(letter("a.card", params=params), READER, NOW).text == (
        "Lê {văn} An, ngày thứ 3\n\nLần cuối: chưa có bản khai nào"
    )


def test_days_and_hours_are_local_and_written_as_people_write_them(renderer):
    """dd/MM/yyyy, 24-hour, local; the text chooses the form by the name's end."""
    params = {"since": datetime(2026, 12, 4, 17, 5, tzinfo=UTC), "day": date(2026, 12, 5)}
    assert renderer.render(letter("a.when", params=params), READER, NOW).text == (
        "00:05 | 00:05 05/12/2026 | 05/12 | 05/12/2026 | 05/12"
    )


def test_nested_terms_and_lists_are_translated_with_the_reader(renderer):
    """A list of signs is read as words, a temperature with its comma, one item a line under `lines`."""
    signs = [Term("sign.fever"), Term("report.temperature", {"value": 38.5}), "ho"]
    said = renderer.render(letter("a.signs", params={"signs": signs}), READER, NOW)
    assert said.text == "sốt, 38,5 °C, ho"
    assert show("lines", ["a", "b"], "vi", str) == "a\nb"


def test_a_missing_parameter_is_an_error_in_tests_and_a_gap_in_service(renderer):
    """In service the rest of an alert still arrives."""
    with pytest.raises(MissingParameterError):
        renderer.render(letter("a.signs"), READER, NOW)
    served = Renderer(Catalogue(texts().texts), draw)
    assert served.render(letter("a.signs"), READER, NOW).text == "…"


def test_what_no_text_can_show_is_an_error(renderer):
    """A value of an unknown kind is a fault of the code, not something to print."""
    with pytest.raises(TypeError):
        renderer.render(letter("a.signs", params={"signs": object()}), READER, NOW)


def test_buttons_carry_the_number_of_their_question(renderer):
    """Yesterday's button cannot answer today's question; rows follow the columns, picked ones are ticked."""
    options = (
        Option("none", Term("sign.none")),
        Option("fever", Term("sign.fever"), picked=True),
        Option("x", "xã Ea Kao"),
    )
    reply = renderer.render(letter(asked=Asked("q", "p3k", options, columns=2)), READER, NOW)
    assert reply.buttons == (
        (Button("Không có triệu chứng", "p3k:none"), Button("✓ Sốt", "p3k:fever")),
        (Button("Xã Ea Kao", "p3k:x"),),
    )
    assert (reply.want, reply.want_label, reply.words) == (None, "", ())


def test_a_wanted_location_has_the_phones_button_and_words_beside_it(renderer):
    """The other answers of a location question are words that are tapped or typed."""
    asked = Asked(
        "q", "q1", (Option("cannot", Term("a.go")),), want=Want.LOCATION, want_label="word.send_location"
    )
    reply = renderer.render(letter(asked=asked), READER, NOW)
    assert (reply.want, reply.want_label) == (Want.LOCATION, "📍 Gửi vị trí")
    assert (reply.words, reply.buttons) == (("Đi tiếp",), ())
    contact = renderer.render(letter(asked=Asked("q", "q1", want=Want.CONTACT)), READER, NOW)
    assert contact.want_label == "Gửi số điện thoại"


def test_the_guide_card_holds_the_link_of_the_account_it_is_sent_on(renderer):
    """The link opens the bot that the officer shows; the code is the one of the letter."""
    params = {
        "code": "2CFH-4KMN",
        "station": "Trạm Y tế xã Ea Kao",
        "phone": "0905 111 222",
        "expires": datetime(2026, 12, 8, 0, 42, tzinfo=UTC),
    }
    told = letter("a.ways", params=params, enclosure=Enclosure.GUIDE_CARD)
    reply = renderer.render(told, READER, NOW, "telegram")
    link = "https://t.me/cachly_bot?start=2CFH4KMN"
    assert reply.text == f"Mở:\n{link}"
    assert reply.photo.decode() == f"{link}|2CFH-4KMN|Trạm Y tế xã Ea Kao|0905 111 222|07:42 08/12/2026"
    assert renderer.render(letter(), READER, NOW, "telegram").photo is None


def test_a_pin_shows_the_position_of_its_parameters(renderer):
    """The officer is shown the home on a map; other letters show none, whatever their parameters."""
    where = {"lat": 21.0333, "lng": 105.8}
    assert renderer.render(letter(params=where, enclosure=Enclosure.PIN), READER, NOW).pin == (21.0333, 105.8)
    assert renderer.render(letter(params=where), READER, NOW).pin is None
    assert renderer.render(letter(enclosure=Enclosure.PIN), READER, NOW).pin is None


def test_protection_and_replacement_go_with_the_reply(renderer):
    """A file that must not be forwarded stays so, and an edit names the message."""
    reply = renderer.render(letter(protect=True, replaces="55"), READER, NOW)
    assert (reply.protect, reply.replaces) == (True, "55")


def test_a_label_is_spoken_as_it_is_drawn(renderer):
    """What people type is compared with what the button says, in their language."""
    assert renderer.speak(Term("sign.none"), "vi") == "không có triệu chứng"
    assert renderer.speak(Term("word.finish"), "en") == "Done"


@pytest.mark.parametrize(
    ("metres", "vi", "en"),
    [
        (0, "0 m", "0 m"),
        (14.6, "15 m", "15 m"),
        (99, "99 m", "99 m"),
        (154, "150 m", "150 m"),
        (994, "990 m", "990 m"),
        (995.2, "1 km", "1 km"),
        (1249, "1,2 km", "1.2 km"),
        (12_400, "12,4 km", "12.4 km"),
    ],
)
def test_distances_claim_no_more_than_is_known(metres, vi, en):
    """Metres up to a hundred, tens of metres up to a kilometre, then kilometres with a comma."""
    assert (show_distance(metres, "vi"), show_distance(metres, "en")) == (vi, en)


def test_numbers():
    """Decimal comma in Vietnamese; whole numbers have none."""
    assert [show_number(value, "vi") for value in (36.8, 39.0, 14, 0.5, -0.25)] == [
        "36,8",
        "39",
        "14",
        "0,5",
        "-0,25",
    ]
    assert show_number(36.8, "en") == "36.8"


def test_an_instant_shows_the_local_day():
    """23:30 in Hanoi is not yet the next day, 00:10 is."""
    assert show_time(datetime(2026, 12, 4, 16, 30, tzinfo=UTC), "at_full") == "23:30 04/12/2026"
    assert show_time(datetime(2026, 12, 4, 17, 10, tzinfo=UTC), "at_short") == "05/12"


def test_what_is_put_into_a_text_is_never_read_as_a_text():
    """Somebody who writes {officer_phone} into their name gets it back as it stands."""
    assert fill("Tên: {name}", {"name": "{officer_phone}"}.__getitem__) == "Tên: {officer_phone}"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Phường Ngọc Hà", "phường Ngọc Hà"),
        ("Đặc khu Phú Quốc", "đặc khu Phú Quốc"),
        ("Thành phố Hà Nội", "thành phố Hà Nội"),
        ("Xã Xa Dung", "xã Xa Dung"),
        ("Hà Nội", "Hà Nội"),
        ("Xã", "Xã"),
    ],
)
def test_a_place_inside_a_sentence(name, place):
    """The type word is small inside a sentence, the name keeps its capitals."""
    assert place_name(name) == place


@pytest.mark.parametrize(
    ("kind", "name", "title"),
    [
        (UnitKind.CDC, "Thành phố Hà Nội", "CDC thành phố Hà Nội"),
        (UnitKind.CENTRE, "Ba Đình", "Trung tâm Y tế Ba Đình"),
        (UnitKind.CENTRE, "Trung tâm Y tế khu vực Ba Đình", "Trung tâm Y tế khu vực Ba Đình"),
        (UnitKind.POINT, "Xã Ea Kao", "Điểm trạm Y tế xã Ea Kao"),
    ],
)
def test_units_are_called_what_they_are(kind, name, title):
    """A unit that already has its title in its name does not get it twice."""
    reader = Facts(LAN, "vi", Unit(1, "1", kind, name, "Hà Nội"))
    shown = Renderer(texts(**{"a.station": "{station}"}), draw).render(letter("a.station"), reader, NOW)
    assert shown.text == title


def test_an_approved_message_is_filled_where_the_account_has_one():
    """Its fields are the parameters of our own text; the number is what templates by phone are sent to."""
    approved = Approved("7788", {"ten": "me", "xung_ho": "You", "so": "officer_phone", "ngay": "day"})
    reaches = {"zalo": Reach("zalo-oa", timedelta(days=7), {"checkin.prompt": approved})}
    closing = Renderer(texts(**{"checkin.prompt": "{day} {officer_phone}"}), draw, {}, reaches)
    prompt = letter("checkin.prompt", params={"day": "03/12"})
    fields = {"ten": "Lan", "xung_ho": "Chị", "so": "0912 345 678", "ngay": "03/12"}
    assert closing.render(prompt, READER, NOW, "zalo").template == Template("7788", fields, "84987654321")
    assert closing.render(prompt, READER, NOW, "telegram").template is None
    assert closing.render(letter(), READER, NOW, "zalo").template is None
    stranger = closing.render(prompt, Facts(replace(LAN, phone=None)), NOW, "zalo").template
    assert stranger is not None
    assert stranger.phone == ""
    assert load(strict=True).texts["vi"].keys() >= APPROVABLE
