"""What happens behind a link: a position is taken as a turn, a picture is drawn again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.database import Database, Rank
from bot.outgoing import complete
from bot.rendering import Renderer
from bot.turns import After, Arrived, Turns
from quarantine.messages import Address, Incoming
from storage import linked, outbox


class Visits:
    """Those who open our links, as the pages of bot/place_page.py see them; `wake` tells of new letters."""

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
        return await self._database.run(lambda conn: linked.address(conn, keyring, address_id))

    async def take(self, incoming: Incoming) -> bool:
        """Take what came by a link in; returns after the commit, False when that link had been used."""
        after: After = await self._database.message(Arrived(incoming))
        if after.letters:
            self._wake()
        return not after.repeated

    async def picture(self, letter_id: int, address_id: int) -> bytes | None:
        """The picture of a letter, drawn again, as a PNG; None when it has none."""
        now, keyring = self._turns.clock.now(), self._turns.keyring
        claimed = await self._database.run(
            lambda conn: outbox.reread(conn, keyring, letter_id, address_id, now), Rank.LONG
        )
        if claimed is None or claimed.address is None:
            return None
        account = claimed.address.account
        return await asyncio.to_thread(
            lambda: self._renderer.render(complete(claimed), claimed.reader, now, account).photo
        )
