"""How the stand-in Zalo Bot is set up: its token, its name and the limits of the basic plan."""

from dataclasses import dataclass

DEMO_ZALO_BOT_TOKEN = "271828:ZALO-DEMO"  # noqa: S105 - opens nothing but the stand-in itself


@dataclass(slots=True)
class ZaloBotSettings:
    """One bot of the Zalo Bot Platform; what tests and the page may change while it runs.

    Attributes:
        flat_bodies: push webhooks without the documented wrapper `{"ok", "result"}`, as is seen too.
        users_limit: how many people may ever write to the bot (channels.md §2).
        messages_limit: how many messages it may send in a calendar month.
        answer_seconds: how long a pushed event may take to be acknowledged.
    """

    token: str = DEMO_ZALO_BOT_TOKEN
    name: str = "Bot Cachly"
    flat_bodies: bool = False
    limits_on: bool = True
    users_limit: int = 50
    messages_limit: int = 3000
    answer_seconds: float = 10.0

    @property
    def bot_id(self) -> str:
        """The bot's own id, which stands before the colon of the token."""
        return self.token.partition(":")[0]
