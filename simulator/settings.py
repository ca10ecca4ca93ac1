"""How one stand-in server is set up: who the bot is, where Cachly's clock is, and which limits hold."""

from dataclasses import dataclass, field

from simulator.zalo_bot_settings import ZaloBotSettings
from simulator.zalo_oa_settings import OaSettings

DEMO_TOKEN = "123456:DEMO"  # noqa: S105 - opens nothing but the stand-in itself


@dataclass(frozen=True, slots=True)
class Settings:
    """The stand-in's settings; the defaults are Telegram's own limits.

    Attributes:
        token: the only token the server accepts; its number before the colon is the bot's user id.
        clock_url: Cachly's demo clock, to which moves of the clock are passed on; None when there is none.
        callback_seconds: how long a press of an inline button may be answered.
        limits_on: whether the sending limits below are kept at all.
        overall_per_second: messages per second of the whole bot (channels.md §3.1).
        chat_per_second: messages per second to one private chat, after a burst of `chat_burst`.
        group_per_minute: messages per minute to one group.
        webhook_backoff: seconds to wait after the first, second, … failed push; the last one repeats.
        webhook_timeout: seconds a pushed update may take to be acknowledged.
        messages_kept: how many messages each chat remembers for the page.
        oa: the stand-in Zalo Official Account.
        zalo_bot: the stand-in Zalo Bot.
    """

    token: str = DEMO_TOKEN
    bot_username: str = "CachlyDemoBot"
    bot_name: str = "Cachly"
    clock_url: str | None = None
    callback_seconds: float = 60.0
    limits_on: bool = True
    overall_per_second: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: int = 3
    group_per_minute: float = 20.0
    webhook_backoff: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
    webhook_timeout: float = 60.0
    messages_kept: int = 2000
    oa: OaSettings = field(default_factory=OaSettings)
    zalo_bot: ZaloBotSettings = field(default_factory=ZaloBotSettings)

    @property
    def bot_id(self) -> int:
        """The bot's user id, which Telegram writes before the colon of the token."""
        head = self.token.partition(":")[0]
        return int(head) if head.isdigit() else 1
