"""The two minutes of a newcomer: the whole round on the page of `cachly demo`, in a real browser."""

from dataclasses import dataclass

import pytest

from tests.browser import needs_chromium
from tests.e2e.phones import DUNG, HANH, LAN, MAI, NAM
from tests.simulator.test_page import browsing

pytestmark = needs_chromium
CARD = "[data-phone='{}'] .photo img"


@dataclass
class Desk:
    """The page, and a few words for what a newcomer does with it."""

    page: object

    def phone(self, who):
        """One phone on the page."""
        return self.page.locator(f"[data-phone='{who}']")

    async def sees(self, who, words):
        """Wait until a bubble of the bot holds these words."""
        await self.phone(who).locator(".bubble.bot", has_text=words).last.wait_for()

    async def press(self, who, label):
        """Press the newest button with this label."""
        await self.phone(who).get_by_role("button", name=label, exact=True).last.click()

    async def type(self, who, text, then):
        """Type a line, Enter, and wait for the answer."""
        entry = self.phone(who).get_by_role("textbox")
        await entry.fill(text)
        await entry.press("Enter")
        await self.sees(who, then)

    async def clock(self, label):
        """Press a button of the clock, and wait until it has moved."""
        from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

        button = self.page.get_by_role("button", name=label)
        await button.click()
        await expect(button).to_be_enabled()
        await expect(self.page.locator("#clock-note")).to_be_empty()


@pytest.fixture
async def desk(stage):
    """The page of a running demonstration."""
    async with browsing(stage.page) as page:
        yield Desk(page)


async def test_a_newcomer_sees_the_whole_round(desk):
    """Everything of the round is pressed, typed and seen on the page; no script fails."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    headings = ["CDC tỉnh", "Cán bộ trạm y tế", "Trạm trưởng", "Người cách ly: Lan", "Người cách ly: Nam"]
    headings += ["Người cách ly: Hoa", "Cán bộ trạm, Zalo Bot"]
    await expect(desk.page.locator(".phone h2")).to_have_text(headings)
    await expect(desk.page.locator("#now")).to_contain_text("07:00")
    await expect(desk.phone(NAM).get_by_role("button", name="BẮT ĐẦU")).to_be_visible()
    await enrol(desk)
    await verify_and_guide(desk)
    await link(desk)
    await desk.clock("Đến lần nhắc tiếp theo")
    await expect(desk.page.locator("#now")).to_contain_text("07:30")
    await desk.sees(NAM, "Chào anh Nam, điểm danh sáng")
    await desk.press(NAM, "Không có triệu chứng")
    await desk.sees(NAM, "Gửi vị trí là xong")
    await desk.press(NAM, "📍 Gửi vị trí")
    await desk.press(NAM, "Ở nhà")
    await desk.sees(NAM, "ngày thứ 1 trong 14 ngày. Hẹn anh 16:30 nhé.")
    await expect(desk.phone(NAM).locator(".keys")).to_be_hidden()
    await silence(desk)


async def enrol(desk):
    """The clerk enters Nam."""
    await desk.press(MAI, "Ghi danh người mới")
    await desk.sees(MAI, "Họ và tên")
    await desk.type(MAI, "Trần Văn Nam", "Số điện thoại?")
    await desk.type(MAI, "0987654321", "Năm sinh?")
    await desk.type(MAI, "1985", "Giới tính?")
    await desk.press(MAI, "Nam")
    await desk.sees(MAI, "Địa chỉ nơi cách ly")
    await desk.type(MAI, "Số 8, tổ 3 Hợp Giang", "Xã, phường")
    await desk.type(MAI, "thuc phan", "Số quyết định")
    await desk.type(MAI, "130/QĐ-UBND", "Ngày đầu")
    await desk.press(MAI, "Hôm nay")
    await desk.press(MAI, "F1 – tiếp xúc gần")
    await desk.press(MAI, "Bỏ qua")
    await desk.press(MAI, "Lưu")


async def verify_and_guide(desk):
    """The officer takes the card, confirms, shares the position at the dwelling and makes the leaflet."""
    from playwright.async_api import expect  # noqa: PLC0415 - only where there is a browser

    await expect(desk.phone(HANH).locator(".badge")).to_be_visible()
    for label in ("Nhận việc", "Đúng, xác nhận", "📍 Gửi vị trí nhà", "Tại nhà của Trần Văn Nam"):
        await desk.press(HANH, label)
    await desk.sees(HANH, "Xác nhận chứ?")
    await expect(desk.phone(HANH).locator(".keys")).to_be_hidden()
    await desk.press(HANH, "Xác nhận")
    await desk.press(HANH, "Tạo phiếu hướng dẫn")
    await desk.page.locator(CARD.format(HANH)).wait_for()
    await desk.press(HANH, "Đưa phiếu")
    await desk.sees(HANH, "✅ Đã ghi: hướng dẫn")


async def link(desk):
    """The link opens on Nam's phone; a wrong year first."""
    await desk.phone(HANH).get_by_role("link", name="start=").click()
    await desk.phone(HANH).get_by_role("dialog").get_by_role("button", name="Nam").click()
    await desk.sees(NAM, "sinh năm nào")
    await desk.type(NAM, "1958", "Năm sinh chưa khớp")
    await desk.type(NAM, "1985", "Anh muốn dùng tiếng nào?")
    await desk.press(NAM, "Tiếng Việt")
    await desk.press(NAM, "Tôi đã đọc")
    await desk.sees(NAM, "Lần điểm danh đầu tiên: 07:30")


async def silence(desk):
    """Lan says nothing: two reminders, the task at the officer, then at the director; each at its hour."""
    steps = ((LAN, "chưa nhận được"), (LAN, "chưa nhận được"), (HANH, "Chưa điểm danh"), (DUNG, "Chưa có ai"))
    for (who, words), hour in zip(steps, ("08:30", "09:30", "11:30", "13:30"), strict=True):
        await desk.clock("Đến lần nhắc tiếp theo")
        bubble = desk.phone(who).locator(".bubble.bot", has_text=words).filter(has_text=hour)
        await bubble.last.wait_for()
    await desk.clock("+1 giờ")
    await desk.clock("Đến ngày mai")
    await desk.sees(HANH, "chiều")
