"""The page with a phone of each messenger in a real browser: one sees which it is, and what each can do."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.settings import Settings
from simulator.zalo_bot_settings import DEMO_ZALO_BOT_TOKEN
from tests.browser import needs_chromium
from tests.simulator.conftest import LAN as TELEGRAM_LAN
from tests.simulator.conftest import TOKEN, serving
from tests.simulator.test_page import browsing
from tests.simulator.zalo import BOT_LAN, LAN, OaBench

pytestmark = needs_chromium
QUESTION = "Chào chị Lan. Hôm nay chị có triệu chứng nào không?"
LINK = "https://zalo.me/2718281828459045235"
PICTURES = os.environ.get("CACHLY_PICTURES", "")
"""A folder for pictures of the page, for people who want to look at it."""


@dataclass
class Desk:
    """Three phones on a page, of one person with three messengers."""

    oa: OaBench
    page: object

    def phone(self, number):
        """One phone on the page."""
        return self.page.locator(f"[data-phone='{number}']")

    async def events(self, name):
        """The events of a kind that the Official Account has told so far."""
        state = await self.oa.sim("zalo-oa", verb="GET")
        return [event for event in state["events"]["told"] if event["event_name"] == name]

    async def picture(self, name):
        """Keep a picture of the page where somebody asked for it."""
        if PICTURES:
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def call(bench, token, method, **fields):
    """Speak as the bot whose token it is."""
    async with bench.http.post(f"{bench.root}/bot{token}/{method}", json=fields) as answer:
        body = await answer.json()
    assert body["ok"], body


@pytest.fixture
async def desk():
    """The page, with a phone of each kind."""
    async for bench in serving(Settings(limits_on=False)):
        oa = OaBench.over(bench)
        await oa.tokens()
        home = {"latitude": 21.0366, "longitude": 105.8182}
        for kind, number in (("zalo-oa", LAN), ("zalo-bot", BOT_LAN)):
            card = {"name": "Trần Thị Lan", "label": "Người cách ly: chị Lan", "role": "Ngọc Hà"}
            await oa.sim("phones", kind=kind, id=number, phone_number="+84912345678", home=home, **card)
        async with browsing(bench.root, phones=3) as page:
            yield Desk(oa, page)


def choices():
    """A question with five buttons."""
    labels = ("Không có", "Sốt", "Ho", "Khó thở", "Gặp cán bộ")
    found = [
        {"title": label, "type": "oa.query.hide", "payload": f"#k3:{number}"}
        for number, label in enumerate(labels)
    ]
    return {"text": QUESTION, "attachment": {"type": "template", "payload": {"buttons": found}}}


async def test_each_phone_shows_its_messenger(desk):
    """Telegram, Zalo OA in Zalo's blue with its mark, Zalo Bot without buttons: seen at a glance."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    await expect(desk.page.locator(".messenger")).to_have_text(["Telegram", "Zalo OA", "Zalo Bot"])
    oa, bot = desk.phone(LAN), desk.phone(BOT_LAN)
    await expect(oa.locator(".avatar")).to_have_text("OA")
    await expect(oa.locator(".bot-head")).to_have_css("background-color", "rgb(0, 104, 255)")
    await expect(oa.locator(".limits")).to_contain_text("Tối đa 5 nút")
    await expect(bot.locator(".avatar")).to_have_text("Bot")
    await expect(bot.locator(".limits")).to_contain_text("gõ số để chọn")
    await expect(desk.phone(TELEGRAM_LAN).locator(".limits")).to_be_hidden()
    await oa.get_by_role("button", name="QUAN TÂM", exact=True).click()
    await expect(oa.locator(".limits")).to_contain_text("nhắn được đến 07:30 30/11")
    await desk.oa.act("start", phone=TELEGRAM_LAN)
    keys = [[{"text": "Không có", "callback_data": "0"}], [{"text": "Sốt", "callback_data": "1"}]]
    keyboard = {"inline_keyboard": keys}
    await call(desk.oa, TOKEN, "sendMessage", chat_id=TELEGRAM_LAN, text=QUESTION, reply_markup=keyboard)
    await desk.oa.cs(choices())
    await bot.get_by_role("textbox").fill("Chào trạm")
    await bot.get_by_role("textbox").press("Enter")
    await expect(bot.locator(".bubble.own")).to_contain_text("Chào trạm")
    await call(
        desk.oa,
        DEMO_ZALO_BOT_TOKEN,
        "sendMessage",
        chat_id=BOT_LAN,
        text=f"{QUESTION}\n1. Không có\n2. Sốt\n3. Ho",
    )
    await expect(oa.locator(".inline-button")).to_have_count(5)
    await expect(bot.locator(".bubble.bot")).to_contain_text("3. Ho")
    await expect(bot.locator(".inline-button")).to_have_count(0)
    await desk.picture("three")


