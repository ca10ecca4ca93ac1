"""What the owner of a phone does arrives at the bot as Telegram would send it."""

import asyncio
import base64

import pytest

from tests.simulator.conftest import LAN

KEYS = {
    "keyboard": [
        [{"text": "📍 Gửi vị trí", "request_location": True}, {"text": "Gửi số", "request_contact": True}],
        [{"text": "Không gửi được"}],
    ],
    "one_time_keyboard": True,
}
HOME = {"latitude": 21.0366, "longitude": 105.8182}


async def last(bench):
    """The newest update that waits."""
    return (await bench.updates())[-1]


async def test_a_deep_link_sends_its_payload_with_start(stranger):
    """Opening ?start=AB12 sends "/start AB12" as a command, and the bot may write from then on."""
    await stranger.act("start", payload="AB12")
    message = (await last(stranger))["message"]
    assert message["text"] == "/start AB12"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["id"] == message["chat"]["id"] == LAN
    assert message["date"] == int(stranger.world.clock.now().timestamp())
    assert stranger.world.phones[LAN].started


async def test_update_numbers_grow_by_one(bench):
    """update_id grows by one, also over updates of different kinds."""
    for text in ("một", "hai"):
        await bench.act("text", text=text)
    await bench.act("block")
    numbers = [update["update_id"] for update in await bench.updates()]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


@pytest.mark.parametrize(
    "choice", [{"row": 0, "col": 1}, {"callback_data": "b"}, {"text": "Ho"}], ids=["place", "data", "label"]
)
async def test_a_press_is_a_callback_query_that_is_answered_once(bench, choice):
    """A press carries its data and message; the answer reaches the phone."""
    row = [{"text": "Sốt", "callback_data": "a"}, {"text": "Ho", "callback_data": "b"}]
    sent = await bench.say("Chọn", reply_markup={"inline_keyboard": [row]})
    pressed = await bench.act("press", **choice)
    query = (await last(bench))["callback_query"]
    assert query["data"] == "b"
    assert query["message"]["message_id"] == sent["message_id"]
    assert query["id"] == pressed["callback_query_id"]
    assert await bench.ok(
        "answerCallbackQuery", callback_query_id=query["id"], text="Đã ghi", show_alert=True
    )
    assert bench.world.phones[LAN].answers[-1]["text"] == "Đã ghi"


async def test_a_press_cannot_be_answered_after_its_time(bench):
    """After the settable time the query is too old; a long answer is refused."""
    await bench.say("Chọn", reply_markup={"inline_keyboard": [[{"text": "Ho", "callback_data": "b"}]]})
    query = (await bench.act("press", text="Ho"))["callback_query_id"]
    assert "MESSAGE_TOO_LONG" in await bench.refused(
        "answerCallbackQuery", callback_query_id=query, text="a" * 201
    )
    bench.hands.seconds += bench.world.settings.callback_seconds + 1
    refusal = await bench.refused("answerCallbackQuery", callback_query_id=query)
    assert refusal == ("Bad Request: query is too old and response timeout expired or query ID is invalid")


async def test_a_button_with_an_address_tells_the_bot_nothing(bench):
    """A url button opens the address; no update is made."""
    await bench.say("Xem", reply_markup={"inline_keyboard": [[{"text": "Mở", "url": "https://a.vn"}]]})
    assert (await bench.act("press", text="Mở"))["url"] == "https://a.vn"
    assert await bench.updates() == []


async def test_location_and_contact_keys_reply_to_the_prompt_and_go_when_used_once(bench):
    """A location key sends the position as a reply to the message that asked; a one-time keyboard goes."""
    prompt = await bench.say("Gửi vị trí", reply_markup=KEYS)
    await bench.act("key", text="📍 Gửi vị trí", **HOME, horizontal_accuracy=15)
    message = (await last(bench))["message"]
    assert message["location"] == HOME | {"horizontal_accuracy": 15}
    assert message["reply_to_message"]["message_id"] == prompt["message_id"]
    assert bench.world.phones[LAN].keyboard is None
    await bench.say("Gửi số", reply_markup=KEYS)
    await bench.act("key", text="Gửi số")
    contact = (await last(bench))["message"]["contact"]
    assert contact == {"phone_number": "+84912345678", "first_name": "Lan", "user_id": LAN}


async def test_a_plain_key_sends_its_text(bench):
    """A key without a request is a typed text; a key that is not there cannot be pressed."""
    await bench.say("Gửi vị trí", reply_markup=KEYS)
    assert "no key" in (await bench.sim(f"phones/{LAN}/key", text="Khác"))["error"]
    assert "latitude" in (await bench.sim(f"phones/{LAN}/key", text="📍 Gửi vị trí"))["error"]
    await bench.say("Gửi vị trí", reply_markup=KEYS)
    await bench.act("key", text="Không gửi được")
    assert (await last(bench))["message"]["text"] == "Không gửi được"


