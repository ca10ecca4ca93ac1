"""What README, CHANGELOG and the manuals name exists: files, commands, settings, buttons, words."""

import re
import shlex
import struct
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from bot import catalogues, demo
from bot.cli import app
from bot.formatting import capital
from bot.settings import FOR_TESTS, PREFIX, Settings
from handlers.book import script
from handlers.checkin import SYMPTOMS
from handlers.files import MENU
from quarantine.measures import Status, read_choices, read_temperature
from quarantine.names import fold
from quarantine.symptoms import read_symptoms
from quarantine.talk import ANYTIME
from quarantine.tasks import Outcome
from tests.cast import CAST
from tests.phones import named

ROOT = Path(__file__).parents[2]
MANUALS = ("nguoi-cach-ly.md", "can-bo.md", "cdc.md")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NEITHER_QUESTION_NOR_COMMAND = (
    "channel.link_upload",
    "lists.columns_wrong",
    "lists.complete",
    "lists.drop",
    "lists.repeats_label",
    "lists.repeats_again",
    "seen.button",
    "task.take",
    "task.take_over",
    "task.go_on",
    "word.finish",
    "verify.more",
    "task.more",
    "enrol.duplicate_same",
    "enrol.line_skip",
    "file.again",
    "file.change",
    "file.history",
    "file.sheet",
    *(f"change.{change.name}" for change in MENU),
)
"""Labels of buttons that the code draws without a fixed choice."""


def name_of(page):
    """How a page is called in the list of tests."""
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
each_manual = pytest.mark.parametrize("manual", MANUALS)


def prose(page):
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def section(page, heading):
    """What stands under a heading, up to the next of the same rank."""
    return page.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def cells(text):
    """The first cell of each row of the tables, heads and rules left out."""
    rows = re.findall(r"^\| ?(.*?) ?\|.*\n", text, re.MULTILINE)
    return [row for row in rows if row and not set(row) <= set("-| ") and row not in {"code", "this", "room"}]


def anchors(page):
    """The names under which a page's headings can be linked to."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.fixture(scope="module")
def vi():
    """Every sentence that the bot says in Vietnamese."""
    return catalogues.load(strict=True).texts["vi"]


@pytest.fixture(scope="module")
def buttons(vi):
    """Every label that can be pressed, as a phone shows it."""
    questions = script.questions.values()
    keys = {choice.label for question in questions for choice in question.choices}
    keys |= {question.want_label for question in questions if question.want_label}
    keys |= {command.label for command in script.commands}
    keys |= {f"outcome.{one}" for one in Outcome} | {"outcome.asked_fine", "outcome.asked_unwell"}
    keys |= {f"outcome.{one}" for one in ("house_fine", "rest_fine", "one_fine")}
    return {capital(vi[key]) for key in keys.union(NEITHER_QUESTION_NOR_COMMAND)}


@pytest.fixture(scope="module")
def commands():
    """The commands of `cachly`."""
    return typer.main.get_command(app).commands


@each_page
def test_links_lead_somewhere(page):
    """A link into the project leads to a file that is there, and to a heading that it has."""
    for link in LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_page
def test_files_that_are_named_are_there(page):
    """A path in a sentence or a drawing is that of a file or folder of the project."""
    text = page.read_text(encoding="utf-8")
    rooms = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier())
    named = re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./*-]*\w(?:\.\w+)?)", text)
    for path in named:
        assert list(ROOT.glob(path)), path


@each_page
def test_commands_exist_with_their_options(page, commands):
    """Whatever is to be typed after `cachly` is a command, and what follows are its options."""
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(block for _, block in FENCE.findall(text))
    typed = re.findall(r"(?:^|\s)(?:\.venv/bin/)?cachly ((?!\.service)[a-z]+[^\n#;&>|]*)", fenced)
    typed += re.findall(r"`cachly ([^`\n]+)`", text)
    for line in typed:
        name, *words = shlex.split(line)
        assert name in commands, line
        command = commands[name]
        if words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


def test_every_command_is_in_the_readme(commands):
    """README's table of commands leaves none out."""
    told = {
        re.match(r"`cachly (\w+)", cell)[1] for cell in cells(section(ROOT / "README.md", "Commands"))[1:]
    }
    assert told == set(commands)


@each_page
def test_targets_of_make_exist(page):
    """Whatever is to be typed after `make` is in the Makefile."""
    known = set(re.findall(r"^([\w./-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|&& |`|=\d+ )make ([\w./-]*\w)", text, re.MULTILINE)) <= known


@each_page
def test_settings_exist(page):
    """A name that begins with CACHLY_ can be set."""
    known = {PREFIX + field.upper() for field in Settings.model_fields} | set(FOR_TESTS)
    assert set(re.findall(r"CACHLY_[A-Z_]+", page.read_text(encoding="utf-8"))) <= known


@each_manual
def test_bold_words_in_the_manuals_are_buttons(manual, buttons):
    """Who looks for a button on the phone finds it under exactly that name."""
    page = ROOT / "docs" / manual
    bold = {" ".join(words.split()) for words in BOLD.findall(page.read_text(encoding="utf-8"))}
    assert bold - buttons - {"đậm"} == set()
    assert len(bold) > 5


