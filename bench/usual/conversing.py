"""The usual conversation: ConversationHandler with PicklePersistence, as python-telegram-bot's guide says."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import (  # noqa: TID251 - the usual way is what is measured here
    Application,
    CallbackQueryHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from bench.messages import place, press
from bench.usual.handling import THANKS, TOKEN, WHERE, NoNetwork, clock

SYMPTOMS, LOCATION = range(2)


@dataclass(frozen=True, slots=True)
class Conversed:
    """Updates, the seconds that handling them took, and the seconds of the flush that makes them durable."""

    updates: int
    handling: float
    flushing: float

    @property
    def rate(self) -> float:
        """Updates a second that are on the disk at the end."""
        return self.updates / (self.handling + self.flushing)


async def converse(folder: Path, residents: int) -> Conversed:
    """Take residents from the prompt to the middle of the conversation, and flush once."""
    store = PicklePersistence(folder / "conversations.pickle", update_interval=3600)
    builder = Application.builder().token(TOKEN).request(NoNetwork()).get_updates_request(NoNetwork())
    app: Application[Any, Any, Any, Any, Any, Any] = builder.updater(None).persistence(store).build()
    app.add_handler(
        ConversationHandler(
            [CallbackQueryHandler(_pressed)],
            {LOCATION: [MessageHandler(filters.LOCATION, _placed)]},
            [],
            name="checkin",
            persistent=True,
            allow_reentry=True,
        )
    )
    await app.initialize()
    bodies = [make(n, clock.now()) for make in (press, place) for n in range(residents)]
    started = time.perf_counter()
    for body in bodies:
        await app.process_update(Update.de_json(json.loads(body), app.bot))
    handled = time.perf_counter()
    await app.update_persistence()
    flushed = time.perf_counter()
    assert len(app.user_data) == residents
    await app.shutdown()
    return Conversed(len(bodies), handled - started, flushed - handled)


async def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    if update.callback_query is not None and update.effective_chat is not None:
        await update.callback_query.answer()
        _memory(context)["signs"] = ["none"]
        await update.effective_chat.send_message(WHERE)
    return LOCATION


async def _placed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    if update.message is not None and update.message.location is not None:
        here = update.message.location
        _memory(context)["reports"] = [{"at": clock.now(), "lat": here.latitude, "lng": here.longitude}]
        await update.message.reply_text(THANKS)
    return ConversationHandler.END


def _memory(context: ContextTypes.DEFAULT_TYPE) -> dict[str, object]:
    if context.user_data is None:
        raise LookupError("the update has no user")
    return context.user_data
