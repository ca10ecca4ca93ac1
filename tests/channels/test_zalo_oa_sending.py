"""Sending through an Official Account: what is called, and what each answer means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from channels.connections import NOT_UNDERSTOOD, SOON
from channels.zalo_oa_errors import ELSEWHERE, MEANINGS, outcome_of
from channels.zalo_oa_marks import Marks
from quarantine.messages import (
    FLOOD,
    AccountDown,
    Button,
    Delivered,
    Document,
    Later,
    Never,
    Reason,
    Reply,
    Template,
    Want,
)
from tests.channels.zalo_oa_room import (
    BY_PHONE,
    BY_USER,
    CREDENTIALS,
    CS,
    FILE,
    IMAGE,
    LAN,
    PICTURE,
    START,
    TOKEN,
    Clock,
    Store,
    channel_to,
    fresh_pair,
    room,
)

HELLO = Reply("Chào chị.")
PNG = b"\x89PNG small enough"
LETTER = Template("301", {"ten": "Lan", "don_vi": "Trạm Y tế"}, "84912345678")


@pytest.fixture
async def here():
    """The channel, and the tiny Zalo that it speaks to."""
    async with room() as opened:
        yield opened


async def test_a_text(here):
    """One call, in the account's name, and the id that Zalo gave it."""
    assert await here.channel.send(LAN, HELLO) == Delivered("sent-1")
    (call,) = here.zalo.calls
    assert (call.method, call.path) == ("POST", CS)
    assert call.body == {"recipient": {"user_id": LAN}, "message": {"text": "Chào chị."}}
    assert call.headers["access_token"] == "access-1"
    assert not {"Authorization", "appsecret_proof"} & set(call.headers)


async def test_buttons_come_back_as_presses(here):
    """What is sent under a message is heard as a press when that reader sends it."""
    await here.channel.send(LAN, Reply("Có gì?", ((Button("Không có", "q7:none"),),)))
    (button,) = here.zalo.calls[0].body["message"]["attachment"]["payload"]["buttons"]
    assert button["payload"] == Marks("oa-secret-key").put(LAN, "q7:none")


async def test_a_picture_and_a_file(here):
    """Each is uploaded and then named in a message of its own; the id delivered is the last one's."""
    reply = Reply(
        "Đây ạ", ((Button("Cảm ơn", "q1:ok"),),), photo=PNG, document=Document("bao-cao.pdf", b"%PDF")
    )
    assert await here.channel.send(LAN, reply) == Delivered("sent-5")
    assert here.zalo.paths == [IMAGE, CS, FILE, CS, CS]
    assert here.zalo.calls[0].files == {"file": ("cachly.png", "image/png", PNG)}
    assert here.zalo.calls[2].files == {"file": ("bao-cao.pdf", "application/pdf", b"%PDF")}
    shown, enclosed = here.zalo.calls[1].body["message"], here.zalo.calls[3].body["message"]
    assert shown["attachment"]["payload"]["elements"] == [{"media_type": "image", "attachment_id": "image-1"}]
    assert enclosed["attachment"] == {"type": "file", "payload": {"token": "file-3"}}
    assert here.channel.messages_in(reply) == 3


async def test_a_picture_over_a_megabyte(here):
    """It is made smaller on the way; what is no picture is refused."""
    written = BytesIO()
    Image.effect_noise((1500, 1500), 120).save(written, "PNG")
    assert len(written.getvalue()) > 1_000_000
    assert isinstance(await here.channel.send(LAN, Reply("Bản đồ", photo=written.getvalue())), Delivered)
    name, mime, content = here.zalo.calls[0].files["file"]
    assert (name, mime) == ("cachly.jpg", "image/jpeg")
    assert len(content) <= 1_000_000
    assert await here.channel.send(LAN, Reply("?", photo=b"x" * 1_000_001)) == Never(
        Reason.REFUSED, "no picture"
    )


