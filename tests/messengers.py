"""The messengers of the stage: what each can draw, and so by what its people do what a transcript says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.telegram import Telegram
from channels.zalo_bot import ZaloBot
from channels.zalo_oa import FORM, ZaloOa
from quarantine.channel import Form, Presence
from quarantine.messages import Button, Reply
from quarantine.windows import PROMPT, Approved, Reach

TELEGRAM, ZALO, ZALO_BOT = "telegram", "zalo", "zalo-bot"
ZALO_APPROVED = "zalo-approved"
"""An Official Account with a message that is approved for prompts past the window."""
PUBLIC = "https://cachly.example"


@dataclass(frozen=True)
class Messenger:
    """One account on the stage, of the kind that its name says."""

    account: str
    form: Form
    presence: Presence
    approved: Mapping[str, Approved] = field(default_factory=dict)

    @property
    def reach(self) -> Reach:
        """How long it may be written to."""
        return Reach(self.presence.channel, window=self.form.window, approved=self.approved)

    def drawn(self, reply: Reply) -> list[Button]:
        """The choices of a reply that can be pressed here; all others are typed."""
        choices = [button for row in reply.buttons for button in row]
        room = self.form.buttons - (reply.link is not None)
        return choices if len(choices) <= room else [one for one in choices if one.wide][: max(room, 0)]


MESSENGERS = {
    one.account: one
    for one in (
        Messenger(
            TELEGRAM,
            Telegram.form,
            Presence("@CachlyBot", "https://t.me/CachlyBot?start={code}", Telegram.name),
        ),
        Messenger(ZALO, FORM, Presence("Y tế Cao Bằng", "https://zalo.me/431865", ZaloOa.name)),
        Messenger(
            ZALO_APPROVED,
            FORM,
            Presence("Y tế Cao Bằng", "https://zalo.me/431866", ZaloOa.name),
            {PROMPT: Approved("7788", {"ten": "me", "ngay": "date_short", "so": "officer_phone"})},
        ),
        Messenger(ZALO_BOT, ZaloBot.form, Presence("bot.Cachly", "", ZaloBot.name)),
    )
}
PLAYED = (TELEGRAM, ZALO, ZALO_BOT)
"""The messengers that every transcript is played on."""
PRESENCES = {account: MESSENGERS[account].presence for account in PLAYED}
"""How the deployment of the stage is found."""
