"""A tiny bot on plain HTTP, in no library's style: shows that any Bot API client can talk to the stand-in."""

import asyncio
from dataclasses import dataclass

import aiohttp

CARD_LINK = "https://t.me/CachlyDemoBot?start=AB12CD34"
SYMPTOMS = {
    "inline_keyboard": [
        [{"text": "Không có triệu chứng", "callback_data": "well"}],
        [{"text": "Sốt", "callback_data": "fever"}, {"text": "Ho", "callback_data": "cough"}],
    ]
}
LOCATION = {
    "keyboard": [[{"text": "📍 Gửi vị trí", "request_location": True}], [{"text": "Không gửi được"}]],
    "resize_keyboard": True,
}


@dataclass
class LittleBot:
    """Asks for symptoms, then for the location, then thanks; /the shows a guide card with a link."""

    http: aiohttp.ClientSession
    root: str
    token: str = "123456:DEMO"
    offset: int = 0

    async def call(self, method, **fields):
        """One Bot API call, by JSON."""
        async with self.http.post(f"{self.root}/bot{self.token}/{method}", json=fields) as answer:
            body = await answer.json()
        assert body["ok"], (method, fields, body)
        return body["result"]

    async def run(self):
        """Poll and answer until cancelled."""
        while True:
            for update in await self.call("getUpdates", offset=self.offset, timeout=20):
                self.offset = update["update_id"] + 1
                await self.take(update)

    async def take(self, update):
        """Answer one update."""
        if press := update.get("callback_query"):
            await self.pressed(press)
        elif message := update.get("message"):
            await self.told(message)

    async def pressed(self, press):
        """The symptoms are answered: edit them in place and ask for the location."""
        chat = press["message"]["chat"]["id"]
        await self.call("answerCallbackQuery", callback_query_id=press["id"], text="Đã ghi")
        number = press["message"]["message_id"]
        await self.call(
            "editMessageText", chat_id=chat, message_id=number, text=f"Anh/chị đã trả lời: {press['data']}"
        )
        await self.call(
            "sendMessage",
            chat_id=chat,
            text="Cảm ơn chị. Chị bấm 📍 Gửi vị trí là xong nhé.",
            reply_markup=LOCATION,
        )

    async def told(self, message):
        """A location ends the round, /the shows the card, anything else opens the round."""
        chat, text = message["chat"]["id"], message.get("text", "")
        if "location" in message:
            thanks = "Cảm ơn chị. Hẹn chị <b>16:30</b> nhé."
            gone = {"remove_keyboard": True}
            await self.call("sendMessage", chat_id=chat, text=thanks, parse_mode="HTML", reply_markup=gone)
        elif text == "/the":
            await self.card(chat)
        elif text.startswith("/start "):
            await self.call("sendMessage", chat_id=chat, text=f"Mã của anh/chị: {text.split()[1]}")
        else:
            await self.call(
                "sendMessage",
                chat_id=chat,
                text="Chào chị Lan, điểm danh <b>sáng 23/11</b>, ngày thứ 3 trong 14 ngày.\n"
                "Hôm nay chị có <i>triệu chứng</i> nào dưới đây không?",
                parse_mode="HTML",
                reply_markup=SYMPTOMS,
            )

    async def card(self, chat):
        """The guide card: a picture, and the link in its caption."""
        await self.call("sendChatAction", chat_id=chat, action="upload_photo")
        form = aiohttp.FormData({"chat_id": str(chat), "caption": f"Thẻ hướng dẫn. Mở: {CARD_LINK}"})
        form.add_field("photo", self.picture, filename="qr.png", content_type="image/png")
        async with self.http.post(f"{self.root}/bot{self.token}/sendPhoto", data=form) as answer:
            assert answer.status == 200, await answer.text()

    picture: bytes = b""


async def until(truth, tries=200):
    """Wait, in short steps, until `truth()` holds; fails when it never does."""
    for _ in range(tries):
        if truth():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")