async def test_a_request_for_the_phone_number(here):
    """Zalo's own form follows the text, with the account's picture, which it demands."""
    asked = Reply("Số của chị?", want=Want.CONTACT, want_label="Gửi số")
    assert here.channel.messages_in(asked) == 2
    await here.channel.send(LAN, asked)
    (element,) = here.zalo.calls[1].body["message"]["attachment"]["payload"]["elements"]
    assert element["image_url"] == PICTURE


async def test_a_request_for_the_phone_number_without_a_picture():
    """Then the text asks alone, and the channel says that it has no form."""
    async with room(form_picture="") as here:
        await here.channel.send(LAN, Reply("Số của chị?", want=Want.CONTACT, want_label="Gửi số"))
        assert [body["message"] for _, body in here.zalo.sent] == [{"text": "Số của chị?"}]
        assert not here.channel.form.asks_contact


def test_how_many_messages_a_reply_takes():
    """Each message counts against the limits; what cannot be sent counts as one."""
    channel = channel_to("http://127.0.0.1:1", Store(None), Clock())
    assert channel.messages_in(HELLO) == 1
    assert channel.messages_in(Reply("Câu này dài. " * 400)) == 3
    assert channel.messages_in(Reply("")) == 1


AT_CODES = {
    -32: Later(timedelta(seconds=46), FLOOD),
    -100: Later(SOON, "code -100: the upload has expired"),
    -200: Later(SOON, "code -200: sending failed"),
    -213: Never(Reason.BLOCKED, "code -213"),
    -217: Never(Reason.BLOCKED, "code -217"),
    -244: Never(Reason.BLOCKED, "code -244"),
    -227: Never(Reason.GONE, "code -227"),
    -230: Never(Reason.WINDOW, "code -230"),
    -232: Never(Reason.WINDOW, "code -232"),
    -211: Never(Reason.QUOTA, "code -211"),
    -218: Never(Reason.QUOTA, "code -218"),
    -320: Never(Reason.QUOTA, "code -320"),
    -321: Never(Reason.QUOTA, "code -321"),
    **{
        code: Never(Reason.REFUSED, f"code {code}")
        for code in (-201, -210, -233, -235, -237, -238, -241, -248, -249, -403)
    },
    -999: Never(Reason.REFUSED, "code -999, which is not known to us"),
}


@pytest.mark.parametrize(("code", "outcome"), AT_CODES.items())
async def test_each_code_about_a_message(here, code, outcome):
    """What Zalo refuses has one meaning to the sender, which names the code and nobody."""
    here.zalo.refuse(CS, code)
    assert await here.channel.send(LAN, HELLO) == outcome
    assert here.zalo.paths == [CS]


@pytest.mark.parametrize("code", [-204, -205, -209, -212, -219, -221, -223, -224, -240, -242])
async def test_each_code_about_the_account(here, code):
    """An account that cannot send at all is down, and the operator is told why in words."""
    here.zalo.refuse(CS, code)
    outcome = await here.channel.send(LAN, HELLO)
    assert isinstance(outcome, AccountDown)
    assert f"code {code}" in outcome.detail
    assert LAN not in outcome.detail


def test_no_code_is_without_a_test():
    """Every code in the table has a line above."""
    down = {-204, -205, -209, -212, -219, -221, -223, -224, -240, -242}
    assert set(MEANINGS) == (set(AT_CODES) - {-999}) | down | {-216, -220, -124, -133, -234}


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (datetime(2026, 3, 1, 15, 0, tzinfo=UTC), timedelta(hours=8)),
        (datetime(2026, 3, 1, 20, 30, tzinfo=UTC), timedelta(hours=2, minutes=30)),
    ],
)
def test_what_may_not_be_sent_at_night_waits_for_the_morning(now, wait):
    """From 22:00 to 06:00 in Vietnam a template waits; so also after midnight."""
    assert outcome_of(-133, now) == Later(wait, "code -133: not at night")
    assert outcome_of(-234, now).after == wait


