"""What the figures were measured on: a figure without its machine says nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from bench.databases import PostgresPlace

PACKAGES = ("python-telegram-bot", "sqlmodel", "sqlalchemy", "aiosqlite", "psycopg", "aiohttp", "msgspec")
SYNCS = 200


def facts(folder: Path, postgres: PostgresPlace | None) -> dict[str, str | float]:
    """Machine, versions, commit, load, and what it costs here to have 4 kB on the disk."""
    told: dict[str, str | float] = {
        "commit": commit(),
        "cpu": _cpu(),
        "cores": os.cpu_count() or 0,
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fdatasync_us": round(_sync_cost(folder), 1),
        "load_before": round(os.getloadavg()[0], 2),
    }
    if postgres is not None:
        told["postgresql"] = postgres.administer("SHOW server_version")
        told["postgresql_synchronous_commit"] = postgres.administer("SHOW synchronous_commit")
    return told | {name: version(name) for name in PACKAGES}


def commit() -> str:
    """The commit that is measured, with a plus when files differ from it."""
    found = _git("rev-parse", "--short", "HEAD")
    return (
        found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "") if found else "unknown"
    )


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)  # noqa: S603, S607 - our own words
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _cpu() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _sync_cost(folder: Path) -> float:
    """Microseconds of an fdatasync after 4 kB were appended, in the middle of many."""
    taken = []
    with (folder / "sync.bin").open("wb") as file:
        for _ in range(SYNCS):
            file.write(b"\0" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - started) * 1e6)
    return statistics.median(taken)
