"""The page of phones in a real browser, with a bot that is not Cachly behind it."""

import asyncio
import contextlib
import re
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.files import sample_photo
from simulator.settings import Settings
from tests.browser import needs_chromium, started
from tests.simulator.conftest import Bench, serving
from tests.simulator.littlebot import LittleBot

PEOPLE = {
    1: "Nhân viên CDC",
    2: "Cán bộ phụ trách",
    3: "Trạm trưởng",
    4: "Người cách ly: chị Lan",
    5: "Người cách ly: bác Tâm",
}
NEXT = "2026-11-23T09:30:00+00:00"
HOME = {"latitude": 21.0366, "longitude": 105.8182}

pytestmark = needs_chromium


@dataclass
class Desk:
    """Five phones on a page in a browser, a bot that answers them, and a clock that can be moved."""

    bench: Bench
    page: object
    moves: list

    def phone(self, number):
        """One phone on the page."""
        return self.page.locator(f"[data-phone='{number}']")

    def bubbles(self, number, words):
        """The bubbles of a phone that hold `words`."""
        return self.phone(number).locator(".bubble", has_text=words)


@contextlib.asynccontextmanager
async def fake_cachly(moves):
    """A demo clock that answers one and the same hour to every move."""

    async def move(request):
        moves.append(await request.json())
        return web.json_response({"now": NEXT})

    async def ask(_):
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/demo/clock", move)
    app.router.add_get("/demo/clock", ask)
    async with TestServer(app) as server:
        yield str(server.make_url("/demo/clock"))


@contextlib.asynccontextmanager
async def answering(bench):
    """The little bot, polling as long as the block runs."""
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        bot = LittleBot(http, bench.root, picture=sample_photo())
        await bot.call("setMyCommands", commands=[{"command": "the", "description": "Thẻ hướng dẫn"}])
        polling = group.create_task(bot.run())
        yield
        polling.cancel()


@contextlib.asynccontextmanager
async def browsing(root, phones=5):
    """A page of headless Chromium with so many phones; errors in its scripts fail the test."""
    errors = []
    async with started() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        await page.goto(root)
        await page.locator(".phone").nth(phones - 1).wait_for()
        yield page
    assert errors == []


@pytest.fixture
async def desk():
    """The whole desk."""
    moves = []
    async with fake_cachly(moves) as clock_url:
        async for bench in serving(Settings(clock_url=clock_url, limits_on=False)):
            bench.world.limits.on = False
            await bench.sim("reset")
            for number, label in PEOPLE.items():
                home = {"home": HOME} if number == 4 else {}
                await bench.sim("phones", id=number, label=label, first_name="Lan", role="Ngọc Hà", **home)
            async with answering(bench), browsing(bench.root) as page:
                yield Desk(bench, page, moves)


async def test_the_round_in_the_browser(desk):
    """Start → symptoms by a button, edited in place → location key → thanks; home's coordinates are sent."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    lan = desk.phone(4)
    await expect(desk.page.locator(".phone h2")).to_have_text(list(PEOPLE.values()))
    await lan.get_by_role("button", name="BẮT ĐẦU").click()
    await expect(lan.locator(".bubble.bot b")).to_have_text("sáng 23/11")
    await expect(lan.locator(".bubble.bot i")).to_have_text("triệu chứng")
    await expect(lan.locator(".bubble.bot time")).to_have_text("07:30")
    await lan.get_by_role("button", name="Không có triệu chứng").click()
    await expect(desk.bubbles(4, "đã trả lời: well").locator(".edited")).to_be_visible()
    await expect(lan.get_by_role("button", name="Không có triệu chứng")).to_have_count(0)
    await expect(lan.locator(".toast")).to_have_text("Đã ghi")
    await lan.get_by_role("button", name="📍 Gửi vị trí").click()
    await lan.get_by_role("button", name="Ở nhà", exact=True).click()
    await expect(desk.bubbles(4, "Hẹn chị 16:30")).to_be_visible()
    await expect(lan.locator(".keys")).to_be_hidden()
    await expect(desk.bubbles(4, "sai số 15 m")).to_be_visible()
    sent = [stored.body for stored in desk.bench.world.messages[4].values() if "location" in stored.body]
    assert sent[0]["location"] == HOME | {"horizontal_accuracy": 15}


async def test_a_new_message_rings_and_an_edit_does_not(desk):
    """A new message flashes, and counts until the phone is in the hand again; an edit does neither."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    await desk.bench.act("start", phone=2)
    officer = desk.phone(2)
    await expect(officer.locator(".badge")).to_have_text("1")
    await expect(officer).to_have_class(re.compile("ring"))
    await officer.locator(".chat").click()
    await expect(officer.locator(".badge")).to_be_hidden()
    await desk.phone(3).locator(".chat").click()
    await desk.bench.act("press", phone=2, text="Ho")
    await expect(desk.bubbles(2, "đã trả lời: cough")).to_be_visible()
    await expect(officer.locator(".badge")).to_have_text("1")  # the question for the location, not the edit