@pytest.mark.parametrize("second", [0, 1, 30, 59])
def test_a_minute_that_is_used_up(second):
    """The wait ends within the next minute, never in this one."""
    wait = outcome_of(-32, START.replace(second=second)).after
    assert timedelta(minutes=1) < timedelta(seconds=second) + wait <= timedelta(seconds=62)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("hang", Later(SOON, "no answer", maybe_sent=True)),
        ("drop", Later(SOON, "no answer", maybe_sent=True)),
        ((502, b"<html>"), Later(SOON, "status 502", maybe_sent=True)),
        ((500, b"{}"), Later(SOON, "status 500", maybe_sent=True)),
        ((429, b""), Later(timedelta(seconds=46), FLOOD)),
        ((413, b"<html>"), Never(Reason.REFUSED, "status 413: too large")),
        (b"<html>", Later(SOON, "unreadable answer", maybe_sent=True)),
        (b"", Later(SOON, "unreadable answer", maybe_sent=True)),
        (b"[]", Later(SOON, "unreadable answer", maybe_sent=True)),
        (b"{}", Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"error": "soon"}, Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"error": []}, Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"error": 0, "data": []}, Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"error": 0, "data": {"message_id": ""}}, Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"error": "-213"}, Never(Reason.BLOCKED, "code -213")),
        ((400, b'{"error": -213}'), Never(Reason.BLOCKED, "code -213")),
        ({"error": 0, "data": {"message_id": 77}}, Delivered("77")),
    ],
)
async def test_trouble_on_the_line(here, answer, outcome):
    """What may have got through says so; nothing that a server answers raises."""
    here.zalo.answer(CS, answer)
    assert await here.channel.send(LAN, HELLO) == outcome


@pytest.mark.parametrize("answer", [(404, b"<html>"), (401, b""), (403, b"{}")])
async def test_a_server_that_is_not_zalo(here, answer):
    """A wrong address is the operator's to put right, not the letter's fault."""
    here.zalo.answer(CS, answer)
    assert await here.channel.send(LAN, HELLO) == ELSEWHERE


async def test_a_server_that_sends_us_elsewhere(here):
    """No token is carried after a redirection."""
    here.zalo.answer(CS, (302, b""))
    assert await here.channel.send(LAN, HELLO) == NOT_UNDERSTOOD
    assert len(here.zalo.calls) == 1


async def test_nobody_there():
    """Without a connection nothing was sent; a channel that is not open reaches nobody either."""
    channel = channel_to("http://127.0.0.1:1", Store(fresh_pair()), Clock())
    assert await channel.send(LAN, HELLO) == Later(SOON, "not reached")
    async with channel:
        assert await channel.send(LAN, HELLO) == Later(SOON, "not reached")


@pytest.mark.parametrize("user", ["", "lan", "1" * 33, "12 34", "-1", "٣"])
async def test_an_address_that_is_no_user(here, user):
    """It is refused without a call."""
    assert await here.channel.send(user, HELLO) == Never(Reason.REFUSED, "the address is no user of Zalo")
    assert not here.zalo.calls


async def test_what_cannot_be_drawn(here):
    """It is refused without a call, with the limit named."""
    outcome = await here.channel.send(LAN, Reply("?", document=Document("so.xlsx", b"x")))
    assert outcome == Never(Reason.REFUSED, "a file of the kind .xlsx; Zalo takes PDF, DOC and CSV")
    assert not here.zalo.calls


async def test_a_second_part_that_fails(here):
    """What has arrived arrives once more when it is tried again; that is said."""
    two = Reply("Câu này dài. " * 250)
    here.zalo.answer(CS, {"error": 0, "data": {"message_id": "1"}}, {"error": -200})
    assert await here.channel.send(LAN, two) == Later(SOON, "code -200: sending failed", maybe_sent=True)
    here.zalo.answer(CS, {"error": 0, "data": {"message_id": "1"}}, {"error": -213})
    assert await here.channel.send(LAN, two) == Never(Reason.BLOCKED, "code -213")
    here.zalo.answer(CS, {"error": -213})
    assert await here.channel.send(LAN, two) == Never(Reason.BLOCKED, "code -213")


