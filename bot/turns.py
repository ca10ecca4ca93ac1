"""Turns: a group of messages, or a tick, in one transaction from reading to commit (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.ids import Ids
from quarantine.channel import MenuEntry
from quarantine.conversation import Script
from quarantine.effects import Effect, LetterPosted, MenuWanted
from quarantine.letters import Enclosure
from quarantine.messages import Address, Incoming, Kind, Term
from quarantine.store import Context
from quarantine.talk import Speak, take
from quarantine.turn import Turn
from quarantine.windows import NO_LIMITS, Reaches
from storage import contexts, inbox
from storage.apply import StaleDecisionError, apply
from storage.lookups import address_digest
from storage.reader import SqlStore
from storage.sealing import Keyring

log = structlog.get_logger()

TRIES = 5
"""A message whose turn has failed this often is parked and the operator told."""
RETRY_AFTER = timedelta(seconds=5)
STALE_TRIES = 3
"""How often a turn is decided anew because somebody else had changed what it was decided on."""

Probe = Callable[[str], None]
"""Called at the crash points of DESIGN.md §9; does nothing but in the tests that kill the process there."""


def no_probe(_: str) -> None:
    """The probe of everyday life."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message to be taken; `kept` is the inbox row of one that failed before."""

    incoming: Incoming
    kept: int | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class After:
    """What the channel does once the turn is committed; none of it matters if it is lost."""

    repeated: bool = False
    acknowledge: Incoming | None = None
    settle: bool = False
    menus: tuple[MenuWanted, ...] = ()
    letters: int = 0
    slow: bool = False
    """The one who wrote waits a while: for a drawing, or because a chat gets one message a second."""


