"""The page behind a link in a real browser: what it says when it works, and when something does not."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.links import Links
from bot.place_page import PlacePage
from bot.web import serving
from quarantine.messages import Address
from storage.sealing import Keyring
from tests.browser import needs_chromium

START = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
HERE = {"latitude": 22.66569, "longitude": 106.25786, "accuracy": 12}
ANDROID = "Mozilla/5.0 (Linux; Android 9; SM-A105G) AppleWebKit/537.36 Chrome/80.0 Mobile Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 Version/14.0 Safari/604.1"
)
ZALO = f"{ANDROID} Zalo/android/12345"

pytestmark = needs_chromium


@dataclass
class Behind:
    """What is behind the link: a clock, one chat, and an inbox that drops repeats."""

    at: datetime = START
    taken: list = field(default_factory=list)

    def now(self):
        """The clock."""
        return self.at

    async def chat(self, _address_id):
        """The one chat."""
        return Address("zalo", "6123456789012345678")

    async def take(self, incoming):
        """Commit, unless it was there before."""
        fresh = incoming.id not in {one.id for one in self.taken}
        self.taken.append(incoming)
        return fresh

    async def picture(self, _letter_id, _address_id):
        """No pictures here."""
        return


@dataclass
class Hand:
    """A phone in the hand, with the page open."""

    page: object
    context: object
    behind: Behind
    path: str
    errors: list

    async def presses(self):
        """Press the one big button."""
        await self.page.locator("#go").click()

    async def reads(self, heading):
        """The heading that is seen now."""
        from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

        await expect(self.page.locator("h1:visible")).to_have_text(
            heading, use_inner_text=True, timeout=30_000
        )

    async def sees(self, words):
        """These words are on the screen."""
        from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

        await expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible()


@contextlib.asynccontextmanager
async def opened(browser, *, agent=ANDROID, allowed=True, late=timedelta(), path=None, place=HERE):
    """The page, opened on a small phone that lets it see the position, or does not."""
    behind = Behind()
    links = Links(Keyring.parse(Keyring.make_key("k")), "https://cachly.example.vn")
    app = web.Application()
    PlacePage(links, behind, behind).add_to(app)
    path = path or links.place(7, 8, "q7k", START, None).removeprefix(links.root)
    behind.at += late
    async with serving(app, "127.0.0.1", 0) as port:
        context = await browser.new_context(
            viewport={"width": 360, "height": 640},
            user_agent=agent,
            geolocation=place,
            permissions=["geolocation"] if allowed else [],
        )
        page, errors = await context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        await page.goto(f"http://127.0.0.1:{port}{path}")
        yield Hand(page, context, behind, path, errors)
        await context.close()
    assert errors == []


async def test_one_press_sends_the_position(browser):
    """A big button that fits the thumb, one press, and the position with its accuracy is there."""
    async with opened(browser) as hand:
        await hand.reads("Gửi vị trí cho trạm y tế")
        assert await hand.page.locator("#go").inner_text() == "📍 Gửi vị trí"
        box = await hand.page.locator("#go").bounding_box()
        assert box["width"] > 300
        assert box["height"] >= 72
        assert box["y"] + box["height"] < 640, "the button is on the first screen"
        assert await hand.page.evaluate("document.documentElement.scrollWidth") <= 360
        await hand.presses()
        await hand.reads("✅ Đã nhận.")
        await hand.sees("Anh/chị quay lại Zalo/Telegram nhé.")
        assert await hand.page.locator("#go").is_hidden()
        (said,) = hand.behind.taken
        assert (said.fix.lat, said.fix.lng, said.fix.accuracy_m) == (22.66569, 106.25786, 12)
        assert START - timedelta(minutes=1) < said.fix.taken_at <= START


async def test_pressed_again_after_going_back_it_says_so(browser):
    """The same link opened once more: received already, and that is all right."""
    async with opened(browser) as hand:
        for heading in ("✅ Đã nhận.", "✅ Đã nhận rồi."):
            await hand.presses()
            await hand.reads(heading)
            await hand.page.reload()


@pytest.mark.parametrize(
    ("agent", "seen", "hidden"),
    [
        (ANDROID, "Máy Android, trình duyệt Chrome", "Máy iPhone, trình duyệt Safari"),
        (IPHONE, "Máy iPhone, trình duyệt Safari", "Máy Android, trình duyệt Chrome"),
        (ZALO, "Đang mở ngay trong Zalo", "Máy Android, trình duyệt Chrome"),
    ],
    ids=["android", "iphone", "zalo"],
)
async def test_without_permission_it_says_how_to_give_it(browser, agent, seen, hidden):
    """Plainly, for this phone and no other; and that there is another way."""
    async with opened(browser, agent=agent, allowed=False) as hand:
        await hand.presses()
        await hand.reads("Điện thoại chưa cho xem vị trí")
        await hand.sees(seen)
        await hand.sees("Không gửi được")
        assert await hand.page.get_by_text(hidden).is_hidden()
        assert hand.behind.taken == []
        await hand.context.grant_permissions(["geolocation"])
        await hand.presses()
        await hand.reads("✅ Đã nhận.")


async def test_an_unknown_phone_is_told_every_way(browser):
    """Rather three paragraphs than none."""
    async with opened(browser, agent="Mozilla/5.0 (X11; Linux x86_64)", allowed=False) as hand:
        await hand.presses()
        for ways in (
            "Máy Android, trình duyệt Chrome",
            "Máy iPhone, trình duyệt Safari",
            "Đang mở ngay trong Zalo",
        ):
            await hand.sees(ways)


async def test_without_a_position_it_says_where_to_go(browser):
    """No satellite, no network position: near a window, and try again."""
    async with opened(browser, place=None) as hand:
        session = await hand.context.new_cdp_session(hand.page)
        await session.send("Emulation.setGeolocationOverride", {})
        await hand.presses()
        await hand.reads("Chưa bắt được vị trí")
        await hand.sees("ra gần cửa sổ")
        await hand.sees("Không gửi được")
        await hand.context.set_geolocation(HERE)
        await hand.presses()
        await hand.reads("✅ Đã nhận.")


async def test_when_the_network_fails_the_position_is_kept(browser):
    """The retry sends the position that was found, also when the phone would find none any more."""
    async with opened(browser) as hand:
        await hand.context.set_offline(True)
        await hand.presses()
        await hand.reads("Mạng yếu, chưa gửi được")
        await hand.context.set_offline(False)
        await hand.context.set_geolocation({"latitude": 10, "longitude": 106})
        await asyncio.sleep(0.3)
        await hand.presses()
        await hand.reads("✅ Đã nhận.")
        (said,) = hand.behind.taken
        assert said.fix.lat == 22.66569
        assert said.fix.taken_at < START, "the age is counted from when it was found"


async def test_a_position_that_nobody_can_use_is_asked_for_again(browser):
    """A phone that says 0, 0 is told so, and does not send the same once more."""
    async with opened(browser, place={"latitude": 0, "longitude": 0}) as hand:
        await hand.presses()
        await hand.reads("Vị trí này không dùng được")
        await hand.context.set_geolocation(HERE)
        await hand.presses()
        await hand.reads("✅ Đã nhận.")


async def test_an_expired_link_says_what_to_do(browser):
    """No button that cannot work; the way to a new link."""
    async with opened(browser, late=timedelta(hours=5)) as hand:
        await hand.reads("Liên kết này đã hết hạn")
        await hand.sees("nhắn một tin bất kỳ")
        assert await hand.page.locator("#go").is_hidden()


async def test_a_link_that_expires_on_the_open_page_says_so_too(browser):
    """The page lay open for hours: pressing tells the truth."""
    async with opened(browser) as hand:
        hand.behind.at += timedelta(hours=5)
        await hand.presses()
        await hand.reads("Liên kết này đã hết hạn")
        assert hand.behind.taken == []


async def test_a_link_that_is_not_ours_says_so(browser):
    """Cut off by the messenger, or made up."""
    async with opened(browser, path="/v/cut-off") as hand:
        await hand.reads("Liên kết này không đúng")
        assert await hand.page.locator("#go").is_hidden()


async def test_it_speaks_english_when_asked(browser):
    """The page knows nobody, so whoever reads English says so; and back."""
    async with opened(browser) as hand:
        await hand.page.locator("#language").click()
        await hand.reads("Send your position to the health station")
        assert await hand.page.locator("#go").inner_text() == "📍 Send position"
        assert await hand.page.get_by_text("Bấm nút dưới đây").is_hidden()
        await hand.page.locator("#language").click()
        await hand.reads("Gửi vị trí cho trạm y tế")
