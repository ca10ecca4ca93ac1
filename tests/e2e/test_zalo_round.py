"""Zalo in the demonstration: a resident on the Official Account, her officer on the Zalo Bot."""

from bot.demo import CAST, HOME_OF_HOA, ZALO_BOT, ZALO_OA
from tests.e2e.phones import buttons_of
from tests.e2e.processes import fetched

HOA, KHOA = (next(actor.user for actor in CAST if actor.kind == kind) for kind in (ZALO_OA, ZALO_BOT))


def link_of(message):
    """The address that a button of the message opens."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(button["url"] for row in rows for button in row if "url" in button)


async def share(phones, address):
    """Her phone's browser sends the position from the page behind the link; what the page is told."""
    lat, lng = HOME_OF_HOA
    async with phones.http.get(address) as page:
        assert page.status == 200
    position = {"lat": lat, "lng": lng, "accuracy": 15, "age_ms": 0}
    async with phones.http.post(address, json=position) as answer:
        return answer.status


async def test_a_check_in_on_the_official_account(stage, phones):
    """Asked on Zalo, answered by a number, the position by our own page: thanks, as on Telegram."""
    await phones.clock(to="next_prompt")
    prompt = await phones.hears(HOA, "Chào chị Hoa, điểm danh sáng", "1. Không có triệu chứng", "10. Gặp")
    assert buttons_of(prompt) == [["Không có triệu chứng"], ["Gặp cán bộ"]]
    await phones.act(HOA, "text", text="1")
    asked = await phones.hears(HOA, "Gửi vị trí là xong")
    assert await share(phones, link_of(asked)) == 200
    await phones.hears(HOA, "Cảm ơn chị. Hôm nay là ngày thứ 3 trong 14 ngày. Hẹn chị 16:30 nhé.")
    health = fetched(f"{stage.cachly}/healthz")
    assert (health["status"], any(health["refused"].values())) == ("ok", False)
    assert set(health["accounts"].values()) == {"webhook"}


async def test_an_alarm_from_zalo_reaches_an_officer_on_the_zalo_bot(phones):
    """Breathlessness typed on the Official Account pages the officer, who takes it by typing a number."""
    await phones.clock(to="next_prompt")
    await phones.hears(HOA, "điểm danh sáng")
    await phones.act(HOA, "text", text="kho tho qua")
    await phones.hears(HOA, "Chị gọi 115 ngay")
    await phones.hears(KHOA, "🔴 KHẨN: Hoàng Thị Hoa", "1. Nhận việc")
    await phones.clock(advance_seconds=10)  # a number answers the newest card that is known to have arrived
    await phones.act(KHOA, "text", text="1")
    await phones.hears(KHOA, "✅ Anh đã nhận việc này")


async def test_zalo_goes_on_when_the_days_go_by(phones):
    """After a day the tokens are renewed by themselves, and she is asked again on Zalo."""
    for _ in range(3):
        await phones.clock(to="next_day")
    await phones.clock(to="next_prompt")
    await phones.hears(HOA, "điểm danh sáng", "ngày thứ 6 trong 14 ngày")