async def test_an_upload_that_fails(here):
    """Nobody has seen anything, so it is tried again without doubt; a refusal is one."""
    here.zalo.answer(IMAGE, "drop", (500, b""), {"error": -211}, {"error": 0, "data": {}})
    outcomes = [await here.channel.send(LAN, Reply("Thẻ", photo=PNG)) for _ in range(4)]
    assert outcomes == [
        Later(SOON, "no answer"),
        Later(SOON, "status 500"),
        Never(Reason.QUOTA, "code -211"),
        Later(SOON, "unreadable answer"),
    ]


@pytest.mark.parametrize("code", [-230, -232])
async def test_a_template_past_the_window(here, code):
    """To the phone where one is known, by its id and with its fields, under a number of no meaning."""
    here.zalo.refuse(CS, code)
    assert await here.channel.send(LAN, replace(HELLO, template=LETTER)) == Delivered("zns-2")
    path, body = here.zalo.sent[1]
    tracked = body.pop("tracking_id")
    assert (path, body) == (
        BY_PHONE,
        {
            "phone": "84912345678",
            "template_id": "301",
            "template_data": {"ten": "Lan", "don_vi": "Trạm Y tế"},
        },
    )
    assert 8 <= len(tracked) <= 48
    assert LAN not in tracked
    assert "912345678" not in tracked


@pytest.mark.parametrize("phone", ["", "0912345678", "abc"])
async def test_a_template_by_user_id(here, phone):
    """Where no phone number in Zalo's form is known it goes to the chat."""
    here.zalo.refuse(CS, -230)
    template = Template("302", {"ten": "Lan"}, phone)
    assert await here.channel.send(LAN, replace(HELLO, template=template)) == Delivered("sent-2")
    body = {"user_id": LAN, "template_id": "302", "template_data": {"ten": "Lan"}}
    assert here.zalo.sent[1] == (BY_USER, body)


async def test_no_template_to_send(here):
    """Then the window stays the reason, so that another way is taken."""
    here.zalo.refuse(CS, -230)
    assert await here.channel.send(LAN, HELLO) == Never(Reason.WINDOW, "code -230")
    assert here.zalo.paths == [CS]


@pytest.mark.parametrize(
    "code",
    [-108, -114, -115, -118, -119, -126, -127, -131, -137, -139, -141, -144, -146, -224, -249, -320, -1121],
)
async def test_a_template_that_is_refused(here, code):
    """Whatever is wrong with a template, the chat is closed but not lost, and the account is not down."""
    here.zalo.refuse(CS, -230)
    here.zalo.refuse(BY_PHONE, code)
    outcome = await here.channel.send(LAN, replace(HELLO, template=LETTER))
    assert outcome == Never(Reason.WINDOW, f"template refused: code {code}")


async def test_a_template_that_must_wait(here):
    """Too fast, at night, or without an answer: later."""
    here.zalo.refuse(CS, *[-230] * 3)
    here.zalo.refuse(BY_PHONE, -32, -133)
    here.zalo.answer(BY_PHONE, "drop")
    outcomes = [await here.channel.send(LAN, replace(HELLO, template=LETTER)) for _ in range(3)]
    assert all(isinstance(outcome, Later) for outcome in outcomes)
    assert outcomes[2].maybe_sent


async def test_a_template_with_an_old_token(here):
    """The host for phone numbers has its own word for it, and is understood."""
    here.zalo.refuse(CS, -230)
    here.zalo.refuse(BY_PHONE, -124)
    assert await here.channel.send(LAN, replace(HELLO, template=LETTER)) == Delivered("zns-4")
    assert here.zalo.paths == [CS, BY_PHONE, TOKEN, BY_PHONE]


async def test_the_proof_of_the_secret():
    """Where the console demands it, every call proves that the app's secret is known."""
    async with room(replace(CREDENTIALS, proof=True)) as here:
        await here.channel.send(LAN, HELLO)
        known = "2ef67abb516f41afbf2827e1e0702b8998ab565c2282ec4b4c9d623405a8e2d3"
        assert here.zalo.calls[0].headers["appsecret_proof"] == known
