"""The Bot API over plain HTTP: what is taken, what is refused, and in which words."""

import json

import aiohttp
import pytest

from tests.simulator.conftest import LAN, TOKEN

INLINE = {"inline_keyboard": [[{"text": "Không có triệu chứng", "callback_data": "q1:0"}]]}
KEYS = {"keyboard": [[{"text": "📍 Gửi vị trí", "request_location": True}], ["Không gửi được"]]}


async def test_unknown_token_method_and_field_are_refused(bench):
    """A wrong token is 401, an unknown method 404, an unknown field 400 that names it."""
    assert await bench.call("getMe", token="1:X") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert await bench.call("sendMesage") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    assert '"txt"' in await bench.refused("sendMessage", chat_id=LAN, txt="a")
    assert "colour" in await bench.refused(
        "sendMessage", chat_id=LAN, text="a", reply_markup={"inline_keyboard": [[{"text": "x", "colour": 1}]]}
    )


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": LAN}, "message text is empty"),
        ("sendMessage", {"chat_id": LAN, "text": "  \n "}, "message text is empty"),
        ("sendMessage", {"chat_id": 42, "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": LAN, "text": "a" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": LAN, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": LAN, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        (
            "sendMessage",
            {"chat_id": LAN, "text": "<x>a</x>", "parse_mode": "HTML"},
            'Unsupported start tag "x"',
        ),
        ("sendMessage", {"chat_id": LAN, "text": "<b>a</i>", "parse_mode": "HTML"}, "Unmatched end tag"),
        ("sendMessage", {"chat_id": LAN, "text": "a</b>", "parse_mode": "HTML"}, "Unexpected end tag"),
        ("sendMessage", {"chat_id": LAN, "text": "3 < 5", "parse_mode": "HTML"}, "can't parse entities"),
        (
            "sendMessage",
            {"chat_id": LAN, "text": "a", "reply_parameters": {"message_id": 9}},
            "to be replied",
        ),
        (
            "sendMessage",
            {"chat_id": LAN, "text": "a", "disable_notification": "maybe"},
            "disable_notification",
        ),
        ("sendMessage", {"chat_id": LAN, "text": "a", "reply_markup": "{"}, "can't parse reply_markup"),
        ("sendMessage", {"chat_id": LAN, "text": "a", "reply_markup": []}, "reply_markup"),
        ("editMessageText", {"chat_id": LAN, "message_id": 99, "text": "a"}, "message to edit not found"),
        ("deleteMessage", {"chat_id": LAN, "message_id": 99}, "message to delete not found"),
        ("forwardMessage", {"chat_id": LAN, "from_chat_id": LAN, "message_id": 9}, "to forward not found"),
        ("copyMessage", {"chat_id": LAN, "from_chat_id": LAN, "message_id": 9}, "to copy not found"),
        ("sendChatAction", {"chat_id": LAN, "action": "dancing"}, "action"),
        ("sendLocation", {"chat_id": LAN}, "latitude"),
        ("sendLocation", {"chat_id": LAN, "latitude": 91, "longitude": 0}, "wrong latitude"),
        ("sendLocation", {"chat_id": LAN, "latitude": 1, "longitude": 0, "live_period": 5}, "live period"),
        ("sendVenue", {"chat_id": LAN, "latitude": 1, "longitude": 0, "title": "Chợ"}, "address"),
        ("sendPhoto", {"chat_id": LAN}, "there is no photo"),
        ("sendPhoto", {"chat_id": LAN, "photo": "nonsense"}, "wrong file identifier"),
        ("sendDocument", {"chat_id": LAN, "document": "http://x.vn/a.pdf"}, "failed to get HTTP URL content"),
        ("getFile", {"file_id": "nonsense"}, "wrong file_id"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("setMyCommands", {"commands": [{"command": "Điểm", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION"),
        ("setMyCommands", {}, "commands"),
        ("setWebhook", {"url": "http://example.vn/x"}, "HTTPS"),
        ("setWebhook", {"url": "https://example.vn:9/x"}, "ports"),
        ("setWebhook", {"url": "https://example.vn/x", "secret_token": "bí mật"}, "unallowed characters"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "too long"),
    ],
)
async def test_bad_calls_are_refused_in_telegrams_words(bench, method, fields, words):
    """Each bad call is 400 "Bad Request: …" with a reason, and leaves nothing in the chat."""
    description = await bench.refused(method, **fields)
    assert description.startswith("Bad Request: ")
    assert words in description
    assert not bench.world.messages.get(LAN)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ({"inline_keyboard": [[{"text": "a", "callback_data": "ă" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}, "text must be non-empty"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a", "url": "https://a.vn"}]]}, "exactly one"),
        ({"inline_keyboard": [[{"text": "a", "url": "tel:115"}]]}, "is invalid"),
        ({"inline_keyboard": [[{"text": "a", "url": "http://localhost/x"}]]}, "Wrong HTTP URL"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 9]}, "too long"),
        ({"inline_keyboard": [{"text": "a"}]}, "can't parse reply markup"),
        ({"keyboard": []}, "at least one button"),
        ({"keyboard": [[{"text": ""}]]}, "non-empty"),
        ({"keyboard": [[{"text": "a", "request_location": True, "request_contact": True}]]}, "only one"),
        ({"keyboard": [["a"]], "input_field_placeholder": "a" * 65}, "placeholder"),
        ({"nonsense": 1}, "unknown kind"),
    ],
)
async def test_bad_keyboards_are_refused(bench, markup, words):
    """Keyboards that Telegram refuses are refused: 64 bytes of data, one deed a button, real links."""
    assert words in await bench.refused("sendMessage", chat_id=LAN, text="a", reply_markup=markup)


async def test_longest_allowed_data_and_text_pass(bench):
    """64 bytes of callback data and 4096 UTF-16 units after the markup is taken off are still allowed."""
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "ă" * 32}]]}
    sent = await bench.say(f"<b>{'a' * 4096}</b>", parse_mode="HTML", reply_markup=keyboard)
    assert len(sent["text"]) == 4096
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


async def test_forms_multipart_queries_and_json_are_read_alike(bench):
    """A call may come as query, form, multipart or JSON, with nested objects as JSON text."""
    url = f"{bench.root}/bot{TOKEN}/sendMessage"
    fields = {"chat_id": str(LAN), "text": "Chào", "reply_markup": json.dumps(INLINE)}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    bench.world.limits.on = False
    for arguments in ({"params": fields}, {"data": fields}, {"data": multipart}, {"json": fields}):
        async with bench.http.post(url, **arguments) as answer:
            result = (await answer.json())["result"]
        assert result["text"] == "Chào"
        assert result["reply_markup"] == INLINE
    async with bench.http.get(url, params=fields) as answer:
        assert answer.status == 200


async def test_html_becomes_entities_in_utf16_units(bench):
    """HTML is taken off the text; offsets count UTF-16 units, links and commands are found."""
    sent = await bench.say(
        "😀 <b>Gọi <i>115</i></b> &lt;ngay&gt; "
        '<a href="https://a.vn/x?y=1&amp;z=2">xem</a> https://b.vn /start',
        parse_mode="HTML",
    )
    assert sent["text"] == "😀 Gọi 115 <ngay> xem https://b.vn /start"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in sent["entities"]] == [
        ("bold", 3, 7),
        ("italic", 7, 3),
        ("text_link", 18, 3),
        ("url", 22, 12),
        ("bot_command", 35, 6),
    ]
    assert sent["entities"][2]["url"] == "https://a.vn/x?y=1&z=2"


