"""Rendering for each form of messenger: what takes the place of the phone's own buttons."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.catalogues import load
from bot.links import LinkKind, Links
from bot.rendering import Renderer
from channels.telegram import Telegram
from channels.telegram_parts import parts_of
from handlers.checkin import SYMPTOMS
from handlers.homes import HOME
from handlers.staff import PHONE
from handlers.whereabouts import LOCATION
from quarantine.channel import Form, Presence
from quarantine.conversation import Asking
from quarantine.letters import Asked, Enclosure, Letter, Option
from quarantine.messages import Button, Document, Term, Want
from storage.facts import Facts
from storage.sealing import Keyring

NOW = datetime(2026, 12, 5, 0, 42, tzinfo=UTC)
READER = Facts()
CHAT, LETTER = 4711, 815
LINKS = Links(Keyring.parse(Keyring.make_key("k")), "https://cachly.example.vn")
FORMS = {
    "telegram": Telegram.form,
    "pins": Form(
        buttons=5, edits=False, asks_location=False, takes_location=True, asks_contact=True, documents=True
    ),
    "words": Form(
        buttons=0,
        edits=False,
        asks_location=False,
        takes_location=False,
        asks_contact=False,
        documents=False,
        photo_by_url=True,
    ),
}


def asked(question, mark="q7k"):
    """What stands under a letter that asks this."""
    labels = question.columns, question.want, question.want_label
    free = question.asking not in {Asking.ONE, Asking.MANY}
    return Asked(question.key, mark, question.options(), *labels, free=free)


def letter(question, **more):
    """A letter that asks this."""
    return Letter(LETTER, 1, question.key, NOW, asked=asked(question), **more)


def rendered(one, account, *, links=LINKS):
    """The letter as it is read on this account."""
    renderer = Renderer(load(strict=True), lambda *_: b"png", {}, {}, FORMS, links)
    return renderer.render(one, READER, NOW, account, CHAT)


def test_beside_the_phones_own_button_the_page_is_the_second_way():
    """On Telegram the button stays, and one last line of the text tells another way."""
    reply = rendered(letter(LOCATION), "telegram")
    assert (reply.want, reply.want_label) == (Want.LOCATION, "📍 Gửi vị trí")
    assert (reply.words, reply.buttons) == (("Không gửi được", "Gặp cán bộ"), ())
    assert reply.link.label == "Cách khác"
    (part,) = parts_of(reply)
    assert part.text == f"{reply.text}\nCách khác: {reply.link.url}"


@pytest.mark.parametrize("account", ["pins", "words"])
def test_without_such_a_button_the_page_takes_its_place(account):
    """The text may speak of the button as ever, and the other answers are ordinary choices."""
    reply = rendered(letter(LOCATION), account)
    assert reply.want is None
    assert reply.link.label == "📍 Gửi vị trí"
    assert reply.text == "Anh/chị bấm 📍 Gửi vị trí là xong nhé."
    assert [[button.label for button in row] for row in reply.buttons] == [["Không gửi được"], ["Gặp cán bộ"]]


def test_the_link_leads_back_to_the_question_it_stands_under():
    """For this chat, this letter and this number, and no longer than the letter is valid."""
    until = NOW + timedelta(hours=1)
    link = rendered(letter(LOCATION, valid_until=until), "pins").link
    ticket = LINKS.read(LinkKind.PLACE, link.url.rpartition("/")[2], NOW)
    assert (ticket.address_id, ticket.letter_id, ticket.number) == (CHAT, LETTER, "q7k")
    assert ticket.expires_at == until


def test_a_question_for_something_else_has_no_link():
    """The page sends positions only."""
    for question in (SYMPTOMS, PHONE):
        assert {rendered(letter(question, params={"who": "x"}), account).link for account in FORMS} == {None}


@pytest.mark.parametrize(
    ("question", "account", "said"),
    [
        (LOCATION, "telegram", "bấm 📍 Gửi vị trí là xong"),
        (LOCATION, "pins", "bấm dấu + cạnh ô nhắn tin, chọn Vị trí"),
        (LOCATION, "words", "chọn Không gửi được, cán bộ sẽ gọi"),
        (HOME, "telegram", "bấm 📍 gửi vị trí"),
        (HOME, "pins", "bấm dấu +, chọn Vị trí"),
        (HOME, "words", "dán tọa độ lấy từ bản đồ"),
    ],
)
def test_without_a_public_address_words_tell_how(question, account, said):
    """Each messenger gets the way that works there; where none does, the way to a human."""
    reply = rendered(letter(question, params={"name": "Lan", "address": "12 Hợp Giang"}), account, links=None)
    assert said in reply.text
    assert reply.link is None
    assert (reply.want is None) is (account != "telegram")
    assert ("📍" in reply.text) is (account == "telegram")


def test_what_is_put_before_a_question_and_other_texts_fit_the_messenger_too():
    """Not only the question speaks of the button: so do what is put before it, reminders and help."""
    lead = (Term("checkin.location_stale"),)
    assert "📍" not in rendered(letter(LOCATION, lead=lead), "pins", links=None).text
    for key in ("help.resident", "unclear.where", "unclear.location"):
        said = {account: rendered(Letter(1, 1, key, NOW), account, links=None).text for account in FORMS}
        assert "📍" in said["telegram"]
        assert "📍" not in said["pins"]


def test_without_a_button_for_the_number_it_is_typed():
    """The question is asked all the same; nothing speaks of a button that is not there."""
    reply = rendered(letter(PHONE), "words")
    assert (reply.want, reply.want_label, reply.words) == (None, "", ())
    assert rendered(letter(PHONE), "pins").want is Want.CONTACT
    said = {
        account: rendered(Letter(1, 1, "unclear.foreign_contact", NOW), account).text for account in FORMS
    }
    assert ("bấm" in said["pins"], "bấm" in said["words"]) == (True, False)


def test_choices_tell_how_they_are_typed_and_which_are_drawn_first():
    """Channels with fewer buttons than choices draw the wide ones, and say that numbers may be typed."""
    options = (Option("none", Term("sign.none"), wide=True), Option("fever", Term("sign.fever")))
    many = rendered(Letter(1, 1, "word.received", NOW, asked=Asked("q", "p3", options, many=True)), "words")
    one = rendered(Letter(1, 1, "word.received", NOW, asked=Asked("q", "p3", options)), "words")
    assert (many.many, many.hint) == (True, "Gõ số của mục đúng; nhiều mục thì gõ cả, ví dụ 2 3.")
    assert (one.many, one.hint) == (False, "Trả lời bằng số, ví dụ 1.")
    beside = rendered(letter(LOCATION), "words")
    assert beside.hint == "Hoặc gõ số của mục trên, ví dụ 1."
    assert many.buttons[0] == (Button("Không có triệu chứng", "p3:none", wide=True),)
    assert not many.buttons[1][0].wide
    assert rendered(Letter(1, 1, "word.received", NOW), "words").hint == ""


def card():
    """A letter with a guide card."""
    params = {"code": "2CFH-4KMN", "station": "Trạm", "phone": "0905", "expires": NOW, "name": "Lan"}
    return Letter(LETTER, 1, "word.received", NOW, params=params, enclosure=Enclosure.GUIDE_CARD)


def test_a_messenger_that_fetches_pictures_gets_a_link_to_one():
    """For an hour, drawn when it is fetched; others get the picture itself."""
    reply = rendered(card(), "words")
    ticket = LINKS.read(LinkKind.PICTURE, reply.photo_url.rpartition("/")[2], NOW)
    assert (ticket.letter_id, ticket.address_id, reply.photo) == (LETTER, CHAT, None)
    assert (rendered(card(), "pins").photo, rendered(card(), "pins").photo_url) == (b"png", "")
    assert rendered(card(), "words", links=None).photo_url == ""
    assert rendered(Letter(1, 1, "word.received", NOW), "words").photo_url == ""


def leaflets():
    """A letter with leaflets of two people, the station's name in the reader's language."""
    common = {"station": Term("word.own_station"), "call": "0905", "address": "12 Đội Cấn", "phone": "0987"}
    sheets = [{**common, "code": f"2CFH-4KM{last}", "name": f"Lan {last}"} for last in "NP"]
    params = {"leaflets": sheets, "per_page": 8, "count": 2, "expires": NOW}
    return Letter(LETTER, 1, "print.several", NOW, params=params, enclosure=Enclosure.LEAFLETS)


def test_leaflets_go_as_a_file_where_files_are_carried():
    """Each with the accounts at which its code can be handed in; the name of the file says nothing."""
    drawn = []
    presences = {"pins": Presence("@Bot", "https://t.me/Bot?start={code}", "telegram")}
    renderer = Renderer(
        load(strict=True),
        lambda *_: b"png",
        presences,
        {},
        FORMS,
        LINKS,
        lambda given, per_page: (drawn.append((given, per_page)), b"%PDF")[1],
    )
    reply = renderer.render(leaflets(), READER, NOW, "files", CHAT)
    assert reply.document == Document("phieu-huong-dan.pdf", b"%PDF")
    assert (reply.link, reply.photo) == (None, None)
    (((first, second), per_page),) = drawn
    assert per_page == 8
    assert first.card.entrances[0].link == "https://t.me/Bot?start=2CFH4KMN"
    assert (second.name, second.card.code, second.card.expires) == ("Lan P", "2CFH-4KMP", "07:42 05/12/2026")
    assert "Tệp in 2 phiếu" in reply.text


def test_leaflets_go_by_a_link_where_no_files_are_carried():
    """To a page of ours, for this letter and chat; without a public address a human prints."""
    reply = rendered(leaflets(), "words")
    assert (reply.document, reply.link.label) == (None, "Tải tệp PDF")
    ticket = LINKS.read(LinkKind.DOCUMENT, reply.link.url.rpartition("/")[2], NOW)
    assert (ticket.letter_id, ticket.address_id) == (LETTER, CHAT)
    alone = rendered(leaflets(), "words", links=None)
    assert alone.link is None
    assert alone.text.startswith("Kênh này chưa nhận được tệp (2 phiếu).")


def test_a_day_sheet_goes_as_a_file_with_the_words_of_the_form():
    """Signs and temperatures in the reader's words, a cross where the form wants one."""
    drawn = []
    line = {
        "number": 3,
        "day": date(2026, 12, 5),
        "temperatures": [Term("report.temperature", {"value": 38.2})],
        "signs": [Term("sign.fever"), Term("sign.cough")],
        "well": False,
        "suspected": True,
        "absent": False,
    }
    facts = {"name": "Lan", "first_day": NOW.date(), "last_day": NOW.date(), "days": 1}
    figures = {"checkins": 2, "answered": 1, "unwell": 1, "absent": 0}
    head = [Term("sheet.officer", {"name": "Hạnh", "call": "0912 345 678"})]
    params = {**facts, **figures, "head": head, "sheet": [line]}
    told = Letter(LETTER, 1, "sheet.text", NOW, params=params, enclosure=Enclosure.DAY_SHEET)
    renderer = Renderer(
        load(strict=True),
        lambda *_: b"png",
        forms=FORMS,
        links=LINKS,
        draw_sheet=lambda given: (drawn.append(given), b"%PDF")[1],
    )
    reply = renderer.render(told, READER, NOW, "files", CHAT)
    assert reply.document == Document("bang-theo-doi.pdf", b"%PDF")
    (sheet,) = drawn
    assert sheet.lines == (("3", "05/12/2026", "38,2 °C", "sốt, ho", "", "x", ""),)
    assert sheet.head == ("Người theo dõi: Hạnh. Điện thoại liên hệ khi có triệu chứng: 0912 345 678",)
    assert renderer.render(told, READER, NOW, "words", CHAT).link is not None


def test_where_the_chat_is_not_known_there_is_no_link():
    """A link that nobody could use is not shown."""
    renderer = Renderer(load(strict=True), lambda *_: b"png", {}, {}, FORMS, LINKS)
    assert renderer.render(letter(LOCATION), READER, NOW, "pins").link is None
