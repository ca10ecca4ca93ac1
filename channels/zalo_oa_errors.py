"""What Zalo's error codes mean to the sender (channels.md §1.8), with nothing personal in the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

from channels.connections import SOON
from quarantine.channel import CallFailedError
from quarantine.days import at, local
from quarantine.messages import FLOOD, AccountDown, Later, Never, Outcome, Reason

ELSEWHERE: Final = AccountDown("the server's answer is not that of Zalo: look at the account's hosts")

TOO_FAST: Final = -32
TOKEN_REFUSED: Final = frozenset({-216, -220, -124})
"""The access token is old or wrong; -124 is the word of the host for templates by phone."""
WINDOW_CLOSED: Final = frozenset({-230, -232})

_MORNING: Final = time(6)
_CONSENT: Final = "an administrator of the account must consent anew: cachly zalo consent"


class RefusedError(CallFailedError):
    """Zalo answered with an error code; `name` is the token host's word for it, where it has one."""

    def __init__(self, code: int, now: datetime, name: str = "") -> None:
        super().__init__(outcome_of(code, now))
        self.code = code
        self.name = name


def outcome_of(code: int, now: datetime) -> Outcome:
    """What to do about a call that Zalo refused with this code."""
    meant = MEANINGS.get(code)
    if meant is None:
        return Never(Reason.REFUSED, f"code {code}, which is not known to us")
    return meant(code, now)


def next_minute(now: datetime) -> Later:
    """Zalo counts calls by the minute: until the next one nothing goes through."""
    return Later(timedelta(seconds=61 - now.second), FLOOD)


def _at_night(code: int, now: datetime) -> Later:
    """Some messages are not delivered from 22:00 to 06:00."""
    day = local(now).date()
    opens = at(day if local(now).time() < _MORNING else day + timedelta(days=1), _MORNING)
    return Later(opens - now, f"code {code}: not at night")


_Meaning = Callable[[int, datetime], Outcome]


def _never(reason: Reason) -> _Meaning:
    return lambda code, _: Never(reason, f"code {code}")


def _down(words: str) -> _Meaning:
    return lambda code, _: AccountDown(f"{words} (code {code})")


def _soon(words: str) -> _Meaning:
    return lambda code, _: Later(SOON, f"code {code}: {words}")


MEANINGS: Final[dict[int, _Meaning]] = {
    TOO_FAST: lambda _, now: next_minute(now),
    -100: _soon("the upload has expired"),
    -200: _soon("sending failed"),
    -133: _at_night,
    -234: _at_night,
    -213: _never(Reason.BLOCKED),
    -217: _never(Reason.BLOCKED),
    -244: _never(Reason.BLOCKED),
    -227: _never(Reason.GONE),
    **dict.fromkeys(WINDOW_CLOSED, _never(Reason.WINDOW)),
    -211: _never(Reason.QUOTA),
    -218: _never(Reason.QUOTA),
    -320: _never(Reason.QUOTA),
    -321: _never(Reason.QUOTA),
    **dict.fromkeys((-201, -210, -233, -235, -237, -238, -241, -248, -249, -403), _never(Reason.REFUSED)),
    **dict.fromkeys(TOKEN_REFUSED, _down(f"Zalo refuses the access token even after renewal; {_CONSENT}")),
    -204: _down("Zalo has disabled the Official Account"),
    -205: _down("Zalo knows no such Official Account"),
    -209: _down("the app is not active: activate it at developers.zalo.me"),
    -212: _down("the app has not registered the Official Account API: do so at developers.zalo.me"),
    -219: _down("the app was removed or disabled"),
    -221: _down("the Official Account must be verified by Zalo"),
    -223: _down(f"the Official Account has not authorised the app; {_CONSENT}"),
    -224: _down("the Official Account's package is too low for the API"),
    -240: _down("Zalo has shut down the message API that this version of Cachly calls: update Cachly"),
    -242: _down("Zalo refuses the appsecret_proof: look at the app secret, and at the switch in the console"),
}
"""Each known code's meaning. What -320 and -321 lack is money for messages that are not free."""