async def test_bot_may_write_only_to_who_has_started_and_not_blocked(stranger):
    """403: never started, blocked, deactivated; after unblocking it may write again."""
    refused = stranger.refused
    assert "can't initiate conversation" in await refused("sendMessage", chat_id=LAN, text="a")
    await stranger.act("start", payload="A1B2")
    await stranger.say()
    await stranger.act("block")
    assert await refused("sendMessage", chat_id=LAN, text="a") == "Forbidden: bot was blocked by the user"
    await stranger.act("unblock")
    stranger.world.limits.forget()
    await stranger.say()
    await stranger.act("deactivate")
    assert await refused("sendMessage", chat_id=LAN, text="a") == "Forbidden: user is deactivated"
    kinds = [next(key for key in update if key != "update_id") for update in await stranger.updates()]
    assert kinds == ["message", "my_chat_member", "my_chat_member"]


async def test_edits_change_in_place_and_refuse_what_telegram_refuses(bench):
    """An edit changes text and buttons; the same again or a message with a keyboard is refused."""
    sent = await bench.say("Một", reply_markup=INLINE)
    where = {"chat_id": LAN, "message_id": sent["message_id"]}
    edited = await bench.ok("editMessageText", **where, text="Hai")
    assert edited["text"] == "Hai"
    assert edited["message_id"] == sent["message_id"]
    assert edited["edit_date"] >= edited["date"]
    assert "reply_markup" not in edited
    assert "message is not modified" in await bench.refused("editMessageText", **where, text="Hai")
    shown = await bench.ok("editMessageReplyMarkup", **where, reply_markup=INLINE)
    assert shown["reply_markup"] == INLINE
    assert "inline keyboard expected" in await bench.refused(
        "editMessageReplyMarkup", **where, reply_markup=KEYS
    )
    assert "no caption" in await bench.refused("editMessageCaption", **where, caption="a")
    own = (await bench.act("text", text="của tôi"))["message"]["message_id"]
    keyed = (await bench.say("Gửi vị trí", reply_markup=KEYS))["message_id"]
    for number in (own, keyed):
        refusal = await bench.refused("editMessageText", chat_id=LAN, message_id=number, text="a")
        assert "message can't be edited" in refusal


