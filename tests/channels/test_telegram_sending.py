"""What each reply looks like on Telegram's wire, and what each refusal means."""

import asyncio
import logging
import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.connections import SOON
from channels.telegram import Telegram
from channels.telegram_request import Timeouts
from quarantine.messages import (
    AccountDown,
    Button,
    Delivered,
    Document,
    Later,
    Moved,
    Never,
    Reason,
    Reply,
    Want,
)
from tests.channels.conftest import TOKEN

NO_PREVIEW = {"is_disabled": True}
REMOVE = {"remove_keyboard": True}
BUTTONS = ((Button("Không có", "3:none"),), (Button("Sốt", "3:fever"), Button("Ho", "3:cough")))
DRAWN = {
    "inline_keyboard": [
        [{"text": "Không có", "callback_data": "3:none"}],
        [{"text": "Sốt", "callback_data": "3:fever"}, {"text": "Ho", "callback_data": "3:cough"}],
    ]
}


LEAFLETS = Document("phieu-huong-dan.pdf", b"%PDF-1.4")


def drawn_below(*labels, **first):
    """A keyboard below the chat with one label a row; `first` is what the first one asks for."""
    rows = [[{"text": label}] for label in labels]
    rows[0][0] |= first
    return {"keyboard": rows, "resize_keyboard": True}


def message(text, **fields):
    """The fields of sendMessage to chat 7."""
    return ("sendMessage", {"chat_id": 7, "text": text, "link_preview_options": NO_PREVIEW} | fields)


@pytest.mark.parametrize(
    ("reply", "calls"),
    [
        pytest.param(Reply("Cảm ơn anh."), [message("Cảm ơn anh.", reply_markup=REMOVE)], id="text"),
        pytest.param(Reply("Có gì?", BUTTONS), [message("Có gì?", reply_markup=DRAWN)], id="choices"),
        pytest.param(
            Reply("<b>&"), [message("<b>&", reply_markup=REMOVE)], id="a text is never read as markup"
        ),
        pytest.param(
            Reply("Ở đâu?", want=Want.LOCATION, want_label="📍 Gửi vị trí"),
            [message("Ở đâu?", reply_markup=drawn_below("📍 Gửi vị trí", request_location=True))],
            id="location",
        ),
        pytest.param(
            Reply("Số?", want=Want.CONTACT, want_label="Gửi số", words=("Hủy", "Trợ giúp")),
            [message("Số?", reply_markup=drawn_below("Gửi số", "Hủy", "Trợ giúp", request_contact=True))],
            id="contact and words",
        ),
        pytest.param(
            Reply("Ở đâu?", (BUTTONS[0],), want=Want.LOCATION, want_label="Gửi"),
            [message("Ở đâu?", reply_markup=drawn_below("Gửi", "Không có", request_location=True))],
            id="choices beside a location become words",
        ),
        pytest.param(
            Reply("Nhé?", words=("Có", "Không")),
            [message("Nhé?", reply_markup=drawn_below("Có", "Không"))],
            id="words",
        ),
        pytest.param(
            Reply("Hỏi?", BUTTONS, words=("Hủy",)),
            [message("Hỏi?", reply_markup=DRAWN)],
            id="words beside choices may be typed",
        ),
        pytest.param(
            Reply("Hồ sơ", BUTTONS, protect=True),
            [message("Hồ sơ", reply_markup=DRAWN, protect_content=True)],
            id="protected",
        ),
        pytest.param(
            Reply("Nhà đây", pin=(21.03, 105.85)),
            [
                ("sendLocation", {"chat_id": 7, "latitude": 21.03, "longitude": 105.85}),
                message("Nhà đây", reply_markup=REMOVE),
            ],
            id="position, then text",
        ),
        pytest.param(
            Reply("", BUTTONS, pin=(21.03, 105.85)),
            [
                (
                    "sendLocation",
                    {"chat_id": 7, "latitude": 21.03, "longitude": 105.85, "reply_markup": DRAWN},
                )
            ],
            id="position alone",
        ),
        pytest.param(
            Reply("Thẻ", photo=b"PNG", protect=True),
            [
                (
                    "sendPhoto",
                    {"chat_id": 7, "caption": "Thẻ", "reply_markup": REMOVE, "protect_content": True},
                )
            ],
            id="picture with caption",
        ),
        pytest.param(
            Reply("x" * 1025, BUTTONS, photo=b"PNG"),
            [("sendPhoto", {"chat_id": 7}), message("x" * 1025, reply_markup=DRAWN)],
            id="picture, then what is too long for its caption",
        ),
        pytest.param(
            Reply("Phiếu", BUTTONS, document=LEAFLETS),
            [
                (
                    "sendDocument",
                    {
                        "chat_id": 7,
                        "caption": "Phiếu",
                        "disable_content_type_detection": True,
                        "reply_markup": DRAWN,
                    },
                )
            ],
            id="file with caption",
        ),
        pytest.param(
            Reply("Thẻ", photo=b"PNG", document=LEAFLETS),
            [
                ("sendPhoto", {"chat_id": 7}),
                (
                    "sendDocument",
                    {
                        "chat_id": 7,
                        "caption": "Thẻ",
                        "disable_content_type_detection": True,
                        "reply_markup": REMOVE,
                    },
                ),
            ],
            id="picture, then the file",
        ),
        pytest.param(
            Reply("e\u0302\u0301"), [message("\u1ebf", reply_markup=REMOVE)], id="composed letters (NFC)"
        ),
        pytest.param(
            Reply("😀" * 1500 + " " + "😀" * 1500, BUTTONS),
            [message("😀" * 1500), message("😀" * 1500, reply_markup=DRAWN)],
            id="limits count UTF-16 units",
        ),
        pytest.param(
            Reply("Chọn", (tuple(Button(str(n), f"3:{n}") for n in range(10)),)),
            [
                message(
                    "Chọn",
                    reply_markup={
                        "inline_keyboard": [
                            [{"text": str(n), "callback_data": f"3:{n}"} for n in row]
                            for row in (range(8), range(8, 10))
                        ]
                    },
                )
            ],
            id="a row has at most eight",
        ),
    ],
)
async def test_a_reply_on_the_wire(telegram, server, reply, calls):
    """Each shape of a reply is these calls with these fields, and no others."""
    outcome = await telegram.send("7", reply)

    sent = server.sent
    for _, fields in sent:
        if "keyboard" in fields.get("reply_markup", {}):
            fields["reply_markup"] = {
                key: value for key, value in fields["reply_markup"].items() if value is not False
            }
    if reply.photo:
        assert server.calls[0].files == {"photo": b"PNG"}
    if reply.document:
        assert server.calls[-1].files == {"document": b"%PDF-1.4"}
    assert [(method, drop_files(fields)) for method, fields in sent] == calls
    assert outcome == Delivered(str(server.last_id))
    assert telegram.messages_in(reply) == len(calls)


