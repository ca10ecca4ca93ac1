"""The house keeps its shape: rooms, names, what each may import, and the tools that watch over it."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ROOMS = ("quarantine", "handlers", "storage", "channels", "papers", "bot", "simulator", "locales", "bench")
TOP_LEVEL = {*ROOMS, "tests", "docs"}
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
CODE = [path for path in MODULES if "migrations" not in path.parts]
NAMELESS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "base",
    "manager",
    "managers",
    "misc",
    "tools",
    "core",
}
LONGEST = 400
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUFF = (str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--output-format", "concise")


def named(path):
    """A module's path as test names show it."""
    return str(path.relative_to(ROOT))


def imported(path):
    """The top-level packages that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively; name the room"
            yield str(node.module).partition(".")[0]


def tracked(*words):
    """What git knows."""
    return subprocess.run(
        ("git", "ls-files", *words), cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_top_level_is_the_plan():
    """DESIGN.md §1: the rooms and nothing beside them."""
    folders = {line.split("/")[0] for line in tracked().splitlines() if "/" in line}
    assert folders - {".ci"} <= TOP_LEVEL
    assert {path.name for path in ROOT.glob("*.py")} == set(), "no module outside the rooms"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_are_named_for_their_subject(path):
    """No utils, helpers, common, base, manager: a newcomer guesses the file from the subject."""
    assert not {part for name in path.relative_to(ROOT).parts for part in re.split(r"[_.]", name)} & NAMELESS


@pytest.mark.parametrize("path", CODE, ids=named)
def test_modules_say_what_they_are_for(path):
    """A docstring of one sentence opens each module, and it is short enough to read in one sitting."""
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    first = said.partition("\n\n")[0]
    assert first.endswith((".", "?")), f"{first!r} is no sentence"
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("path", sorted((ROOT / "quarantine").rglob("*.py")), ids=named)
def test_quarantine_imports_the_standard_library_only(path):
    """DESIGN.md §1: what home quarantine is depends on no framework, not even lazily."""
    assert set(imported(path)) <= sys.stdlib_module_names | {"quarantine"}


@pytest.mark.parametrize("path", sorted((ROOT / "handlers").rglob("*.py")), ids=named)
def test_handlers_are_plain_python(path):
    """DESIGN.md §3: a handler decides in plain synchronous Python; nothing in it waits or writes."""
    assert set(imported(path)) <= sys.stdlib_module_names | {"quarantine", "handlers"}
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kinds)
    ]


@pytest.mark.parametrize("path", CODE, ids=named)
def test_only_channels_know_telegram(path):
    """DESIGN.md §1: channels/ alone knows a messenger's types (the benchmarks compare with them)."""
    room = path.relative_to(ROOT).parts[0]
    assert room in {"channels", "bench"} or "telegram" not in set(imported(path))


def test_the_arrows_are_watched():
    """import-linter's contracts cover every room that holds code."""
    contracts = PROJECT["tool"]["importlinter"]
    assert set(contracts["root_packages"]) == set(ROOMS) - {"locales", "bench"}
    told = {name for contract in contracts["contracts"] for name in contract.get("source_modules", ())}
    assert told == set(contracts["root_packages"])