@each_manual
def test_commands_in_the_manuals_are_understood(manual):
    """A word with a stroke before it is one that the bot knows."""
    known = {f"/{command.name}" for command in script.commands}
    named = {
        span for span in SPAN.findall((ROOT / "docs" / manual).read_text(encoding="utf-8")) if span[0] == "/"
    }
    assert named <= known


def test_what_residents_may_write_is_understood():
    """Whatever the residents' manual says can be written is read as something."""
    known = {word for words in ANYTIME.values() for word in words}
    known |= {word for command in script.commands for word in command.words}
    for words in set(SPAN.findall(prose(ROOT / "docs" / "nguoi-cach-ly.md"))) - {"thế này", "1985"}:
        felt = read_symptoms(words).present | read_symptoms(words).red
        measured = words[0].isdigit() and read_temperature(words).status is Status.OK
        out = "xet nghiem" in fold(words)
        chosen = read_choices(words, len(SYMPTOMS.choices))
        assert fold(words) in known or felt or measured or out or chosen, words


def test_the_tour_presses_what_is_there(buttons):
    """A newcomer finds every button of the tour, on the phones or on the page around them."""
    tour = section(ROOT / "README.md", "The two-minute tour")
    page = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "simulator" / "page").iterdir())
    steps = set(re.findall(r"^\d\. \*\*(.+?)\*\*", tour, re.MULTILINE))
    pressed = {" ".join(words.split()) for words in BOLD.findall(tour)} - steps - {"bold"}
    homes = {f"Tại nhà của {actor.person.name}" for actor in demo.CAST if actor.home}
    assert {label for label in pressed - buttons - homes if label not in page} == set()
    headings = re.findall(r'phone "([^"]+)"', " ".join(tour.split()))
    assert headings
    assert set(headings) <= {actor.heading for actor in demo.CAST}


def test_the_transcript_in_the_readme_is_the_one_that_is_played():
    """The excerpt stands, line for line, in the file that is named above it."""
    told = section(ROOT / "README.md", "A transcript")
    path = re.search(r"\(tests/transcripts/[\w.]+\)", told)[0].strip("()")
    (excerpt,) = (block for language, block in FENCE.findall(told) if language == "text")
    assert excerpt in (ROOT / path).read_text(encoding="utf-8")


def test_the_words_are_those_of_the_code():
    """Each word of the glossary is used by the rules or what runs them; README's are among them."""
    words = (
        section(ROOT / "docs" / "words.md", "States of an episode")
        + (ROOT / "docs" / "words.md").read_text(encoding="utf-8").split("\n## ", 1)[0]
    )
    told = {word for cell in cells(words) for word in cell.split(", ")}
    code = "\n".join(
        file.read_text(encoding="utf-8").lower().replace("check-in", "checkin")
        for room in ("quarantine", "handlers", "storage", "papers")
        for file in (ROOT / room).glob("*.py")
    )
    assert {word for word in told if not re.search(rf"\b{word.replace('-', '')}", code)} == set()
    assert set(cells(section(ROOT / "README.md", "The words"))) <= told


def test_states_are_told_in_the_bots_own_words(vi):
    """The glossary calls each state what the bot calls it, and leaves none out."""
    rows = re.findall(
        r"^\| (\w+) \| (.+?) \|$", section(ROOT / "docs" / "words.md", "States of an episode"), re.MULTILINE
    )
    told = {code: words for code, words in rows if code != "code"}
    said = {
        key.removeprefix("verify.state_"): text for key, text in vi.items() if key.startswith("verify.state_")
    }
    assert told == said


def test_every_room_is_on_the_map():
    """README's table of rooms has every folder of the project that holds code or words."""
    told = set(re.findall(r"^\| \[(\w+)/\]", section(ROOT / "README.md", "The rooms"), re.MULTILINE))
    there = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert told == there | {"docs", "locales"}


def test_the_examples_of_transcripts_can_be_played():
    """The guide to transcripts shows lines that the player knows, said by members of the cast."""
    spans = SPAN.findall(section(ROOT / "docs" / "transcripts.md", "Writing one"))
    source = (ROOT / "tests" / "transcript.py").read_text(encoding="utf-8")
    for span in spans:
        who, colon, what = span.partition(": ")
        assert not colon or named(who) in CAST or who.startswith("# "), span
        form = re.match(r"\(([^\d()±]+)", what or span)
        assert form is None or form[1].strip().removesuffix(" Hạnh") in source, span
        if span.startswith("! "):
            assert span.removeprefix("! ").removeprefix("Lan ") in source, span


def test_the_changelog_knows_this_version():
    """There is room for what comes next, and this version's own section."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    sections = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sections[:2] == ["Unreleased", version]


def test_every_decision_is_listed_and_says_what_it_costs():
    """A decision record is found from the list, and names its alternative, price and place."""
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    records = sorted(folder.glob("0*.md"))
    assert {record.name for record in records} == listed
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {record.name[:4]} ")
        assert all(f"\n**{part}**" in text for part in ("Decided.", "Instead of", "Costs.", "In the code."))


def test_the_picture_is_one():
    """README's picture is a PNG, large enough that the phones on it can be read."""
    head = (ROOT / "docs" / "images" / "page.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    assert width >= 1440
    assert height >= 800
