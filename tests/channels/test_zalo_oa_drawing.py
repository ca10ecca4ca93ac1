"""How a reply is drawn on Zalo: the bodies that are sent, compared whole."""

from io import BytesIO

import pytest
from PIL import Image

from channels.long_texts import units
from channels.zalo_oa_drawing import (
    BUTTONS,
    TEXT_UNITS,
    Enclosed,
    Said,
    Shown,
    UnsendableError,
    file_message,
    message,
    parts_of,
    picture_message,
)
from channels.zalo_oa_marks import Marks
from channels.zalo_oa_pictures import fitted
from quarantine.messages import Button, Document, Link, Reply, Want

LAN = "246845883529197922"
MARKS = Marks("oa-secret-key")
PICTURE = "https://cachly.vn/a.png"
PAGE = Link("📍 Gửi vị trí", "https://cachly.vn/v/Ab3")


def drawn(reply):
    """The messages of a reply, as Zalo reads them."""
    return [message(part) for part in parts_of(reply, LAN, MARKS, PICTURE)]


def choices(count, wide=()):
    """So many choices, each on a row of its own."""
    return tuple((Button(f"Dấu hiệu {n}", f"q7:{n}", wide=n in wide),) for n in range(1, count + 1))


def pressed(n):
    """The button of a choice."""
    return {
        "title": f"Dấu hiệu {n}",
        "type": "oa.query.hide",
        "payload": MARKS.put(LAN, f"q7:{n}"),
    }


def under(*buttons):
    """The attachment with these buttons."""
    return {"type": "template", "payload": {"buttons": list(buttons)}}


OPEN = {"title": PAGE.label, "type": "oa.open.url", "payload": {"url": PAGE.url}}
LIST = "\n".join(f"{n}. Dấu hiệu {n}" for n in range(1, 7))


@pytest.mark.parametrize(
    ("reply", "messages"),
    [
        (Reply("Cảm ơn chị."), [{"text": "Cảm ơn chị."}]),
        (Reply("Ca\u0309m o\u031bn"), [{"text": "Cảm ơn"}]),
        (
            Reply("Có gì?", choices(5)),
            [{"text": "Có gì?", "attachment": under(*map(pressed, range(1, 6)))}],
        ),
        (
            Reply("Có gì?", choices(6, wide={1, 6}), hint="Gõ số, ví dụ 1"),
            [
                {
                    "text": f"Có gì?\n{LIST}\nGõ số, ví dụ 1",
                    "attachment": under(pressed(1), pressed(6)),
                }
            ],
        ),
        (Reply("Có gì?", choices(6), hint="Gõ số"), [{"text": f"Có gì?\n{LIST}\nGõ số"}]),
        (
            Reply("Có gì?", choices(2, wide={2}), many=True, hint="Gõ 1 2"),
            [
                {
                    "text": "Có gì?\n1. Dấu hiệu 1\n2. Dấu hiệu 2\nGõ 1 2",
                    "attachment": under(pressed(2)),
                }
            ],
        ),
        (
            Reply("Ở đâu?", link=PAGE, want=Want.LOCATION, words=("Không gửi được",)),
            [
                {
                    "text": "Ở đâu?",
                    "attachment": under(
                        OPEN,
                        {
                            "title": "Không gửi được",
                            "type": "oa.query.show",
                            "payload": "Không gửi được",
                        },
                    ),
                }
            ],
        ),
        (
            Reply("Ở đâu?", choices(4), link=PAGE),
            [{"text": "Ở đâu?", "attachment": under(OPEN, *map(pressed, range(1, 5)))}],
        ),
        (
            Reply("Ở đâu?", choices(5, wide={1, 2, 3, 4, 5}), link=PAGE),
            [
                {
                    "text": "Ở đâu?\n" + "\n".join(LIST.splitlines()[:5]),
                    "attachment": under(OPEN, *map(pressed, range(1, 5))),
                }
            ],
        ),
        (
            Reply("Ở đâu?", want=Want.LOCATION, words=tuple("abcdef"), hint="Gõ"),
            [{"text": "Ở đâu?\n– a\n– b\n– c\n– d\n– e\n– f\nGõ"}],
        ),
        (
            Reply("Nhà chị Lan", pin=(21.0312345, 105.85)),
            [{"text": "Nhà chị Lan\n📍 https://maps.google.com/?q=21.03123,105.85000"}],
        ),
        (
            Reply("Số của chị?", want=Want.CONTACT, want_label="Gửi số điện thoại"),
            [
                {"text": "Số của chị?"},
                {
                    "attachment": {
                        "type": "template",
                        "payload": {
                            "template_type": "request_user_info",
                            "elements": [
                                {
                                    "title": "Gửi số điện thoại",
                                    "subtitle": "Gửi số điện thoại",
                                    "image_url": PICTURE,
                                }
                            ],
                        },
                    }
                },
            ],
        ),
    ],
)
def test_a_reply_as_zalo_reads_it(reply, messages):
    """Every shape of a reply becomes these bodies, whole."""
    assert drawn(reply) == messages


