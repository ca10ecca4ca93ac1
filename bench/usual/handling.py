"""The usual turn: python-telegram-bot parses the update and calls a handler that has an SQLModel session."""

from __future__ import annotations

import json
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Update
from telegram.ext import (  # noqa: TID251 - the usual way is what is measured here
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, RequestData

from bench.usual.rows import Answer, Dialogue, Outgoing, Position, Round, Seen, Stay, Subject, durable
from bot.clock import SystemClock
from quarantine.location import distance_m

TOGETHER = 256
"""Updates that it handles at once; unless told so it takes one after the other."""

TOKEN = "700000001:AAbench"  # noqa: S105 - opens nothing
ME = {"id": 700_000_001, "is_bot": True, "first_name": "b", "username": "cachly_bot"}
THANKS = "Cảm ơn chị. Hôm nay là ngày thứ 3 trong 14 ngày cách ly."
WHERE = "Mời chị bấm nút dưới đây để gửi vị trí."

clock = SystemClock()


class NoNetwork(BaseRequest):
    """Answers every call at once, so that only the bot's own work is measured."""

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return 1.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        """The bot's own data, or a message that was sent."""
        del method, request_data
        result: object = True
        if url.endswith("getMe"):
            result = ME
        elif url.endswith("sendMessage"):
            result = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def open_async(url: str) -> AsyncEngine:
    """The usual asynchronous engine, with the default pool."""
    url = url.replace("sqlite:///", "sqlite+aiosqlite:///").replace("postgresql://", "postgresql+psycopg://")
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", durable)
    return engine


class Usual:
    """An application whose two handlers write to the database, a session and a commit for each update."""

    def __init__(self, url: str) -> None:
        self.engine = open_async(url)
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        builder = Application.builder().token(TOKEN).request(NoNetwork()).get_updates_request(NoNetwork())
        self.app: Application[Any, Any, Any, Any, Any, Any] = (
            builder.updater(None).concurrent_updates(TOGETHER).build()
        )
        self.app.add_handler(CallbackQueryHandler(self._pressed))
        self.app.add_handler(MessageHandler(filters.LOCATION, self._placed))
        self.failures: list[BaseException] = []
        self.app.add_error_handler(self._failed)

    async def __aenter__(self) -> Self:
        """Make ready."""
        await self.app.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.app.shutdown()
        await self.engine.dispose()

    async def take(self, body: bytes) -> None:
        """Take one update until it is committed."""
        await self.app.process_update(Update.de_json(json.loads(body), self.app.bot))

    async def _failed(self, _: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        if context.error is not None:
            self.failures.append(context.error)

    async def _pressed(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        async with self.sessions() as session:
            if await session.get(Seen, update.update_id) or update.effective_user is None:
                return
            session.add(Seen(update_id=update.update_id))
            subject, stay, checkin = await _asked(session, update.effective_user.id)
            dialogue = await session.get_one(Dialogue, subject.id)
            session.add(Answer(round_id=checkin.id, at=clock.now(), signs="none"))
            checkin.reported = True
            dialogue.state = "location"
            session.add(Outgoing(subject_id=subject.id, text=WHERE, state="due"))
            session.add_all([stay, checkin, dialogue])
            await session.commit()

    async def _placed(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        async with self.sessions() as session:
            if await session.get(Seen, update.update_id) or update.effective_user is None:
                return
            session.add(Seen(update_id=update.update_id))
            subject, stay, checkin = await _asked(session, update.effective_user.id)
            dialogue = await session.get_one(Dialogue, subject.id)
            here = update.message.location if update.message else None
            if here is None:
                return
            far = distance_m((here.latitude, here.longitude), (stay.lat, stay.lng))
            session.add(
                Position(
                    round_id=checkin.id, at=clock.now(), lat=here.latitude, lng=here.longitude, distance_m=far
                )
            )
            checkin.state = "done"
            dialogue.state = ""
            session.add(Outgoing(subject_id=subject.id, text=THANKS, state="due"))
            session.add_all([checkin, dialogue])
            await session.commit()


async def _asked(session: AsyncSession, chat_id: int) -> tuple[Subject, Stay, Round]:
    found = await session.exec(
        select(Subject, Stay, Round)
        .join(Stay, Stay.subject_id == Subject.id)  # type: ignore[arg-type]  # a column at run time
        .join(Round, Round.stay_id == Stay.id)  # type: ignore[arg-type]  # the same
        .where(Subject.chat_id == chat_id, Stay.state == "monitoring", Round.state == "prompted")
    )
    return found.one()