async def test_a_link_opens_on_another_phone(desk):
    """The link of a guide card offers all phones and opens on the chosen one, which starts with the code."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    officer, tam = desk.phone(2), desk.phone(5)
    await officer.get_by_role("button", name="BẮT ĐẦU").click()
    await officer.get_by_role("button", name="Các lệnh").click()
    await officer.get_by_role("button", name="/the – Thẻ hướng dẫn").click()
    await expect(officer.locator(".photo img")).to_be_visible()
    await officer.get_by_role("link", name="start=AB12CD34").click()
    await expect(
        officer.get_by_role("dialog", name="Mở trên máy của:").locator(".menu button")
    ).to_have_count(5)
    await officer.get_by_role("button", name="bác Tâm").click()
    await expect(tam.locator(".bubble.bot")).to_contain_text("Mã của anh/chị: AB12CD34")


async def test_the_clock_moves_and_says_its_day(desk):
    """The buttons pass their move on; the bar then shows the answered hour in Vietnamese."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    now = desk.page.locator("#now")
    await expect(now).to_have_text("Thứ Hai 23/11/2026 07:30")
    await desk.page.get_by_role("button", name="Đến lần nhắc tiếp theo").click()
    await expect(now).to_have_text("Thứ Hai 23/11/2026 16:30")
    await desk.page.get_by_role("button", name="+1 giờ").click()
    await expect(desk.page.get_by_role("button", name="+1 giờ")).to_be_enabled()
    assert desk.moves == [{"to": "next_prompt"}, {"advance_seconds": 3600}]
    await expect(desk.page.locator("#clock-note")).to_be_empty()


async def test_typing_attaching_editing_and_blocking(desk):
    """What the owner types, attaches, edits and blocks reaches the chat; Enter sends, Shift+Enter breaks."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    clerk = desk.phone(1)
    await clerk.get_by_role("button", name="BẮT ĐẦU").click()
    entry = clerk.get_by_role("textbox")
    await entry.fill("Nguyễn Thị Lan")
    await entry.press("Shift+Enter")
    await entry.press_sequentially("0912 345 678")
    await entry.press("Enter")
    await expect(desk.bubbles(1, "0912 345 678")).to_have_text(re.compile("Nguyễn Thị Lan\n0912"))
    for name, shown in (("Ảnh mẫu", ".photo"), ("Nhãn dán", ".sticker"), ("Tin thoại", ".thing")):
        await clerk.get_by_role("button", name="Đính kèm").click()
        await clerk.get_by_role("button", name=name).click()
        await expect(clerk.locator(f".own {shown}")).to_be_visible()
    own = desk.bubbles(1, "0912 345 678")
    await own.hover()
    await own.get_by_role("button", name="Việc khác với tin này").click()
    await clerk.get_by_role("button", name="Sửa tin này").click()
    await entry.fill("đã sửa số")
    await entry.press("Enter")
    await expect(desk.bubbles(1, "đã sửa số").locator(".edited")).to_be_visible()
    await clerk.get_by_role("button", name="Cài đặt máy").click()
    await clerk.get_by_role("button", name="Chặn bot", exact=True).click()
    await expect(clerk.get_by_role("button", name="BỎ CHẶN BOT")).to_be_visible()
    assert desk.bench.world.phones[1].blocked


async def test_texts_are_never_read_as_html(desk):
    """A text full of markup is shown as text."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    await desk.bench.act("text", phone=3, text="<img src=x onerror=alert(1)><b>không đậm</b>")
    shown = desk.bubbles(3, "không đậm")
    await expect(shown).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(shown.locator("b, img")).to_have_count(0)