class Turns:
    """Takes messages through the script and its effects into the database, a group at a time."""

    def __init__(
        self,
        *,
        engine: Engine,
        keyring: Keyring,
        script: Script,
        speak: Speak,
        clock: Clock,
        ids: Ids,
        random_below: Callable[[int], int],
        probe: Probe = no_probe,
        reaches: Reaches = NO_LIMITS,
    ) -> None:
        self.engine = engine
        self.keyring = keyring
        self.script = script
        self.speak = speak
        self.clock = clock
        self.ids = ids
        self.random_below = random_below
        self.probe = probe
        self.reaches = reaches

    def take_group(self, group: Sequence[Arrived]) -> list[After]:
        """Take a group in one commit; when that fails, take its messages one by one."""
        try:
            return self._commit(group)
        except Exception as error:  # noqa: BLE001  # a fault of one must not cost the others their turn
            if len(group) == 1:
                return [self._alone(group[0], error)]
            log.info("group taken singly", error=type(error).__name__, size=len(group))
            return [after for arrived in group for after in self.take_group([arrived])]

    def clock_turn(
        self, conn: Connection, decide: Callable[[Turn], None], now: datetime | None = None
    ) -> Turn:
        """A turn opened by the clock or by the outcome of a letter, within the caller's transaction."""
        at = now or self.clock.now()
        turn = self._turn(SqlStore(conn, self.keyring, at, reaches=self.reaches), at)
        decide(turn)
        self.probe("before apply")
        apply(conn, self.keyring, turn.effects, turn.now, self.ids.one)
        self.probe("after apply")
        return turn

    def menu_of(self, conn: Connection, owner: int) -> list[MenuEntry]:
        """The command menu that fits a person's roles and language as they are now."""
        now = self.clock.now()
        context = contexts.load_for_owner(conn, self.keyring, [owner]).get(owner)
        if context is None:
            return []
        turn = self._turn(SqlStore(conn, self.keyring, now, reaches=self.reaches), now, context=context)
        language = turn.person.language if turn.person else "vi"
        return [
            MenuEntry(command.name, self.speak(Term(command.label), language))
            for command in self.script.menu(turn)
        ]

    def menu_for(self, conn: Connection, wanted: MenuWanted) -> tuple[Address | None, list[MenuEntry]]:
        """In which chat a menu is wanted, and what is on it."""
        return contexts.address_of(conn, self.keyring, wanted.address_id), self.menu_of(conn, wanted.owner)

    def retry_due(self, conn: Connection, limit: int = 50) -> list[Arrived]:
        """Messages kept in the inbox whose next try has come; one that cannot be opened counts a try."""
        now = self.clock.now()
        found = []
        for kept in inbox.due(conn, now, limit):
            try:
                with conn.begin_nested():
                    if inbox.take_in(conn, kept):
                        found.append(Arrived(self._unsealed(kept.id, kept.raw), kept.id, kept.tries))
            except DBAPIError:
                log.warning("turn still slow", inbox=kept.id)
                inbox.put_off(conn, kept.id, now + RETRY_AFTER)
            except Exception as error:
                log.exception("kept message not opened", inbox=kept.id, tries=kept.tries + 1)
                self._put_off(conn, kept.id, kept.tries + 1, error, now)
        return found

    def set_aside(self, incoming: Sequence[Incoming]) -> None:
        """Keep messages whose turns are too slow to be waited for; each is safe when this returns."""
        now = self.clock.now()
        with self.engine.begin() as conn:
            for one in incoming:
                row, address = self.ids.one(), one.address
                arrival = inbox.Arrival(row, address.account, one.id, self._digest(address), now)
                inbox.set_aside(conn, arrival, self._sealed(row, one), now + RETRY_AFTER)

    def _commit(self, group: Sequence[Arrived]) -> list[After]:
        now = self.clock.now()
        with self.engine.begin() as conn:
            results = self._decide(conn, group, now)
            self.probe("before commit")
        self.probe("after commit")
        return results

    def _decide(self, conn: Connection, group: Sequence[Arrived], now: datetime) -> list[After]:
        rows = [arrived.kept or self.ids.one() for arrived in group]
        todo = self._receive(conn, group, rows, now)
        results = [After(repeated=True) for _ in group]
        if not todo:
            return results
        known = contexts.load(
            conn,
            self.keyring,
            [group[index].incoming for index in todo],
            self.ids.one,
            now,
            self.reaches,
        )
        # Only now are the chats locked: an earlier message of one may have failed while we waited for it.
        held = self._hold(conn, group, rows, todo, now)
        store = SqlStore(conn, self.keyring, now, _persons(known), self.reaches)
        effects: list[Effect] = []
        failed: set[int] = set()
        for index, context in zip(todo, known, strict=True):
            if index in held:
                results[index] = After()
                continue
            turn = self._turn(store, now, said=group[index].incoming, context=context)
            try:
                take(self.script, turn, self.speak)
            except Exception as error:  # noqa: BLE001  # kept in the inbox and tried again
                self._keep(conn, rows[index], group[index], error, now)
                failed.add(index)
                results[index] = After(acknowledge=_press(group[index].incoming))
                continue
            effects.extend(turn.effects)
            results[index] = _after(turn)
        inbox.done(conn, [rows[i] for i in todo if group[i].kept is not None and i not in failed])
        self.probe("before apply")
        apply(conn, self.keyring, effects, now, self.ids.one)
        self.probe("after apply")
        return results

    def _receive(
        self, conn: Connection, group: Sequence[Arrived], rows: Sequence[int], now: datetime
    ) -> list[int]:
        """Which of the group are to be taken: not the repeats, nor what another process has taken again."""
        new = [index for index, arrived in enumerate(group) if arrived.kept is None]
        arrivals = [
            inbox.Arrival(
                rows[index],
                group[index].incoming.address.account,
                group[index].incoming.id,
                self._digest(group[index].incoming.address),
                now,
            )
            for index in new
        ]
        fresh = {index for index, is_new in zip(new, inbox.receive(conn, arrivals), strict=True) if is_new}
        kept = inbox.take_up(conn, [arrived.kept for arrived in group if arrived.kept is not None], now)
        return [index for index, arrived in enumerate(group) if index in fresh or arrived.kept in kept]

    def _hold(
        self,
        conn: Connection,
        group: Sequence[Arrived],
        rows: Sequence[int],
        todo: Sequence[int],
        now: datetime,
    ) -> set[int]:
        """Hold what came behind a message that still waits for its turn, so that a chat keeps its order."""
        new = {index: self._digest(group[index].incoming.address) for index in todo if not group[index].kept}
        waiting = inbox.waiting_addresses(conn, set(new.values()))
        held = {index: digest for index, digest in new.items() if digest in waiting}
        sealed = [(rows[i], self._sealed(rows[i], group[i].incoming), digest) for i, digest in held.items()]
        inbox.hold(conn, sealed, now)
        return set(held)

    def _digest(self, address: Address) -> bytes:
        return address_digest(self.keyring, address.account, address.user)

    def _turn(
        self, store: SqlStore, now: datetime, said: Incoming | None = None, context: Context | None = None
    ) -> Turn:
        return Turn(
            now=now,
            ids=self.ids.one,
            random_below=self.random_below,
            store=store,
            said=said,
            context=context,
        )

    def _alone(self, arrived: Arrived, error: Exception) -> After:
        """A message that failed by itself: decided anew when it was overtaken, else kept for another try."""
        for _ in range(STALE_TRIES if isinstance(error, StaleDecisionError) else 0):
            try:
                return self._commit([arrived])[0]
            except StaleDecisionError:
                continue
            except Exception as other:  # noqa: BLE001  # kept below like every other fault
                error = other
                break
        now = self.clock.now()
        with self.engine.begin() as conn:
            row = arrived.kept or self.ids.one()
            todo = self._receive(conn, [arrived], [row], now)
            if not todo or self._hold(conn, [arrived], [row], todo, now):
                return After(repeated=True)
            self._keep(conn, row, arrived, error, now)
        return After(acknowledge=_press(arrived.incoming))

    def _keep(self, conn: Connection, row: int, arrived: Arrived, error: Exception, now: datetime) -> None:
        tries = arrived.tries + 1
        log.error("turn failed", inbox=row, tries=tries, kind=str(arrived.incoming.kind), exc_info=error)
        raw = None if arrived.kept else self._sealed(row, arrived.incoming)
        self._put_off(conn, row, tries, error, now, raw)

    def _put_off(
        self,
        conn: Connection,
        row: int,
        tries: int,
        error: Exception,
        now: datetime,
        raw: bytes | None = None,
    ) -> None:
        """Try again later, each time after twice as long; after TRIES the operator is told."""
        again = now + RETRY_AFTER * 2 ** min(tries, 6)
        inbox.fail(conn, [inbox.Failure(row, type(error).__name__, again, raw)])
        if tries >= TRIES:
            inbox.park(conn, [row])
            log.critical("message parked", inbox=row, error=type(error).__name__)

    def _sealed(self, row: int, incoming: Incoming) -> bytes:
        return self.keyring.seal("inbox", "raw", row, msgspec.json.encode(incoming))

    def _unsealed(self, row: int, raw: bytes) -> Incoming:
        return msgspec.json.decode(self.keyring.open("inbox", "raw", row, raw), type=Incoming)


def _persons(contexts: Sequence[Context]) -> set[int]:
    """All whom the turns of these contexts may ask about: those who wrote, and whom they answer for."""
    return {
        person.id
        for context in contexts
        for person in (context.person, *context.members)
        if person is not None
    }


def _press(incoming: Incoming) -> Incoming | None:
    return incoming if incoming.kind is Kind.PRESS else None


def _after(turn: Turn) -> After:
    letters = [effect.letter for effect in turn.effects if isinstance(effect, LetterPosted)]
    said = turn.said
    replaced = any(letter.replaces is not None for letter in letters)
    mine = [letter for letter in letters if letter.owner == turn.owner]
    return After(
        acknowledge=_press(said) if said else None,
        settle=(said is not None and said.pressed_in is not None and not replaced and not turn.pressed_stays),
        menus=tuple(effect for effect in turn.effects if isinstance(effect, MenuWanted)),
        letters=len(letters),
        slow=len(mine) > 1 or any(letter.enclosure is not Enclosure.NONE for letter in mine),
    )
