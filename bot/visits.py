"""What happens behind a link: a position is taken as a turn, a picture or a document drawn again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.database import Database, Rank
from bot.outgoing import complete
from bot.rendering import Renderer
from bot.turns import After, Arrived, Turns
from quarantine.list_drafts import UPLOADED
from quarantine.messages import Address, Document, Incoming
from storage import contexts, jobs, linked, outbox
from storage.outbox import Claimed


class Visits:
    """Those who open our links, as our pages see them; `wake` tells of new letters."""

    def __init__(
        self, database: Database[Arrived], turns: Turns, renderer: Renderer, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._turns = turns
        self._renderer = renderer
        self._wake = wake

    async def chat(self, address_id: int) -> Address | None:
        """The chat that the link was made for."""
        keyring = self._turns.keyring
        return await self._database.run(lambda conn: contexts.address_of(conn, keyring, address_id))

    async def take(self, incoming: Incoming) -> bool:
        """Take what came by a link in; returns after the commit, False when that link had been used."""
        after: After = await self._database.message(Arrived(incoming))
        if after.letters:
            self._wake()
        return not after.repeated

    async def upload(self, incoming: Incoming, file: bytes) -> bool:
        """Take in a file that came by a link; False when that link had been used, and nothing is kept."""
        turns, now = self._turns, self._turns.clock.now()
        row = turns.ids.one()
        await self._database.run(lambda conn: jobs.upload(conn, turns.keyring, row, file, now), Rank.LONG)
        fresh = await self.take(replace(incoming, file=f"{UPLOADED}{row}"))
        if not fresh:
            await self._database.run(lambda conn: jobs.keep(conn, turns.keyring, row, None), Rank.LONG)
        return fresh

    async def picture(self, letter_id: int, address_id: int) -> bytes | None:
        """The picture of a letter, drawn again, as a PNG; None when it has none."""
        now = self._turns.clock.now()
        found = await self._letter(letter_id, address_id, now)
        if found is None:
            return None
        claimed, account = found
        return await asyncio.to_thread(
            lambda: self._renderer.render(complete(claimed), claimed.reader, now, account).photo
        )

    async def document(self, letter_id: int, address_id: int) -> Document | None:
        """The document of a letter, drawn again; None when it has none."""
        found = await self._letter(letter_id, address_id, self._turns.clock.now())
        if found is None:
            return None
        claimed, account = found
        return await asyncio.to_thread(self._renderer.document, complete(claimed), claimed.reader, account)

    async def fetched(self, letter_id: int, address_id: int) -> timedelta | None:
        """Note that the document goes out; how long ago it first did, None when nobody knows the chat."""
        turns, now = self._turns, self._turns.clock.now()

        def note(conn: Connection) -> datetime | None:
            chat = contexts.address_of(conn, turns.keyring, address_id)
            if chat is None:
                return None
            return linked.first_fetched(conn, turns.keyring, turns.ids.one(), chat, letter_id, now)

        first = await self._database.run(note)
        return None if first is None else now - first

    async def _letter(self, letter_id: int, address_id: int, now: datetime) -> tuple[Claimed, str] | None:
        """A letter as it went to this chat, and the account."""
        keyring = self._turns.keyring
        claimed = await self._database.run(
            lambda conn: outbox.reread(conn, keyring, letter_id, address_id, now), Rank.LONG
        )
        if claimed is None or claimed.address is None:
            return None
        return claimed, claimed.address.account
