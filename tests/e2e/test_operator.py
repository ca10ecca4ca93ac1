"""An operator sets Cachly up from nothing, and the first officer comes in by chat."""

import re

import aiohttp

from tests.e2e.phones import Phones, buttons_of
from tests.e2e.processes import cachly, installation

COMMUNES = (
    "province_code\tprovince\tward_code\tward\n"
    "04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\n"
    "04\tTỉnh Cao Bằng\t01321\tXã Bảo Lạc\n"
)
HOA, STRANGER = 6001, 6002
COUNTED = ("prompted", "checkins", "tasks", "chats", "units", "ended", "retried", "cleared")
COUNTS = re.compile("".join(rf"{one} \d+, " for one in COUNTED) + "failed 0")


def test_nothing_runs_without_key_and_token(tmp_path):
    """Each is refused with a sentence that says where to get it; nothing is written to the disk."""
    code, said = cachly(tmp_path, "run")
    assert (code, "Make a key with `cachly key >> .env`" in said) == (2, True)
    code, line = cachly(tmp_path, "key")
    (tmp_path / ".env").write_text(line, "utf-8")
    code, said = cachly(tmp_path, "run")
    assert (code, "Ask @BotFather on Telegram for a bot" in said) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


async def test_from_nothing_to_the_first_officer(tmp_path):
    """Units, an invitation, the officer's own words in the chat, and a doctor who is content."""
    with installation(tmp_path) as place:
        (tmp_path / "communes.tsv").write_text(COMMUNES, "utf-8")
        assert place.cachly("migrate")[0] == 0
        assert "1 provinces and 2 communes are loaded" in place.cachly("units", "load", "communes.tsv")[1]
        code, invitation = place.cachly("invite", "--unit", "01273", "--role", "officer")
        assert code == 0
        link = re.search(r"https://t\.me/CachlyDemoBot\?start=(\w{8})", invitation)
        async with aiohttp.ClientSession() as http:
            phones = Phones(http, place.telegram)
            await phones.sim("phones", id=HOA, name="Hoa", phone_number="+84912345670")
            await phones.sim("phones", id=STRANGER, name="Lạ")
            with place.running():
                await join(phones, link[1])
                code, said = place.cachly("doctor")
                assert (code, said.splitlines()[-1]) == (0, "All is well.")
                code, said = place.cachly("sweep", "--at", "2026-12-05T07:30+07:00")
                assert COUNTS.fullmatch(said.strip())
                await phones.act(STRANGER, "start", payload=link[1])
                await phones.hears(STRANGER, "Mã mời này không còn dùng được")
                assert await phones.offered(STRANGER, "trogiup") == ["trogiup"]


async def join(phones, code):
    """The officer opens the link and says who she is; a name of one word is asked again."""
    await phones.act(HOA, "start", payload=code)
    await phones.answered(HOA)
    await phones.say(HOA, "Hoa")
    await phones.act(HOA, "text", text="Nông Thị Hoa")
    await phones.hears(HOA, "Số điện thoại để người cách ly gọi")
    await phones.act(HOA, "key", text="Gửi số của tôi")
    review = await phones.hears(HOA, "Nông Thị Hoa", "0912 345 670", "Phường Thục Phán")
    await phones.press(HOA, buttons_of(review)[0][0])
    await phones.hears(HOA, "✅", "đã vào nhóm phụ trách Phường Thục Phán")
    assert (await phones.offered(HOA, "xacminh"))[:2] == ["viec", "xacminh"]
