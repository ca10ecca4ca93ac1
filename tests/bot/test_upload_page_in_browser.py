"""The page that takes a list in a real browser: chosen or dropped, refused at once, and told plainly."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web

from bot.links import UPLOAD_FOR, Links
from bot.upload_page import UploadPage
from bot.web import serving
from papers.sheets import MOST_BYTES
from storage.sealing import Keyring
from tests.bot.test_upload_page import CHAT, LETTER, LIST, NUMBER, START, Behind
from tests.browser import needs_chromium

pytestmark = needs_chromium
PHONE, DESK = {"width": 360, "height": 640}, {"width": 1280, "height": 720}
DROP = """async ([name, size]) => {
  const bytes = size === null ? "Họ tên;SĐT\\nAn;0912345678\\n" : new Uint8Array(size);
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(drop);
  return drop.defaultPrevented;
}"""


@dataclass
class Hand:
    """A browser with the page open."""

    page: object
    context: object
    behind: Behind
    errors: list

    async def chooses(self, name, data=LIST):
        """Choose a file of this name."""
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        await self.page.locator("#file").set_input_files(file)

    async def drops(self, name, size=None):
        """Let a file fall somewhere on the page; the browser must not open it."""
        assert await self.page.evaluate(DROP, [name, size])

    async def reads(self, heading):
        """The heading that is seen now."""
        from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

        await expect(self.page.locator("h1:visible")).to_have_text(heading, timeout=30_000)

    async def offers(self, *, a_file):
        """Whether a file may be chosen now."""
        assert await self.page.locator("label.button").is_visible() is a_file


@contextlib.asynccontextmanager
async def opened(browser, *, size=PHONE, late=timedelta(), path=None, **how):
    """The page, opened on a small phone or a desk."""
    behind = Behind()
    links = Links(Keyring.parse(Keyring.make_key("k")), "https://cachly.example.vn")
    app = web.Application()
    UploadPage(links, behind, behind).add_to(app)
    path = path or links.upload(CHAT, LETTER, NUMBER, START).removeprefix(links.root)
    behind.at += late
    async with serving(app, "127.0.0.1", 0) as port:
        context = await browser.new_context(viewport=size, has_touch=size is PHONE, **how)
        page, errors = await context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        await page.goto(f"http://127.0.0.1:{port}{path}")
        yield Hand(page, context, behind, errors)
        await context.close()
    assert errors == []


async def test_a_file_is_chosen_with_one_big_button(browser):
    """It fits the thumb and the first screen; the bytes arrive as they are, the page says what is next."""
    async with opened(browser) as hand:
        await hand.reads("Gửi danh sách cách ly")
        box = await hand.page.locator("label.button").bounding_box()
        assert box["width"] > 300
        assert box["height"] >= 64
        assert box["y"] + box["height"] < PHONE["height"]
        assert await hand.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await hand.chooses("danh-sach.CSV")
        await hand.reads("✅ Đã nhận tệp.")
        await hand.offers(a_file=False)
        ((_, file),) = hand.behind.taken
        assert file == LIST


async def test_a_file_is_dropped_anywhere_on_the_page(browser):
    """Beside the frame too: the browser must not open it instead, and the page be gone."""
    async with opened(browser, size=DESK) as hand:
        await hand.drops("danh-sach.csv")
        await hand.reads("✅ Đã nhận tệp.")
        assert len(hand.behind.taken) == 1
        await hand.drops("danh-sach.csv")
        assert len(hand.behind.taken) == 1, "after the end nothing more is sent"


@pytest.mark.parametrize(
    ("name", "size", "heading"),
    [
        ("anh.png", 10, "Tệp này không phải danh sách"),
        ("danh-sach.pdf", 10, "Tệp này không phải danh sách"),
        ("danh-sach.xlsx", MOST_BYTES + 1, "Tệp lớn quá 20 MB"),
        ("danh-sach.csv", 0, "Tệp này trống"),
    ],
)
async def test_what_is_no_list_is_refused_and_another_may_be_chosen(browser, name, size, heading):
    """A picture, a PDF, too large, empty: said at once; the link is not used up, the next file is taken."""
    async with opened(browser, size=DESK) as hand:
        await hand.drops(name, size)
        await hand.reads(heading)
        assert hand.behind.taken == []
        await hand.offers(a_file=True)
        await hand.chooses("danh-sach.csv")
        await hand.reads("✅ Đã nhận tệp.")


async def test_a_link_serves_once(browser):
    """Opened again and used again: told so, nothing is taken in twice."""
    async with opened(browser) as hand:
        await hand.chooses("danh-sach.csv")
        await hand.reads("✅ Đã nhận tệp.")
        await hand.page.reload()
        await hand.chooses("danh-sach.csv")
        await hand.reads("Liên kết này đã dùng rồi.")
        await hand.offers(a_file=False)
        assert len(hand.behind.taken) == 1


async def test_an_expired_link_says_what_to_do(browser):
    """No button that cannot work; on a page that lay open for too long neither."""
    async with opened(browser, late=UPLOAD_FOR) as hand:
        await hand.reads("Liên kết này đã hết hạn")
        await hand.offers(a_file=False)
    async with opened(browser) as hand:
        hand.behind.at += UPLOAD_FOR
        await hand.chooses("danh-sach.csv")
        await hand.reads("Liên kết này đã hết hạn")
        assert hand.behind.taken == []


async def test_a_link_that_is_not_ours_says_so(browser):
    """Cut off by the messenger, or made up."""
    async with opened(browser, path="/u/cut-off") as hand:
        await hand.reads("Liên kết này không đúng")
        await hand.offers(a_file=False)


async def test_when_the_network_fails_the_file_is_kept(browser):
    """One press sends it again; nobody has to find it anew."""
    async with opened(browser) as hand:
        await hand.context.set_offline(True)
        await hand.chooses("danh-sach.csv")
        await hand.reads("Mạng yếu, chưa gửi được")
        await hand.context.set_offline(False)
        await hand.page.locator("#again").click()
        await hand.reads("✅ Đã nhận tệp.")
        ((_, file),) = hand.behind.taken
        assert file == LIST


async def test_without_scripts_it_says_so(browser):
    """No button that does nothing: another browser, or a computer."""
    async with opened(browser, java_script_enabled=False) as hand:
        await hand.reads("Gửi danh sách cách ly")
        await hand.offers(a_file=False)
        assert await hand.page.get_by_text("Trình duyệt này không chạy được trang gửi tệp.").is_visible()
