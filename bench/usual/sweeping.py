"""The usual sweeps: a row at a time through the ORM, and a job for each resident in the bot's JobQueue."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select
from telegram.ext import Application, ContextTypes  # noqa: TID251 - the usual way is what is measured here

from bench.usual.handling import TOKEN, NoNetwork, clock
from bench.usual.rows import Outgoing, Round, Stay, open_sync


def open_slot(url: str, many: int) -> float:
    """Residents a second: a check-in and a message for each, flushed one by one, one commit at the end."""
    engine = open_sync(url)
    now = clock.now()
    started = time.perf_counter()
    with Session(engine) as session:
        due = select(Stay).where(Stay.state == "monitoring", Stay.next_at <= now).limit(many)
        for stay in session.exec(due).all():
            session.add(Round(stay_id=stay.id, day=now.date(), slot="afternoon", state="waiting"))
            session.add(Outgoing(subject_id=stay.subject_id, text="Chào chị.", state="due"))
            stay.next_at = now + timedelta(hours=9)
            session.add(stay)
            session.flush()
        session.commit()
    seconds = time.perf_counter() - started
    engine.dispose()
    return many / seconds


@dataclass(frozen=True, slots=True)
class Fired:
    """Jobs of the same second that ran, and seconds that adding them took."""

    ran: int
    adding: float


async def job_queue(many: int) -> Fired:
    """A daily job for each resident, all at one second some seconds from now, with the library's defaults."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    builder = Application.builder().token(TOKEN).request(NoNetwork()).get_updates_request(NoNetwork())
    app: Application[Any, Any, Any, Any, Any, Any] = builder.updater(None).build()
    queue = app.job_queue
    if queue is None:
        raise LookupError("APScheduler is not installed")
    ran = 0

    async def prompt(_: ContextTypes.DEFAULT_TYPE) -> None:
        nonlocal ran
        ran += 1

    await app.initialize()
    await queue.start()
    # Adding must be over by then: 0.3 ms a job, and some seconds to spare.
    at = clock.now() + timedelta(seconds=4 + many * 0.0005)
    started = time.perf_counter()
    for chat in range(many):
        queue.run_daily(prompt, at.timetz(), chat_id=chat)
    adding = time.perf_counter() - started
    await asyncio.sleep(max(0.0, (at - clock.now()).total_seconds()) + 3 + many * 0.0005)
    await queue.stop(wait=False)
    await app.shutdown()
    return Fired(ran, adding)