def drop_files(fields):
    """The fields but for the references to attached files."""
    return {key: value for key, value in fields.items() if key not in {"photo", "document"}}


@pytest.mark.parametrize("content", [b"", bytes(50_000_001)])
async def test_a_file_that_telegram_would_refuse_is_not_sent(telegram, server, content):
    """Empty files and those over 50 MB become an outcome, not a call."""
    outcome = await telegram.send("7", Reply("Tệp", document=Document("a.pdf", content)))
    assert isinstance(outcome, Never)
    assert outcome.reason is Reason.REFUSED
    assert server.calls == []


async def test_only_files_travel_as_multipart(telegram, server):
    """Texts go as a form, pictures as multipart: what any Bot API server reads."""
    await telegram.send("7", Reply("a & b = ê", photo=b"\x89PNG"))
    await telegram.send("7", Reply("a & b = ê"))
    assert [call.content_type for call in server.calls] == [
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ]
    assert server.calls[0].fields["caption"] == server.calls[1].fields["text"] == "a & b = ê"


@pytest.mark.parametrize(
    ("user", "reply", "detail"),
    [
        ("7", Reply(" \n"), "a reply that says nothing"),
        ("an", Reply("Chào"), "the address is no number of a Telegram chat"),
        ("7", Reply("?", ((Button("a", "đ" * 33),),)), "callback_data of 66 bytes; Telegram takes 1 to 64"),
        ("7", Reply("?", ((Button("a", ""),),)), "callback_data of 0 bytes; Telegram takes 1 to 64"),
        ("7", Reply("?", ((Button(" ", "1:a"),),)), "a button without a label"),
        ("7", Reply("?", want=Want.LOCATION), "a button without a label"),
        ("7", Reply("?", ((Button("a", "1:a"),),) * 101), "101 buttons; Telegram takes 100"),
        ("7", Reply("?", pin=(91.0, 0.0)), "a position that is not on the globe"),
    ],
)
async def test_what_telegram_would_refuse_is_not_sent(telegram, server, user, reply, detail):
    """A reply that breaks a limit is refused by us, with the limit in words and nothing of the content."""
    assert await telegram.send(user, reply) == Never(Reason.REFUSED, detail)
    assert server.calls == []


