"""python-telegram-bot talks to the stand-in as to Telegram: its own parsing accepts every answer."""

import io

import pytest
import telegram
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from simulator.files import sample_photo
from tests.simulator.conftest import LAN, TOKEN


@pytest.fixture
async def bot(bench, monkeypatch):
    """The library's own Bot with its default transport."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bench.world.limits.on = False
    async with Bot(TOKEN, base_url=f"{bench.root}/bot", base_file_url=f"{bench.root}/file/bot") as bot:
        yield bot


async def test_the_whole_round_of_methods(bench, bot):
    """Each method that Cachly uses is parsed by the library."""
    inline = InlineKeyboardMarkup([[InlineKeyboardButton("Ho", callback_data="b")]])
    sent = await bot.send_message(
        LAN, "<b>Chào</b>", parse_mode="HTML", reply_markup=inline, protect_content=True
    )
    assert sent.text_html == "<b>Chào</b>"
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "b"
    edited = await bot.edit_message_text("Hai", LAN, sent.message_id)
    assert edited.edit_date is not None
    await bot.edit_message_reply_markup(LAN, sent.message_id, reply_markup=inline)
    photo = await bot.send_photo(LAN, io.BytesIO(sample_photo()), caption="Thẻ")
    assert photo.photo[-1].height == 160
    assert (await bot.edit_message_caption(LAN, photo.message_id, caption="Thẻ mới")).caption == "Thẻ mới"
    document = await bot.send_document(LAN, b"abc", filename="bao-cao.csv")
    assert await (await bot.get_file(document.document.file_id)).download_as_bytearray() == b"abc"
    keys = telegram.ReplyKeyboardMarkup(
        [[KeyboardButton("Vị trí", request_location=True)]],
        resize_keyboard=True,
        input_field_placeholder="Bấm nút",
    )
    await bot.send_message(LAN, "Vị trí?", reply_markup=keys, reply_to_message_id=sent.message_id)
    await bot.send_location(LAN, 21.0, 105.8, horizontal_accuracy=20)
    await bot.send_venue(LAN, 21.0, 105.8, "Trạm", "Ngọc Hà")
    assert await bot.send_chat_action(LAN, "typing")
    assert (await bot.copy_message(LAN, LAN, document.message_id)).message_id > document.message_id
    assert await bot.delete_messages(LAN, [document.message_id])
    assert (await bot.get_chat(LAN)).first_name == "Lan"
    await bot.set_my_commands([BotCommand("hoso", "Hồ sơ")], telegram.BotCommandScopeChat(LAN), "vi")
    assert (await bot.get_my_commands(telegram.BotCommandScopeChat(LAN), "vi"))[0].command == "hoso"
    assert await bot.set_my_description("Theo dõi cách ly", "vi")
    assert await bot.set_my_short_description("Cách ly")
    assert await bot.set_my_name("Cách ly")
    assert await bot.set_chat_menu_button(LAN, telegram.MenuButtonCommands())
    assert (await bot.forward_message(LAN, LAN, photo.message_id)).forward_origin is not None
    assert (await bot.get_me()).first_name == "Cách ly"


async def test_updates_are_parsed(bench, bot):
    """Every kind of update that a phone makes is parsed by the library, by polling."""
    await bench.say("Chọn", reply_markup={"inline_keyboard": [[{"text": "Ho", "callback_data": "b"}]]})
    await bench.act("press", text="Ho")
    live = (await bench.act("location", latitude=21, longitude=105, live_period=900))["message"]["message_id"]
    await bench.act("move", message_id=live, latitude=21.1, longitude=105)
    for action in ("contact", "photo", "document", "voice", "sticker", "block"):
        await bench.act(action)
    await bench.sim("updates", telepathy={"from": {"id": LAN}})
    updates = await bot.get_updates()
    assert updates[0].callback_query.data == "b"
    assert await updates[0].callback_query.answer("Đã ghi")
    assert updates[2].edited_message.location.latitude == 21.1
    assert updates[3].message.contact.user_id == LAN
    assert updates[-2].my_chat_member.new_chat_member.status == "kicked"
    assert len(updates) == 10


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"retry_after": 3}, RetryAfter),
        ({"migrate_to_chat_id": -5}, ChatMigrated),
        ({"status": 400}, BadRequest),
        ({"status": 401}, InvalidToken),
        ({"status": 403}, Forbidden),
        ({"status": 409}, Conflict),
        ({"status": 500}, NetworkError),
        ({"status": 502}, NetworkError),
        ({"drop": True}, NetworkError),
        ({"hang": True}, TimedOut),
    ],
)
async def test_faults_become_the_librarys_errors(bench, bot, fault, error):
    """Each failure on demand is raised as the error that Telegram's own would be."""
    await bench.sim("faults", method="sendMessage", **fault)
    with pytest.raises(error):
        await bot.send_message(LAN, "a", read_timeout=0.3)
    assert await bot.send_message(LAN, "a")