@pytest.mark.parametrize(
    ("wrong", "room", "imports"),
    [
        ("quarantine", "quarantine", "handlers"),
        ("handlers", "handlers", "storage"),
        ("storage", "storage", "channels"),
        ("channels", "channels", "bot"),
        ("papers", "papers", "handlers"),
        ("bot", "bot", "simulator"),
        ("simulator", "simulator", "quarantine"),
    ],
)
def test_each_forbidden_arrow_is_refused(tmp_path, wrong, room, imports):
    """A copy of the house with one wrong import is refused by the contracts of pyproject.toml."""
    for name in PROJECT["tool"]["importlinter"]["root_packages"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    linter = (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    kept = subprocess.run(linter, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stdout
    (tmp_path / room / "slip.py").write_text(f"import {imports}\n")
    broken = subprocess.run(linter, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert broken.returncode == 1, wrong
    assert f"{room}.slip -> {imports}" in broken.stdout


BANNED = {
    "from unittest.mock import Mock": "no mocks",
    "import unittest.mock": "no mocks",
    "import datetime\ndatetime.datetime.now()": "ask the clock",
    "from datetime import datetime\ndatetime.now()": "ask the clock",
    "from datetime import datetime\ndatetime.utcnow()": "ask the clock",
    "from datetime import datetime\ndatetime.today()": "ask the clock",
    "from datetime import date\ndate.today()": "ask the clock",
    "import time\ntime.time()": "ask the clock",
    "from time import time": "ask the clock",
    "import time\ntime.time_ns()": "ask the clock",
    "import asyncio\nasyncio.create_task(x())": "TaskGroup",
    "import asyncio\nasyncio.ensure_future(x())": "TaskGroup",
    "from telegram.ext import Application": "only Bot",
}


@pytest.mark.parametrize("snippet", BANNED)
def test_ruff_refuses_what_is_banned(tmp_path, snippet):
    """Mocks, wall clocks, bare tasks and telegram.ext are refused by lint, with the reason."""
    (tmp_path / "slip.py").write_text(snippet + "\n")
    config = ("--config", str(ROOT / "pyproject.toml"), "--select", "TID251,RUF006")
    found = subprocess.run(
        (*RUFF, *config, "slip.py"), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, f"ruff lets it pass: {snippet}"
    assert BANNED[snippet].lower() in found.stdout.lower()


def test_each_ignore_has_its_reason():
    """A rule that is switched off for a folder or everywhere says why, in the same line."""
    section = (
        (ROOT / "pyproject.toml")
        .read_text(encoding="utf-8")
        .split("[tool.ruff.lint]")[1]
        .split("[tool.mypy]")[0]
    )
    for line in section.splitlines():
        if re.match(r'\s+"[A-Z]+\d*",', line):
            assert "# " in line, line


def test_noqa_and_type_ignores_have_reasons():
    """So does one that is switched off for a single line."""
    for path in (*CODE, *(ROOT / "tests").rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            slip = re.search(
                r"# (noqa: [A-Z0-9, ]+|type: ignore\[[^]]+\])\s*$|# noqa\s*$|# type: ignore\s*$", line
            )
            assert not slip, f"{named(path)}:{number} switches a rule off without a reason"


def test_the_locks_are_within_the_ranges():
    """What is pinned is what pyproject.toml allows, and nothing that it names is missing."""
    pinned = {}
    for lock in ("requirements.lock", "requirements-dev.lock"):
        for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                name, _, version = line.partition("==")
                pinned[name.lower().replace("_", "-")] = version
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    for text in (*wanted, *PROJECT["build-system"]["requires"]):
        requirement = Requirement(text)
        version = pinned.get(requirement.name.lower().replace("_", "-"))
        assert version is not None, f"{text} is not pinned: make lock"
        assert requirement.specifier.contains(version), f"{text} is pinned at {version}: make lock"


def test_ci_allows_no_skips():
    """DESIGN.md §9: no test is skipped in .ci/run."""
    assert "--no-skips" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_a_skipped_test_fails_the_run_where_asked(tmp_path):
    """--no-skips makes the run fail for a skipped test, which without it passes."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "test_it.py").write_text("import pytest\n\n\ndef test_it():\n    pytest.skip('no')\n")
    own = (f"--basetemp={tmp_path / 'own'}", "-p", "no:cacheprovider")
    run = (sys.executable, "-m", "pytest", "-q", *own, str(tmp_path))
    place = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "capture_output": True}
    assert subprocess.run(run, **place, check=False).returncode == 0
    assert subprocess.run((*run, "--no-skips"), **place, check=False).returncode == 1