EDIT = (
    "editMessageText",
    {"chat_id": 7, "message_id": 55, "text": "Xong", "link_preview_options": NO_PREVIEW},
)


async def test_a_reply_replaces_a_message_in_place(telegram, server):
    """`replaces` becomes an edit, which keeps the id; choices come along, no other keyboard does."""
    assert await telegram.send("7", Reply("Xong", replaces="55")) == Delivered("55")
    assert await telegram.send("7", Reply("Xong", BUTTONS, replaces="55")) == Delivered("55")
    assert server.sent == [EDIT, (EDIT[0], EDIT[1] | {"reply_markup": DRAWN})]


async def test_an_edit_that_changes_nothing_is_delivered(telegram, server):
    """Telegram refuses to change a message into itself; for the reader that is done."""
    server.refuse(400, "Bad Request: message is not modified: specified new message content and reply markup")
    assert await telegram.send("7", Reply("Xong", replaces="55")) == Delivered("55")


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: there is no text in the message to edit",
    ],
)
async def test_a_message_that_is_gone_is_replaced_by_a_new_one(telegram, server, description):
    """Where the old message cannot become the reply, it comes anew, without a sound as an edit would."""
    server.refuse(400, description)
    assert await telegram.send("7", Reply("Xong", replaces="55")) == Delivered("101")
    assert server.sent == [EDIT, message("Xong", disable_notification=True)]


async def test_a_message_that_cannot_be_edited_is_taken_away(telegram, server):
    """A line of progress that cannot be changed is sent anew and the old one deleted."""
    server.refuse(400, "Bad Request: message can't be edited")
    assert await telegram.send("7", Reply("Xong", replaces="55")) == Delivered("101")
    gone = ("deleteMessage", {"chat_id": 7, "message_id": 55})
    assert server.sent == [EDIT, message("Xong", disable_notification=True), gone]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("x " * 3000, replaces="55"),
        Reply("Ở đâu?", want=Want.LOCATION, want_label="Gửi", replaces="55"),
        Reply("Nhé?", words=("Có",), replaces="55"),
        Reply("Thẻ", photo=b"PNG", replaces="55"),
        Reply("Nhà", pin=(1.0, 2.0), replaces="55"),
        Reply("Phiếu", document=LEAFLETS, replaces="55"),
        Reply("Xong", replaces="of another messenger"),
    ],
)
async def test_what_no_text_can_become_is_a_new_message(telegram, server, reply):
    """Pictures, files, positions, keyboards below, long texts cannot stand in an earlier message's place."""
    assert await telegram.send("7", reply) == Delivered(str(server.last_id))
    assert {method for method, _ in server.sent} <= {
        "sendMessage",
        "sendPhoto",
        "sendLocation",
        "sendDocument",
    }


REFUSALS = [
    (
        (429, "Too Many Requests: retry after 17", {"retry_after": 17}),
        Later(timedelta(seconds=17), "flood control"),
    ),
    ((403, "Forbidden: bot was blocked by the user", {}), Never(Reason.BLOCKED, "forbidden")),
    ((403, "Forbidden: user is deactivated", {}), Never(Reason.GONE, "user is deactivated")),
    (
        (403, "Forbidden: bot can't initiate conversation with a user", {}),
        Never(Reason.GONE, "bot can't initiate conversation"),
    ),
    (
        (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1007}),
        Moved("-1007"),
    ),
    ((400, "Bad Request: chat not found", {}), Never(Reason.GONE, "chat not found")),
    ((400, "Bad Request: PEER_ID_INVALID", {}), Never(Reason.GONE, "peer_id_invalid")),
    ((400, "Bad Request: message is too long", {}), Never(Reason.REFUSED, "message is too long")),
    (
        (400, 'Bad Request: "An sốt" is bad', {}),
        Never(Reason.REFUSED, "bad request of a kind not known to us"),
    ),
    (
        (401, "Unauthorized", {}),
        AccountDown("Telegram does not know this bot: the token is wrong or was revoked"),
    ),
    (
        (404, "Not Found", {}),
        AccountDown("Telegram does not know this bot: the token is wrong or was revoked"),
    ),
    (
        (409, "Conflict: terminated by other getUpdates request", {}),
        AccountDown("another process polls this bot, or a webhook is set"),
    ),
    ((500, "Internal Server Error", {}), Later(SOON, "no answer", maybe_sent=True)),
]


