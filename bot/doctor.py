"""Looks at an installation part by part and says in words what is wrong and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Engine, func, select

from bot import accounts, catalogues, premises, settings
from bot.accounts_file import AnyAccount, open_to_others
from bot.clock import Clock, SystemClock
from bot.health import outbox_state
from bot.refusals import RefusedError
from bot.settings import Settings
from quarantine.channel import Finding
from quarantine.tokens import ConsentNeededError, Fetch, Tokens, TokenStore
from storage import migrate
from storage.engine import reading
from storage.standings import standings
from storage.tables import Posting, Unit, core
from storage.unattended import leaderless

NO_PUBLIC_ADDRESS = "Its messenger only pushes: set CACHLY_PUBLIC_URL to the https:// address of this Cachly."

NAMED = 5
"""So many units are named; more would not be read."""


class NoTokens:
    """The store of an installation without a usable database."""

    async def read(self, account: str) -> Tokens:
        """Nothing is known."""
        raise ConsentNeededError(f"the database with the tokens of {account} is not usable")

    async def renew(self, account: str, seen: Tokens, fetch: Fetch) -> Tokens:  # noqa: ARG002 - the contract
        """Nothing can be kept, so nothing is fetched."""
        return await self.read(account)

    async def keep(self, account: str, tokens: Tokens) -> None:  # noqa: ARG002 - the contract
        """Nothing can be kept."""
        await self.read(account)


def told(findings: list[Finding]) -> str:
    """The findings as lines, what is wrong with a cross and its remedy beneath."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{'✗' if finding.wrong else '✓'} {finding.part}: {finding.found}")
        lines += [f"    {line}" for line in finding.wrong.splitlines()]
    bad = sum(bool(finding.wrong) for finding in findings)
    lines.append(f"{bad} of {len(findings)} parts need you." if bad else "All is well.")
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    """The findings for a program."""
    return msgspec.json.encode(findings).decode()


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
        *_file(chosen),
        *_accounts(chosen),
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
        yield from _leading(engine)
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
        return Finding(
            "staff", found, "Load the units with `cachly units load --province CODE`, then invite the staff."
        )
    if not postings:
        return Finding("staff", found, "Invite the first one: `cachly invite --unit CODE --role cdc_admin`.")
    return Finding("staff", found)


def _leading(engine: Engine) -> Iterator[Finding]:
    """A CDC with people in quarantine and no staff: what stations leave undone is told to nobody."""
    with reading(engine) as conn:
        codes = leaderless(conn)
    if codes:
        yield Finding(
            "alerts",
            f"nobody of the CDC is posted for {len(codes)} provinces with people in quarantine: "
            f"{', '.join(codes[:NAMED])}{' …' * (len(codes) > NAMED)}",
            "What no station takes is told to nobody there. Invite somebody: "
            f"`cachly invite --unit {codes[0]} --role cdc_admin`.",
        )


def _outbox(engine: Engine) -> Finding:
    with reading(engine) as conn:
        state = outbox_state(conn, SystemClock().now())
    found = f"{state.due} letters due, the oldest for {state.oldest_seconds:.0f} s"
    if state.late:
        return Finding(
            "letters", found, "They are not being sent. Does `cachly run` run, and is the bot well?"
        )
    return Finding("letters", found)


def _file(chosen: Settings) -> Iterator[Finding]:
    """Whether the accounts file is for whoever runs Cachly alone: it may hold secrets."""
    path = Path(chosen.accounts)
    if not chosen.accounts or not path.is_file():
        return
    if open_to_others(path):
        yield Finding("accounts file", f"{path} can be read by others", f"Close it: chmod 600 {path}")
    else:
        yield Finding("accounts file", f"{path} is closed to others")


def _accounts(chosen: Settings) -> Iterator[Finding]:
    """How it stands with each account, its name before each part."""
    clock = SystemClock()
    try:
        known = accounts.known(chosen)
        accounts.check_templates(known, catalogues.load())
    except RefusedError as refused:
        yield Finding("accounts", "not usable", str(refused))
        return
    try:
        engine = premises.database(chosen)
        keyring = premises.keyring(chosen)
    except RefusedError:
        # Said already, among the parts above; an account without a store still shows whether it is reached.
        store: TokenStore = NoTokens()
        yield from asyncio.run(_examined(known, chosen, store, clock))
        return
    yield from asyncio.run(_examined(known, chosen, premises.tokens(engine, keyring, clock), clock, engine))
    engine.dispose()


async def _examined(
    known: Sequence[AnyAccount],
    chosen: Settings,
    store: TokenStore,
    clock: Clock,
    engine: Engine | None = None,
) -> list[Finding]:
    found = await asyncio.gather(*(_account(account, chosen, store, clock, engine) for account in known))
    return [finding for findings in found for finding in findings]


async def _account(
    account: AnyAccount, chosen: Settings, store: TokenStore, clock: Clock, engine: Engine | None
) -> list[Finding]:
    try:
        async with accounts.channel(account, chosen, store, clock) as channel:
            found = [*await channel.examine(accounts.hook(chosen, account.name), clock.now())]
        if not channel.form.polls and not chosen.public_url:
            found.append(Finding("messages", "cannot come in", NO_PUBLIC_ADDRESS))
        if channel.form.window is not None and engine is not None:
            found.append(_windows(engine, account.name, channel.form.window, clock.now()))
    except RefusedError as refused:
        found = [Finding("account", "not usable", str(refused))]
    called = f"{account.name} ({account.label})" if account.label else account.name
    return [replace(finding, part=f"{called}: {finding.part}") for finding in found]


def _windows(engine: Engine, account: str, window: timedelta, now: datetime) -> Finding:
    """How many people may still be written to; the officers are told of each by themselves."""
    with reading(engine) as conn:
        found = standings(conn, account, window, now)
    return Finding(
        "windows",
        f"{found.free} chats are open for nothing, {found.paid} for money ({found.closing} of them close "
        f"soon), {found.closed} are closed until somebody writes there",
    )
