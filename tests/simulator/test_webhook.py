"""Updates pushed to a webhook: secret, order, retries, and what getWebhookInfo says of failures."""

import pytest

from simulator.settings import Settings
from simulator.webhook import SECRET_HEADER
from tests.simulator.conftest import LAN, serving
from tests.simulator.littlebot import until


@pytest.fixture
async def pushing():
    """A bench that tries again at once."""
    async for bench in serving(Settings(webhook_backoff=(0.01,), webhook_timeout=0.2)):
        await bench.act("start")
        bench.world.mailbox.drop_all()
        yield bench


async def test_updates_are_pushed_with_the_secret_and_polling_is_refused(pushing, hook):
    """Each update is pushed once, with the secret header; getUpdates is 409 meanwhile."""
    await pushing.ok("setWebhook", url=hook.url, secret_token="bi-mat_1")
    await pushing.act("text", text="xin chào")
    await until(lambda: not pushing.world.mailbox.pending)
    assert [body["message"]["text"] for _, body in hook.seen] == ["xin chào"]
    assert hook.seen[0][0][SECRET_HEADER] == "bi-mat_1"
    assert "webhook is active" in await pushing.refused("getUpdates")
    await pushing.ok("deleteWebhook")
    assert await pushing.updates() == []


async def test_a_failed_push_comes_again_in_order(pushing, hook):
    """What is not answered 2xx comes again before later ones of the same chat; the failure is told."""
    hook.statuses = [500, 403]
    await pushing.ok("setWebhook", url=hook.url)
    for text in ("một", "hai"):
        await pushing.act("text", text=text)
    await until(lambda: not pushing.world.mailbox.pending)
    assert [body["message"]["text"] for _, body in hook.seen] == ["một", "một", "một", "hai"]
    assert len({body["update_id"] for _, body in hook.seen}) == 2
    info = await pushing.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 403 Forbidden"
    assert info["pending_update_count"] == 0


async def test_updates_wait_while_nobody_listens(pushing, hook):
    """An unreachable webhook keeps its updates; setting the right one delivers them."""
    await pushing.ok("setWebhook", url="http://127.0.0.1:9/none")
    await pushing.act("text", text="chờ")
    await until(lambda: pushing.world.webhook.last_error)
    assert (await pushing.ok("getWebhookInfo"))["pending_update_count"] == 1
    await pushing.ok("setWebhook", url=hook.url)
    await until(lambda: hook.seen)
    assert hook.seen[0][1]["message"]["text"] == "chờ"


async def test_pending_updates_may_be_dropped(pushing, hook):
    """drop_pending_updates forgets what waits."""
    await pushing.act("text", text="cũ")
    await pushing.ok("setWebhook", url=hook.url, drop_pending_updates=True)
    await pushing.act("text", text="mới")
    await until(lambda: not pushing.world.mailbox.pending)
    assert [body["message"]["text"] for _, body in hook.seen] == ["mới"]


async def test_a_webhook_may_answer_with_a_call(pushing, hook):
    """A method in the webhook's answer is carried out (Bot API, "Making requests when getting updates")."""
    hook.reply = {"method": "sendMessage", "chat_id": LAN, "text": "đã nhận"}
    await pushing.ok("setWebhook", url=hook.url)
    await pushing.act("text", text="a")
    await until(lambda: len(pushing.world.messages[LAN]) == 3)
    assert [stored.body["text"] for stored in pushing.world.messages[LAN].values()][-1] == "đã nhận"


async def test_at_most_max_connections_are_open_and_one_per_chat(pushing, hook):
    """Chats are pushed side by side up to max_connections; one chat's updates never overtake each other."""
    pushing.world.settings = Settings(webhook_backoff=(0.01,))
    for number in (1, 2, 3):
        await pushing.sim("phones", id=number, label=f"Máy {number}", started=True)
        for text in ("một", "hai"):
            await pushing.act("text", phone=number, text=text)
    hook.gate.clear()
    await pushing.ok("setWebhook", url=hook.url, max_connections=2)
    await until(lambda: hook.inside == 2)
    assert len({body["message"]["chat"]["id"] for _, body in hook.seen}) == 2
    hook.gate.set()
    await until(lambda: not pushing.world.mailbox.pending)
    assert hook.most_inside == 2
    for number in (1, 2, 3):
        texts = [body["message"]["text"] for _, body in hook.seen if body["message"]["chat"]["id"] == number]
        assert texts == ["một", "hai"]