def test_the_form_for_a_phone_number_without_a_picture():
    """Zalo takes no form without one, so the text asks alone."""
    reply = Reply("Số của chị?", want=Want.CONTACT, want_label="Gửi số")
    assert parts_of(reply, LAN, MARKS) == (Said("Số của chị?"),)


def test_uploaded_things():
    """A picture is named by its upload and says its words; a file is named by its token."""
    media = {"template_type": "media", "elements": [{"media_type": "image", "attachment_id": "9"}]}
    assert picture_message("9", "Thẻ") == {
        "text": "Thẻ",
        "attachment": {"type": "template", "payload": media},
    }
    assert picture_message("9", "") == {"attachment": {"type": "template", "payload": media}}
    assert file_message("t") == {"attachment": {"type": "file", "payload": {"token": "t"}}}


def test_what_is_shown_comes_before_what_is_said():
    """Text and buttons stand last; a short text without buttons goes under the picture."""
    sheet = Document("bao-cao.csv", b"x")
    (button,) = [pressed(1)]
    assert parts_of(Reply("Thẻ", photo=b"p"), LAN, MARKS) == (Shown(b"p", "Thẻ"),)
    assert parts_of(Reply("Thẻ", choices(1), photo=b"p", document=sheet), LAN, MARKS) == (
        Shown(b"p"),
        Enclosed(sheet),
        Said("Thẻ", (button,)),
    )
    assert parts_of(Reply("", document=sheet), LAN, MARKS) == (Enclosed(sheet),)


def test_a_long_text_is_cut_between_sentences():
    """No piece is longer than Zalo takes, nothing is lost, and the buttons stand under the last."""
    sentence = "Hôm nay chị thấy trong người thế nào ạ? "
    *first, last = drawn(Reply(sentence * 130, choices(2)))
    assert len(first) == 2
    assert all(units(one["text"]) <= TEXT_UNITS and one["text"].endswith("ạ?") for one in [*first, last])
    assert all("attachment" not in one for one in first)
    assert len(last["attachment"]["payload"]["buttons"]) == 2
    assert " ".join(one["text"] for one in [*first, last]) == (sentence * 130).strip()
    assert all(units(one["text"]) <= TEXT_UNITS for one in drawn(Reply("😀" * 3000)))


def test_a_long_label_is_cut():
    """A label that phones would cut anyway ends in a sign that says so."""
    (said,) = drawn(Reply("?", ((Button("x" * 200, "q7:1"),),)))
    (button,) = said["attachment"]["payload"]["buttons"]
    assert button["title"] == "x" * 34 + "…"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(""),
        Reply(" \n "),
        Reply("", choices(1)),
        Reply("?", ((Button(" ", "q7:1"),),)),
        Reply("?", ((Button("Có", "q7:" + "x" * 1000),),)),
        Reply("?", want=Want.CONTACT),
        Reply("?", document=Document("so.xlsx", b"x")),
        Reply("?", document=Document("so", b"x")),
        Reply("?", document=Document(".pdf", b"x")),
        Reply("?", document=Document("so.pdf", b"x" * 5_000_001)),
    ],
)
def test_what_zalo_would_refuse(reply):
    """It is refused here, in words that hold nothing of the content."""
    with pytest.raises(UnsendableError) as refusal:
        parts_of(reply, LAN, MARKS, PICTURE)
    assert "xx" not in str(refusal.value)


def test_no_message_has_more_buttons_than_zalo_draws():
    """However many choices and links, five buttons at most."""
    for count in range(12):
        (said,) = drawn(Reply("?", choices(count, wide=set(range(12))), link=PAGE))
        assert 1 <= len(said["attachment"]["payload"]["buttons"]) <= BUTTONS


def noisy(side):
    """A picture that hardly compresses, half transparent."""
    written = BytesIO()
    noise = Image.effect_noise((side, side), 120)
    Image.merge("RGBA", (noise, noise, noise, noise)).save(written, "PNG")
    return written.getvalue()


def test_a_picture_that_is_too_large_is_made_to_fit():
    """A small one goes as it is; a large one as a JPEG, coarser and then smaller, until it fits."""
    small, large = noisy(16), noisy(300)
    assert fitted(small).content == small
    for limit in (40_000, 4_000):
        picture = fitted(large, limit)
        assert (picture.name, picture.mime) == ("cachly.jpg", "image/jpeg")
        assert len(picture.content) <= limit
        assert Image.open(BytesIO(picture.content)).format == "JPEG"


@pytest.mark.parametrize(("content", "limit"), [(b"no picture at all", 3), (noisy(70), 10)])
def test_what_cannot_be_made_to_fit(content, limit):
    """No picture, or none that small: said in words."""
    with pytest.raises(ValueError, match="picture"):
        fitted(content, limit)
