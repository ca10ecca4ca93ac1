"""Looks at an installation part by part and says in words what is wrong and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import Engine, func, select

from bot import accounts, premises, settings
from bot.clock import SystemClock
from bot.health import outbox_state
from bot.refusals import RefusedError
from bot.settings import Settings
from quarantine.channel import Channel, Finding
from storage import migrate
from storage.engine import reading
from storage.tables import Posting, Unit, core


def told(findings: list[Finding]) -> str:
    """The findings as lines, what is wrong with a cross and its remedy beneath."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{'✗' if finding.wrong else '✓'} {finding.part}: {finding.found}")
        lines += [f"    {line}" for line in finding.wrong.splitlines()]
    bad = sum(bool(finding.wrong) for finding in findings)
    lines.append(f"{bad} of {len(findings)} parts need you." if bad else "All is well.")
    return "\n".join(lines)


def examine() -> list[Finding]:
    """Look at every part that can be looked at; changes nothing."""
    try:
        chosen = settings.load()
    except RefusedError as refused:
        return [Finding("settings", "not usable", str(refused))]
    return [
        Finding("settings", "read"),
        _or_refusal("keys", lambda: f"first {premises.keyring(chosen).first}"),
        *_database(chosen),
        *asyncio.run(_accounts(chosen)),
    ]


def _or_refusal(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, look())
    except RefusedError as refused:
        return Finding(part, "not usable", str(refused))


def _database(chosen: Settings) -> Iterator[Finding]:
    try:
        engine = premises.reachable(chosen)
    except RefusedError as refused:
        yield Finding("database", "not reached", str(refused))
        return
    yield Finding("database", f"{engine.dialect.name} answers")
    if migrate.is_current(engine):
        yield Finding("tables", migrate.head())
        yield _staff(engine)
        yield _outbox(engine)
    else:
        yield Finding("tables", "of another version, or none", premises.OLD_TABLES)
    engine.dispose()


def _staff(engine: Engine) -> Finding:
    """Without units and postings nobody can be enrolled, and nobody is told."""
    with reading(engine) as conn:
        units, postings = (
            conn.execute(select(func.count()).select_from(core(table))).scalar_one()
            for table in (Unit, Posting)
        )
    found = f"{units} units, {postings} postings"
    if not units:
        return Finding("staff", found, "Load the units with `cachly units FILE`, then invite the staff.")
    if not postings:
        return Finding("staff", found, "Invite the first one: `cachly invite --unit CODE --role cdc_admin`.")
    return Finding("staff", found)


def _outbox(engine: Engine) -> Finding:
    with reading(engine) as conn:
        state = outbox_state(conn, SystemClock().now())
    found = f"{state.due} letters due, the oldest for {state.oldest_seconds:.0f} s"
    if state.late:
        return Finding(
            "letters", found, "They are not being sent. Does `cachly run` run, and is the bot well?"
        )
    return Finding("letters", found)


async def _accounts(chosen: Settings) -> list[Finding]:
    """How it stands with each account, its name before each part."""
    try:
        channels = accounts.channels(chosen)
    except RefusedError as refused:
        return [Finding("accounts", "not usable", str(refused))]
    found = await asyncio.gather(*(_account(channel, chosen) for channel in channels))
    return [finding for findings in found for finding in findings]


async def _account(channel: Channel, chosen: Settings) -> list[Finding]:
    hook = accounts.hook(chosen, channel.account)
    async with channel:
        found = await channel.examine(hook, SystemClock().now())
    return [replace(finding, part=f"{channel.account}: {finding.part}") for finding in found]