async def test_deletes_take_messages_away_until_they_are_two_days_old(bench):
    """deleteMessage(s) remove; after 48 hours a message stays."""
    one, two = (await bench.say("1"))["message_id"], (await bench.say("2"))["message_id"]
    assert await bench.ok("deleteMessages", chat_id=LAN, message_ids=[one, 999])
    assert list(bench.world.messages[LAN]) == [two]
    bench.hands.seconds += 48 * 3600
    assert "can't be deleted" in await bench.refused("deleteMessage", chat_id=LAN, message_id=two)


async def test_files_go_both_ways(bench):
    """An uploaded picture is a photo in sizes, a picture from a phone can be fetched by getFile."""
    sample = (await bench.act("photo", caption="Nhiệt kế"))["message"]
    path = (await bench.ok("getFile", file_id=sample["photo"][-1]["file_id"]))["file_path"]
    async with bench.http.get(f"{bench.root}/file/bot{TOKEN}/{path}") as answer:
        picture = await answer.read()
    assert picture.startswith(b"\x89PNG")
    form = aiohttp.FormData(
        {"chat_id": str(LAN), "photo": "attach://qr", "caption": "<b>Thẻ</b>", "parse_mode": "HTML"}
    )
    form.add_field("qr", picture, filename="qr.png", content_type="image/png")
    async with bench.http.post(f"{bench.root}/bot{TOKEN}/sendPhoto", data=form) as answer:
        sent = (await answer.json())["result"]
    assert sent["caption"] == "Thẻ"
    assert sent["photo"][-1]["width"] == 240
    form = aiohttp.FormData({"chat_id": str(LAN)})
    form.add_field("document", b"not a picture", filename="bao-cao.pdf", content_type="application/pdf")
    async with bench.http.post(f"{bench.root}/bot{TOKEN}/sendDocument", data=form) as answer:
        document = (await answer.json())["result"]["document"]
    assert document["file_name"] == "bao-cao.pdf"
    assert "IMAGE_PROCESS_FAILED" in await bench.refused("sendPhoto", chat_id=LAN, photo=document["file_id"])
    async with bench.http.get(f"{bench.root}/file/bot{TOKEN}/documents/none") as answer:
        assert answer.status == 404


async def test_a_file_over_20_mb_cannot_be_fetched(bench):
    """GetFile gives at most 20 MB (channels.md §3.1)."""
    large = bench.world.files.add(b"0" * (20 * 1024 * 1024 + 1), "lon.bin")
    assert "file is too big" in await bench.refused("getFile", file_id=large.file_id)