async def test_an_official_account_is_used_on_the_page(desk):
    """Follow, press, share the number, send a named place, look, leave: each is told as an event."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    phone = desk.phone(LAN)
    await phone.get_by_role("button", name="QUAN TÂM", exact=True).click()
    await expect(phone.get_by_role("textbox")).to_be_visible()
    await desk.oa.cs(choices())
    await phone.get_by_role("button", name="Khó thở").click()
    await expect(phone.locator(".bubble.own")).to_have_count(0)
    element = {"title": "Số điện thoại", "subtitle": "Để trạm gọi khi cần", "image_url": "https://x.vn/a.png"}
    payload = {"template_type": "request_user_info", "elements": [element]}
    await desk.oa.cs({"attachment": {"type": "template", "payload": payload}})
    await phone.get_by_role("button", name="Chia sẻ thông tin").click()
    await expect(phone.locator(".bubble.own")).to_contain_text("84912345678")
    await phone.get_by_role("button", name="Đính kèm").click()
    await phone.get_by_role("button", name="Vị trí…").click()
    await phone.get_by_label("Tên địa điểm").fill("Chợ Ngọc Hà")
    await desk.picture("place")
    await phone.get_by_role("button", name="Ở nhà", exact=True).click()
    await expect(phone.locator(".bubble.own").last).to_contain_text("Chợ Ngọc Hà")
    await phone.get_by_role("button", name="Cài đặt máy").click()
    await phone.get_by_role("button", name="Mất mạng").click()
    await expect(phone.locator(".bot-status")).to_have_text("máy đang mất mạng")
    await phone.get_by_role("button", name="Cài đặt máy").click()
    await phone.get_by_role("button", name="Bỏ quan tâm").click()
    await expect(phone.get_by_role("button", name="QUAN TÂM LẠI")).to_be_visible()
    assert [event["message"]["text"] for event in await desk.events("user_send_text")] == ["#k3:3"]
    assert (await desk.events("user_submit_info"))[0]["info"]["phone"] == "84912345678"
    assert (await desk.events("user_send_location"))[0]["message"]["text"] == "Chợ Ngọc Hà"
    assert await desk.events("user_seen_message")
    assert len(await desk.events("unfollow")) == 1


async def test_a_page_of_the_web_opens_beside_the_phones(desk):
    """A button with an address opens a new tab and tells the app nothing."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    await desk.oa.act("follow")
    button = {"title": "Gửi vị trí", "type": "oa.open.url", "payload": {"url": f"{desk.oa.root}/healthz"}}
    attachment = {"type": "template", "payload": {"buttons": [button]}}
    await desk.oa.cs({"text": "Mở trang này để gửi vị trí.", "attachment": attachment})
    async with desk.page.context.expect_page() as opened:
        await desk.phone(LAN).get_by_role("button", name="Gửi vị trí").click()
    await expect(await opened.value).to_have_url(f"{desk.oa.root}/healthz")
    assert await desk.events("user_send_text") == []


async def test_the_accounts_link_opens_on_a_phone_with_zalo(desk):
    """The link to the Official Account, also in a message of another messenger, lets a phone follow it."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    bot = desk.phone(BOT_LAN)
    await desk.oa.act("text", phone=BOT_LAN, text="Chào")
    await call(desk.oa, DEMO_ZALO_BOT_TOKEN, "sendMessage", chat_id=BOT_LAN, text=f"Quan tâm trạm: {LINK}")
    await bot.get_by_role("link", name=LINK).click()
    sheet = bot.get_by_role("dialog", name="Mở trên máy của:")
    await expect(sheet.locator(".menu button")).to_have_count(1)
    await sheet.get_by_role("button", name="chị Lan").click()
    await expect(desk.phone(LAN).get_by_role("textbox")).to_be_visible()
    assert len(await desk.events("follow")) == 1


async def test_a_zalo_bot_is_used_on_the_page(desk):
    """What is attached arrives; a place is marked as something the bot cannot read."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    phone = desk.phone(BOT_LAN)
    for name, shown in (("Ảnh mẫu", ".photo"), ("Nhãn dán", ".sticker"), ("Tin thoại", ".thing")):
        await phone.get_by_role("button", name="Đính kèm").click()
        await phone.get_by_role("button", name=name).click()
        await expect(phone.locator(f".own {shown}")).to_be_visible()
    await phone.get_by_role("button", name="Đính kèm").click()
    await phone.get_by_role("button", name="Vị trí (bot không đọc được)").click()
    await phone.get_by_role("button", name="Ở nhà", exact=True).click()
    await expect(phone.locator(".own .thing")).to_have_count(2)
    await expect(phone.get_by_role("button", name="Cài đặt máy")).to_have_count(0)
