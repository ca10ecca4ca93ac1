"""Which chat a letter goes to: the one it names, the one its reader prefers, or another that takes it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, func, or_, select

from storage import tables
from storage.accounts import State
from storage.tables import core
from storage.types import Instant

_LETTER, _ADDRESS, _ACCOUNT = core(tables.Letter), core(tables.Address), core(tables.Account)

NOW = bindparam("now", type_=Instant())
APPROVED: BindParameter[Any] = bindparam("approved", expanding=True)
"""Both must be given to every statement that asks what is here: the instant, and `windows.approvals`."""

_OPEN = or_(_ADDRESS.c.open_until.is_(None), _ADDRESS.c.open_until > NOW)
USABLE = and_(_ADDRESS.c.reachable, or_(_OPEN, (_ADDRESS.c.account + " " + _LETTER.c.key).in_(APPROVED)))
"""A chat that takes the letter now: it is not blocked, and open, or its account has this message approved."""

_BROKEN = [State.DOWN.value, State.NEEDS_CONSENT.value]
_UP = ~exists().where(_ACCOUNT.c.name == _ADDRESS.c.account, _ACCOUNT.c.state.in_(_BROKEN))
"""The account can send: while it cannot, letters go to another chat of their reader."""

_OWN_CHAT = or_(_ADDRESS.c.person_id == _LETTER.c.owner, _ADDRESS.c.id == _LETTER.c.owner)


def of_chat(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of the chat that the letter goes to: the one named, the person's best, or a stranger's.

    One that speaks for somebody else by now, or that does not take the letter, is passed over. The best is an
    open one, as approved messages have no buttons; one whose account is not down; then the one chosen last,
    then the one heard from last.
    """
    usable = select(column).where(USABLE)
    best = (
        usable.where(_ADDRESS.c.person_id == _LETTER.c.owner)
        .order_by(
            _OPEN.desc(),
            _UP.desc(),
            _ADDRESS.c.preferred_at.desc().nulls_last(),
            _ADDRESS.c.last_inbound_at.desc().nulls_last(),
            _ADDRESS.c.id.desc(),
        )
        .limit(1)
    )
    return func.coalesce(
        usable.where(_ADDRESS.c.id == _LETTER.c.address_id, _OWN_CHAT, _UP).scalar_subquery(),
        best.scalar_subquery(),
        usable.where(_ADDRESS.c.id == _LETTER.c.owner).scalar_subquery(),
    )