async def test_a_live_location_moves_by_edits_and_ends_without_period(bench):
    """Live moves are edited_message with the same number and a newer date; the end has no live_period."""
    started = (await bench.act("location", **HOME, live_period=900, horizontal_accuracy=9))["message"]
    number = started["message_id"]
    bench.hands.seconds += 4
    await bench.act("move", message_id=number, latitude=21.04, longitude=105.82, heading=90)
    moved = (await last(bench))["edited_message"]
    assert moved["message_id"] == number
    assert moved["edit_date"] == started["date"] + 4
    assert moved["location"] == {"latitude": 21.04, "longitude": 105.82, "live_period": 900, "heading": 90}
    await bench.act("stop-live", message_id=number)
    ended = (await last(bench))["edited_message"]
    assert ended["location"] == {"latitude": 21.04, "longitude": 105.82}
    assert (
        "not a live location"
        in (await bench.sim(f"phones/{LAN}/move", message_id=number, latitude=1, longitude=1))["error"]
    )


async def test_every_other_kind_of_message(bench):
    """Venue, foreign contact, document, voice, sticker, forward and own edit have Telegram's fields."""
    await bench.act("venue", **HOME, title="Chợ Ngọc Hà", address="Ngọc Hà")
    assert set((await last(bench))["message"]) >= {"venue", "location"}
    await bench.act("contact", phone_number="+84901", first_name="Tâm")
    assert "user_id" not in (await last(bench))["message"]["contact"]
    listed = base64.b64encode(b"a;b").decode()
    await bench.act("document", data=listed, name="ds.csv", mime="text/csv", caption="Danh sách")
    document = (await last(bench))["message"]
    assert (document["document"]["file_name"], document["caption"]) == ("ds.csv", "Danh sách")
    await bench.act("voice")
    assert (await last(bench))["message"]["voice"]["duration"] == 3
    await bench.act("sticker")
    assert (await last(bench))["message"]["sticker"]["emoji"] == "👍"
    own = (await bench.act("text", text="38 do"))["message"]["message_id"]
    await bench.act("edit", message_id=own, text="38,5 độ")
    edited = (await last(bench))["edited_message"]
    assert (edited["message_id"], edited["text"]) == (own, "38,5 độ")
    await bench.act("forward", from_chat_id=LAN, message_id=own)
    assert (await last(bench))["message"]["forward_origin"]["sender_user"]["id"] == LAN
    assert "cannot be sent" in (await bench.sim(f"phones/{LAN}/photo", data=listed))["error"]


async def test_blocking_is_told_by_my_chat_member_and_stops_writing(bench):
    """Block and unblock are my_chat_member updates; a blocked phone cannot write."""
    await bench.act("block")
    change = (await last(bench))["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    assert "blocked" in (await bench.sim(f"phones/{LAN}/text", text="a"))["error"]
    await bench.act("unblock")
    assert (await last(bench))["my_chat_member"]["new_chat_member"]["status"] == "member"


async def test_raw_updates_of_any_kind_pass_if_asked_for(bench):
    """An update of a kind that does not exist yet is passed on; kinds not asked for are not."""
    await bench.sim("updates", update_id=5, telepathy={"from": {"id": LAN}})
    update = await last(bench)
    assert update["telepathy"] == {"from": {"id": LAN}}
    assert update["update_id"] != 5
    assert (await bench.sim("updates", message_reaction={"chat": {"id": LAN}}))["update_id"] is None
    assert (
        await bench.ok("getUpdates", offset=update["update_id"] + 1, allowed_updates=["callback_query"]) == []
    )
    await bench.act("text", text="không hỏi tới")
    assert await bench.updates() == []


async def test_control_answers_bad_requests_with_a_sentence(bench):
    """Unknown phones, actions and fields are refused by name."""
    assert "no phone 9" in (await bench.sim("phones/9/text", text="a"))["error"]
    assert "dance" in (await bench.sim(f"phones/{LAN}/dance"))["error"]
    assert "txt" in (await bench.sim(f"phones/{LAN}/text", txt="a"))["error"]
    assert "`text`" in (await bench.sim(f"phones/{LAN}/text"))["error"]


async def test_phones_show_their_history_and_a_reset_forgets_it(bench):
    """A phone's view holds its whole chat; a reset keeps the phones as new when asked, else forgets them."""
    await bench.say("Chào chị")
    view = (await bench.sim("phones", verb="GET"))["phones"][0]
    assert [message["text"] for message in view["messages"]] == ["Chào chị"]
    assert view["messages"][0]["from_bot"]
    number = bench.world.mailbox.next_id
    await bench.sim("reset", keep_phones=True)
    assert bench.world.phones[LAN].started is False
    assert not bench.world.messages
    assert bench.world.mailbox.next_id == number
    await bench.sim("reset")
    assert (await bench.sim("phones", verb="GET"))["phones"] == []


async def test_events_tell_what_changed(bench):
    """The event stream tells of each message as it comes."""
    async with bench.http.get(f"{bench.root}/sim/events") as stream:
        assert await stream.content.readline() == b": open\n"
        await bench.say("Chào")
        async with asyncio.timeout(5):
            while not (line := await stream.content.readline()).startswith(b"data: "):
                pass
    assert b'"kind": "message"' in line
