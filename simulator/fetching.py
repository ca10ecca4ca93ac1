"""The Bot API's methods with which a bot gets updates and files: long polling, webhooks, getFile."""

import ipaddress
import re
from urllib.parse import urlsplit

from simulator.files import DOWNLOAD_BYTES
from simulator.mailbox import MOST_AT_ONCE
from simulator.profile import Nothing
from simulator.refusal import Json, Refused, bad_request
from simulator.wire import Wire
from simulator.world import Webhook, World

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
PORTS = frozenset({None, 443, 80, 88, 8443})
MOST_CONNECTIONS = 100


class GetUpdates(Wire):
    """Bot API: getUpdates."""

    offset: int = 0
    limit: int = MOST_AT_ONCE
    timeout: int = 0
    allowed_updates: list[str] | None = None


class SetWebhook(Wire):
    """Bot API: setWebhook."""

    url: str = ""
    certificate: str | None = None
    ip_address: str = ""
    max_connections: int = 40
    allowed_updates: list[str] | None = None
    drop_pending_updates: bool = False
    secret_token: str | None = None


class DeleteWebhook(Wire):
    """Bot API: deleteWebhook."""

    drop_pending_updates: bool = False


class GetFile(Wire):
    """Bot API: getFile."""

    file_id: str = ""


async def get_updates(world: World, params: GetUpdates) -> list[Json]:
    """Bot API: getUpdates; refused while a webhook is set and ended by a second poller."""
    if world.webhook is not None:
        raise Refused(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    if params.timeout < 0:
        raise bad_request("timeout must be non-negative")
    _allow(world, params.allowed_updates)
    limit = params.limit if 1 <= params.limit <= MOST_AT_ONCE else MOST_AT_ONCE
    return await world.mailbox.poll(params.offset, limit, params.timeout)


def _allow(world: World, kinds: list[str] | None) -> None:
    """Not given keeps the former choice; empty means all but the kinds that must be asked for (Bot API)."""
    if kinds is not None:
        world.mailbox.allowed = frozenset(kinds)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def set_webhook(world: World, params: SetWebhook) -> bool:
    """Bot API: setWebhook; plain HTTP is taken on the same machine alone, as by Telegram's local server."""
    if not params.url:
        return delete_webhook(world, DeleteWebhook(drop_pending_updates=params.drop_pending_updates))
    try:
        parts = urlsplit(params.url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise bad_request(f"bad webhook: invalid URL: {error}") from error
    if not host or parts.scheme not in {"http", "https"}:
        raise bad_request("bad webhook: invalid URL")
    if parts.scheme == "http" and not _loopback(host):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not _loopback(host) and port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if params.secret_token is not None and not SECRET.fullmatch(params.secret_token):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= params.max_connections <= MOST_CONNECTIONS:
        raise bad_request("max_connections must be 1-100")
    _allow(world, params.allowed_updates)
    if params.drop_pending_updates:
        world.mailbox.drop_all()
    world.webhook = Webhook(
        params.url,
        params.secret_token or "",
        params.max_connections,
        params.certificate is not None,
        params.ip_address,
    )
    world.mailbox.wake()
    return True


def delete_webhook(world: World, params: DeleteWebhook) -> bool:
    """Bot API: deleteWebhook."""
    world.webhook = None
    if params.drop_pending_updates:
        world.mailbox.drop_all()
    world.mailbox.wake()
    return True


def get_webhook_info(world: World, _: Nothing) -> Json:
    """Bot API: getWebhookInfo."""
    hook = world.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": bool(hook and hook.has_certificate),
        "pending_update_count": len(world.mailbox.pending),
    }
    if hook:
        info |= {"max_connections": hook.max_connections, "ip_address": hook.ip_address or "127.0.0.1"}
        if hook.last_error_date is not None:
            info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error}
    if world.mailbox.allowed:
        info["allowed_updates"] = sorted(world.mailbox.allowed)
    return info


def get_file(world: World, params: GetFile) -> Json:
    """Bot API: getFile; at most 20 MB (Bot API)."""
    stored = world.files.find(params.file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return stored.reference() | {"file_path": stored.path}
