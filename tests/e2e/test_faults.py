"""The messenger fails on the way: letters arrive later, and who cannot be reached becomes a task."""

from tests.e2e.phones import DUNG, HANH, LAN, hour_of

NEXT = {"to": "next_prompt"}


async def test_a_refused_letter_comes_later(phones):
    """429 puts a prompt off for its seconds, a broken proxy for a minute; it comes once all the same."""
    await phones.sim("faults", method="sendMessage", chat_id=LAN, retry_after=1)
    await phones.sim("faults", method="sendMessage", chat_id=LAN, status=502)
    await phones.clock(**NEXT)
    await phones.heard_nothing(LAN, "Chào chị Lan")
    await phones.clock(advance_seconds=300)
    await phones.hears(LAN, "Chào chị Lan, điểm danh sáng")
    await phones.clock(advance_seconds=300)
    await phones.heard_nothing(LAN, "Chào chị Lan")
    await phones.heard_nothing(HANH, "Nguyễn Thị Lan")


async def test_a_hung_send_holds_up_nobody_else(phones):
    """While the answer to Lan hangs, the officer is answered; when the line is cut, Lan's comes after all."""
    await phones.sim("faults", method="sendMessage", chat_id=LAN, hang=True)
    await phones.act(LAN, "text", text="trạng thái")
    await phones.say(HANH, "/trogiup", "/viec")
    await phones.heard_nothing(LAN, "ngày thứ 3")
    await phones.sim("faults", verb="DELETE")
    await phones.clock(advance_seconds=300)
    await phones.hears(LAN, "Hôm nay là ngày thứ 3 trong 14 ngày")


async def test_who_blocks_the_bot_is_not_called_silent(phones):
    """A blocked bot is the task "không nhắn được" at once; unblocking closes it."""
    await phones.act(LAN, "block")
    await phones.hears(HANH, "Không nhắn được", "Nguyễn Thị Lan")
    for _ in range(4):
        await phones.clock(**NEXT)
    await phones.heard_nothing(HANH, "Chưa điểm danh")
    await phones.heard_nothing(DUNG, "Chưa điểm danh")
    await phones.act(LAN, "unblock")
    await phones.hears(LAN, "kênh chat đã thông trở lại")


async def test_who_left_telegram_is_found_out_by_the_prompt(phones):
    """Telegram does not say that an account is gone; the refused prompt does, before any reminder."""
    await phones.act(LAN, "deactivate")
    await phones.clock(**NEXT)
    await phones.hears(HANH, "Không nhắn được", "Nguyễn Thị Lan")


async def test_a_day_passes_in_order(phones):
    """The clock moves through a whole day, and everything happens in its order and at its hour."""
    await phones.clock(to="next_day")
    for words, hour in (
        ("điểm danh sáng", "07:30"),
        ("điểm danh sáng nay", "08:30"),
        ("điểm danh sáng nay", "09:30"),
        ("điểm danh chiều", "16:30"),
        ("điểm danh chiều nay", "17:30"),
        ("điểm danh chiều nay", "18:30"),
    ):
        assert hour_of(await phones.hears(LAN, words)) == hour
    assert hour_of(await phones.hears(HANH, "Chưa điểm danh sáng")) == "11:30"
    assert hour_of(await phones.hears(DUNG, "Chưa điểm danh sáng")) == "13:30"
