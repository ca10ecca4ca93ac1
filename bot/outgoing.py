"""What is going out of one account: letters claimed and drawn for the sender, outcomes recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot import outcomes
from bot.database import Database
from bot.parcels import Parcel, Settled
from bot.rendering import Renderer
from bot.turns import Arrived, Turns
from handlers.prompts import prompt_letter
from quarantine.letters import DOCUMENTS, SPREADSHEETS, Enclosure, Letter
from quarantine.messages import AccountDown, Delivered, Never, Reason, Reply
from storage import accounts, leases, outbox
from storage.leases import Held
from storage.outbox import Claimed, Result

log = structlog.get_logger()

CLAIM_FOR = timedelta(seconds=60)
"""How long a letter is ours; must be what `Pace.claimed` says in seconds."""
ACCOUNT_FOR = timedelta(seconds=15)
"""How long an account is ours after each renewal: so long nobody sends when its sender dies."""
TRIES = 3
"""How often the consequences of one outcome are decided anew: somebody else may have been at the same row."""
DRAWN = DOCUMENTS | SPREADSHEETS | {Enclosure.GUIDE_CARD}
"""What takes so long to draw that other letters must not wait for it."""
AWAY = (OperationalError, InterfaceError)
"""The database cannot be reached: the outcomes wait, they are not at fault."""


class LostPromptError(LookupError):
    """A letter is about a prompt that has no check-in."""


class Outgoing:
    """The outbox as the sender of one account sees it (`Outbox` of bot/sender.py)."""

    def __init__(
        self,
        database: Database[Arrived],
        turns: Turns,
        renderer: Renderer,
        account: str,
        claim_for: timedelta = CLAIM_FOR,
        account_for: timedelta = ACCOUNT_FOR,
    ) -> None:
        self.database = database
        self.turns = turns
        self.renderer = renderer
        self.account = account
        self.claim_for = claim_for
        self.account_for = account_for
        # New after each start: a process that comes back must not take itself for the one that died.
        self._holder = f"sender-{turns.ids.one()}"
        self._held: Held | None = None
        self._known_up = False

    async def hold(self) -> bool:
        """Take or keep the right to send for the account; False while another process has it."""
        name = f"sender/{self.account}"
        self._held = await self.database.run(
            lambda conn: leases.take(conn, name, self._holder, self.account_for)
        )
        return self._held is not None

    async def let_go(self) -> None:
        """Give that right away at once, for the next process to take."""
        held, self._held = self._held, None
        if held is not None:
            await self.database.run(lambda conn: leases.release(conn, held))

    async def claim(self, limit: int) -> Sequence[Parcel]:
        """Claim what is due on this account; letters that no chat can get are settled on the spot."""
        while True:
            claims = await self.database.run(lambda conn: self._claims(conn, limit))
            self.turns.probe("after claim")
            if claims.dropped:
                why = Counter(one.why for one in claims.dropped)
                log.info("letters dropped", account=self.account, **why)
            if claims.claimed or not claims.full:
                break
        nowhere = [one for one in claims.claimed if one.address is None]
        if nowhere:
            now = self.turns.clock.now()
            await self._record([Result.of(one, Never(Reason.NO_ADDRESS), now) for one in nowhere])
        return [self._parcel(one, one.address.user) for one in claims.claimed if one.address is not None]

    def _claims(self, conn: Connection, limit: int) -> outbox.Claims:
        now = self.turns.clock.now()
        return outbox.claim(
            conn, self.turns.keyring, [self.account], limit, now, self.claim_for, self.turns.reaches
        )

    def _parcel(self, claimed: Claimed, user: str) -> Parcel:
        letter = claimed.letter
        return Parcel(
            id=letter.id,
            owner=letter.owner,
            user=user,
            priority=letter.priority,
            attempts=claimed.attempts - 1,
            valid_until=letter.valid_until,
            render=self._drawing(claimed),
            slow=letter.enclosure in DRAWN,
            token=claimed,
        )

    def _drawing(self, claimed: Claimed) -> Callable[[], Reply]:
        def draw() -> Reply:
            letter = replace(complete(claimed), replaces=claimed.replaces)
            now, chat = self.turns.clock.now(), claimed.address_id
            return self.renderer.render(letter, claimed.reader, now, self.account, chat)

        return draw

    async def record(self, results: Sequence[Settled]) -> None:
        """Record outcomes, with what follows from them, in one commit."""
        self.turns.probe("after send")
        await self._record(
            [
                Result.of(one.parcel.token, one.outcome, one.at)
                for one in results
                if isinstance(one.parcel.token, Claimed)
            ]
        )

    async def _record(self, results: Sequence[Result]) -> None:
        """When a batch fails, each by itself; one whose consequences fail is recorded without them.

        Its letter stays unsettled: a fault in one must not have the others sent again.
        """
        tries = 1 if len(results) > 1 else TRIES
        for _ in range(tries):
            try:
                return await self.database.run(self._recording(results))
            except AWAY:
                raise
            except Exception as error:
                log.exception("outcomes not recorded", count=len(results), error=type(error).__name__)
        if len(results) > 1:
            for result in results:
                await self._record([result])
        else:
            await self.database.run(
                lambda conn: outbox.record(conn, self.turns.keyring, results, self.turns.reaches)
            )
        return None

    def _recording(self, results: Sequence[Result]) -> Callable[[Connection], None]:
        def record(conn: Connection) -> None:
            outcomes.record(conn, self.turns, results)
            self._note_standing(conn, results)
            self.turns.probe("mid record")

        return record

    def _note_standing(self, conn: Connection, results: Sequence[Result]) -> None:
        """Write down once that the account is well again; that it is down was recorded with the letter."""
        if any(isinstance(one.outcome, AccountDown) for one in results):
            self._known_up = False
        elif not self._known_up and any(isinstance(one.outcome, Delivered) for one in results):
            accounts.set_up(conn, self.account, self.turns.clock.now())
            self._known_up = True


def complete(claimed: Claimed) -> Letter:
    """The letter with its parameters and buttons; a prompt's are made of its check-ins (DESIGN.md §5)."""
    case = claimed.prompt
    if case is None:
        return claimed.letter
    if not case.episodes:
        raise LostPromptError(claimed.letter.about)
    params, asked = prompt_letter(case.prompt, list(case.episodes), list(case.persons))
    return replace(claimed.letter, params=params, asked=asked)
