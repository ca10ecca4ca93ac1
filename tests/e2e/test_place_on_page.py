"""The page behind a link on the stage, in a real browser: from a phone's chat to the page and back."""

import pytest

from bot.demo import CAST, HOME_OF_HOA, HOME_OF_LAN, ZALO_OA
from tests.browser import needs_chromium
from tests.e2e.phones import LAN
from tests.e2e.test_page_round import Desk
from tests.simulator.test_page import browsing

pytestmark = needs_chromium
HOA = next(actor.user for actor in CAST if actor.kind == ZALO_OA)


@pytest.mark.parametrize(
    ("who", "home", "role", "label"),
    [(HOA, HOME_OF_HOA, "button", "📍 Gửi vị trí"), (LAN, HOME_OF_LAN, "link", "/v/")],
    ids=["in place of a button on Zalo", "as the second way on Telegram"],
)
async def test_a_position_goes_by_the_page(stage, who, home, role, label):
    """The link in the chat opens the page, one press sends the position, and the chat says thanks."""
    async with browsing(stage.page) as page:
        desk = Desk(page)
        await desk.clock("Đến lần nhắc tiếp theo")
        await desk.type(who, "khong", "Gửi vị trí là xong")
        await page.context.grant_permissions(["geolocation"])
        await page.context.set_geolocation({"latitude": home[0], "longitude": home[1], "accuracy": 12})
        async with page.context.expect_page() as opening:
            await desk.phone(who).get_by_role(role, name=label).last.click()
        opened = await opening.value
        await opened.locator("#go").click()
        await opened.get_by_text("✅ Đã nhận.").wait_for()
        await opened.close()
        await desk.sees(who, "ngày thứ 3 trong 14 ngày. Hẹn chị 16:30 nhé.")
