"""Where a code can be handed in: the accounts that a guide card shows, and what its letter says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from papers.guide_card import Entrance
from quarantine.channel import Presence
from quarantine.codes import read_code
from quarantine.messages import Params

CODE = "{code}"
"""Where a link takes the code."""


class Messenger(NamedTuple):
    """A kind of channel as people know it; `follow` when it hears only those who follow the account."""

    name: str
    follow: bool = False


MESSENGERS: Mapping[str, Messenger] = {
    "zalo-oa": Messenger("Zalo", follow=True),
    "zalo-bot": Messenger("Zalo"),
    "telegram": Messenger("Telegram"),
}
"""In the order of the card: Zalo is where Vietnam chats."""


def entrances(presences: Mapping[str, Presence], account: str, code: str) -> list[Entrance]:
    """One account of each messenger, with links for this code.

    Of several on one messenger it is the one that the card goes out on, else the first by name. What serves
    another province than that one is left out.
    """
    chosen: dict[str, Presence] = {}
    here = presences[account].serves if account in presences else ""
    near = [name for name, one in presences.items() if not (here and one.serves) or one.serves == here]
    for name in sorted(near, key=lambda name: (name != account, name)):
        chosen.setdefault(presences[name].channel, presences[name])
    return [
        _entrance(chosen[channel], messenger, code)
        for channel, messenger in MESSENGERS.items()
        if channel in chosen
    ]


def _entrance(presence: Presence, messenger: Messenger, code: str) -> Entrance:
    link = presence.link.replace(CODE, read_code(code) or code)
    return Entrance(messenger.name, presence.name, link, coded=link != presence.link, follow=messenger.follow)


def spoken(
    ways: Sequence[Entrance], code: str, say: Callable[[str, Params], str], *, drawn: bool = True
) -> str:
    """What the letter says of them, a way a line, and its link below; a lone deep link speaks for itself.

    Codes to be scanned are spoken of only where they are `drawn` beside the letter.
    """
    if len(ways) == 1 and ways[0].coded:
        return ways[0].link
    lines: list[str] = []
    for way in ways:
        facts = {"messenger": way.messenger, "account": way.name, "code": code}
        lines += [say(_text(way, drawn=drawn), facts), way.link]
    return "\n".join(line for line in lines if line)


def _text(way: Entrance, *, drawn: bool) -> str:
    if way.coded:
        return "guide.way_open"
    if way.follow:
        return "guide.way_follow" if drawn else "guide.way_follow_only"
    return "guide.way_scan" if way.link and drawn else "guide.way_find"