@pytest.mark.parametrize(("refusal", "outcome"), REFUSALS)
@pytest.mark.parametrize("reply", [Reply("An sốt"), Reply("An sốt", replaces="5"), Reply("An", photo=b"P")])
async def test_each_refusal_is_one_outcome(telegram, server, reply, refusal, outcome):
    """Refusals map to the closed set, the same for texts, edits and pictures (channels.md §3.3)."""
    status, description, parameters = refusal
    server.refuse(status, description, **parameters)
    assert await telegram.send("7", reply) == outcome
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (502, b"<html>Bad Gateway</html>", Later(SOON, "no answer", maybe_sent=True)),
        (200, b"<html>Log in to the hotel</html>", Later(SOON, "unreadable answer", maybe_sent=True)),
        (200, b"[1]", Later(SOON, "unreadable answer", maybe_sent=True)),
        (200, "drop", Later(SOON, "no answer", maybe_sent=True)),
        (200, "hang", Later(SOON, "no answer", maybe_sent=True)),
        (200, {"ok": True}, AccountDown("the server's answer is not that of a Bot API")),
        (200, {"ok": True, "result": {}}, AccountDown("the server's answer is not that of a Bot API")),
        (200, {"ok": True, "result": 5}, AccountDown("the server's answer is not that of a Bot API")),
    ],
)
async def test_trouble_on_the_line_is_an_outcome(telegram, server, status, body, outcome):
    """What breaks off after the connection stood may have got through; nonsense is told to the operator."""
    server.answers.append((status, body))
    assert await telegram.send("7", Reply("Chào")) == outcome


async def test_what_never_left_was_surely_not_sent():
    """A refused connection is tried again, and is known not to have sent anything."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with Telegram("tg", TOKEN, address) as channel:
        assert await channel.send("7", Reply("Chào")) == Later(SOON, "not reached")


async def test_a_full_pool_is_not_taken_for_a_lost_message(server):
    """Whoever waits in vain for a free connection has sent nothing."""
    server.answers.append((200, "hang"))
    patience = Timeouts(connect=0.2, read=1.0, write=1.0)
    async with Telegram("tg", TOKEN, server.url, pool=1, timeouts=patience) as channel:
        first = channel.send("7", Reply("một"))
        second = channel.send("8", Reply("hai"))
        outcomes = await asyncio.gather(first, second)
    assert outcomes == [Later(SOON, "no answer", maybe_sent=True), Later(SOON, "not reached")]
    assert len(server.calls) == 1


async def test_a_closed_channel_sends_nothing(server):
    """Before opening and after closing a letter waits; nothing breaks."""
    channel = Telegram("tg", TOKEN, server.url)
    assert await channel.send("7", Reply("Chào")) == Later(SOON, "not reached")
    async with channel:
        assert await channel.send("7", Reply("Chào")) == Delivered("101")
    assert await channel.send("7", Reply("Chào")) == Later(SOON, "not reached")


async def test_half_a_long_reply_is_said_to_be_perhaps_sent(telegram, server):
    """When a later part is refused for now, trying again repeats the first: the sender is told."""
    server.succeed({"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}})
    server.refuse(429, "Too Many Requests: retry after 3", retry_after=3)
    outcome = await telegram.send("7", Reply("x " * 3000))
    assert outcome == Later(timedelta(seconds=3), "flood control", maybe_sent=True)


@pytest.mark.parametrize("refusal", [refusal for refusal, _ in REFUSALS])
async def test_nothing_personal_reaches_outcomes_or_logs(telegram, server, refusal, caplog):
    """Token, chat, name and text are in no outcome and no log, even where the server quotes them."""
    caplog.set_level(logging.DEBUG)
    status, description, parameters = refusal
    server.refuse(status, f"{description} Nguyễn Văn An 777000111", **parameters)
    outcome = await telegram.send("777000111", Reply("Nguyễn Văn An sốt"))
    seen = repr(replace(outcome, user="")) if isinstance(outcome, Moved) else repr(outcome)
    # The tiny server's own access log is not ours.
    logged = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    for secret in (TOKEN, "SECRET", "777000111", "Nguyễn", "sốt"):
        assert secret not in seen
        assert not any(secret in line for line in logged)