async def test_the_bots_own_live_location_moves_and_stops(bench):
    """A live location of the bot is edited in place and ends without live_period; a plain one cannot move."""
    live = await bench.ok("sendLocation", chat_id=LAN, latitude=21, longitude=105, live_period=60)
    where = {"chat_id": LAN, "message_id": live["message_id"]}
    moved = await bench.ok("editMessageLiveLocation", **where, latitude=21.5, longitude=105)
    assert moved["location"] == {"latitude": 21.5, "longitude": 105, "live_period": 60}
    stopped = await bench.ok("stopMessageLiveLocation", **where)
    assert stopped["location"] == {"latitude": 21.5, "longitude": 105}
    assert "can't be edited" in await bench.refused(
        "editMessageLiveLocation", **where, latitude=21, longitude=105
    )


async def test_protected_messages_cannot_be_forwarded_and_forwards_name_their_origin(bench):
    """protect_content holds for bot and phone; a forward carries forward_origin."""
    open_one = await bench.say("Tờ hướng dẫn")
    kept = await bench.say("Danh sách", protect_content=True)
    assert kept["has_protected_content"]
    where = {"chat_id": LAN, "from_chat_id": LAN}
    assert "can't be forwarded" in await bench.refused(
        "forwardMessage", **where, message_id=kept["message_id"]
    )
    bench.world.limits.forget()
    sent = await bench.ok("forwardMessage", **where, message_id=open_one["message_id"])
    assert sent["forward_origin"]["sender_user"]["is_bot"]
    assert set(await bench.ok("copyMessage", **where, message_id=open_one["message_id"])) == {"message_id"}
    body = await bench.sim(f"phones/{LAN}/forward", from_chat_id=LAN, message_id=kept["message_id"])
    assert "protected" in body["error"]


async def test_keyboards_stay_on_the_phone_until_taken_away(bench):
    """A reply keyboard is shown until it is removed; an inline one does not touch it."""
    phone = bench.world.phones[LAN]
    await bench.say("Gửi vị trí", reply_markup=KEYS)
    assert phone.keyboard["keyboard"][1] == [{"text": "Không gửi được"}]
    await bench.say("Chọn", reply_markup=INLINE)
    assert phone.keyboard is not None
    await bench.say("Xong", reply_markup={"remove_keyboard": True})
    assert phone.keyboard is None


async def test_a_group_has_no_location_key_and_says_where_it_moved(bench):
    """Location keys are for private chats; an upgraded group answers with its new number."""
    group = (await bench.sim("groups", title="Trạm"))["group"]["id"]
    refusal = await bench.refused("sendMessage", chat_id=group, text="a", reply_markup=KEYS)
    assert "location can be requested in private chats only" in refusal
    await bench.sim("groups", id=group, title="Trạm", moved_to=-100500)
    status, body = await bench.call("sendMessage", chat_id=group, text="a")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": -100500})
    assert await bench.say("a", chat_id=-100500)
    await bench.act("text", text="Chào cả nhà", chat_id=-100500)
    assert (await bench.updates())[-1]["message"]["chat"]["type"] == "supergroup"


async def test_menus_follow_the_chat_then_the_language_then_the_default(bench):
    """A chat's own menu wins over the language's, which wins over the default."""
    lines = [{"command": "trogiup", "description": "Trợ giúp"}]
    chat = {"type": "chat", "chat_id": LAN}
    await bench.ok("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    phone = bench.world.phones[LAN]
    assert [item["command"] for item in bench.world.commands_for(phone)] == ["help"]
    await bench.ok("setMyCommands", commands=lines, language_code="vi")
    assert bench.world.commands_for(phone) == lines
    await bench.ok("setMyCommands", commands=[{"command": "hoso", "description": "Hồ sơ"}], scope=chat)
    assert [item["command"] for item in bench.world.commands_for(phone)] == ["hoso"]
    assert await bench.ok("getMyCommands", language_code="vi") == lines
    await bench.ok("deleteMyCommands", scope=chat)
    assert bench.world.commands_for(phone) == lines
