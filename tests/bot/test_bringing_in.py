"""`cachly import` writes people whom stations are to verify, each once, and takes a batch back."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count as count_from

import pytest
from sqlalchemy import func, select

from bot.bringing_in import Wishes, bring_in
from quarantine.effects import EpisodeChanged
from quarantine.people import EpisodeState, Person, Posting, Role
from quarantine.tasks import TaskKind
from storage import tables
from storage.apply import apply
from storage.engine import reading
from storage.reader import SqlStore
from storage.sealing import Keyring
from storage.tables import core
from storage.unit_tree import UnitTree
from tests.bot.conftest import KEY
from tests.bot.test_importing import AGAIN, HEAD, LAN, NAM, ORDER, UNITS, WRONG, people
from tests.papers import written
from tests.storage.rows import Rows

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OTHER_PROVINCE = "08\tTỉnh Tuyên Quang\t00694\tPhường Minh Xuân\n"
EPISODE, TASK, LETTER, PERSON, EVENT, ROW, JOB = (
    core(one)
    for one in (
        tables.Episode,
        tables.Task,
        tables.Letter,
        tables.Person,
        tables.Event,
        tables.BatchRow,
        tables.Job,
    )
)


@pytest.fixture
def place(place, monkeypatch, database_url, cachly):
    """A folder with lists, and a database that knows two provinces."""
    monkeypatch.setenv("CACHLY_DATABASE", database_url)
    monkeypatch.setenv("CACHLY_KEYS", KEY)
    (place / "units.tsv").write_text(UNITS + OTHER_PROVINCE, encoding="utf-8")
    save(place / "list.xlsx", LAN, NAM, WRONG, AGAIN)
    assert cachly("units", "load", "units.tsv")[0] == 0
    return place


def save(path, *persons, order=ORDER):
    """A list of these people."""
    path.write_bytes(written.xlsx([HEAD, *([*person, *order] for person in persons)]))


def count(engine, table, *where):
    """How many rows there are now."""
    with reading(engine) as conn:
        return conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def states(engine):
    """How many episodes are in each state."""
    with reading(engine) as conn:
        return dict(conn.execute(select(EPISODE.c.state, func.count()).group_by(EPISODE.c.state)).all())


def staff(engine, code="01273", role=Role.OFFICER):
    """Somebody posted at a station: their person id."""
    with engine.begin() as conn:
        rows, unit = Rows(conn, Keyring.parse(KEY), NOW), UnitTree(conn).by_code(code)
        rows.person(Person(7001, "Lê Thị Hạnh", "0987000001"))
        rows.posting(Posting(7002, 7001, unit.id, role), NOW)
    return 7001


def end(engine, state=EpisodeState.COMPLETED):
    """Whoever is notified is now in this state."""
    with engine.begin() as conn:
        keyring = Keyring.parse(KEY)
        store = SqlStore(conn, keyring, NOW)
        wanted = select(EPISODE.c.id).where(EPISODE.c.state == "notified")
        files = [store.file(one) for one in conn.execute(wanted).scalars()]
        moves = [(file.episode, replace(file.episode, state=state)) for file in files]
        effects = [EpisodeChanged(before, after, None, NOW, "") for before, after in moves]
        apply(conn, keyring, effects, NOW, count_from(9_000).__next__)


def test_good_rows_go_in_and_bad_ones_come_back(place, cachly, engine):
    """Persons and episodes with tasks to verify; the result for machines beside it; the bad row in a file."""
    code, out, err = cachly("import", "list.xlsx", "--yes", "--json", "--rejects", "back.xlsx")
    found = json.loads(out)
    assert (code, err) == (0, "")
    counts = {name: found[name] for name in ("rows", "accepted", "rejected", "duplicates", "added")}
    assert counts == {"rows": 4, "accepted": 2, "rejected": 1, "duplicates": 1, "added": 2}
    assert states(engine) == {"notified": 2}
    assert count(engine, TASK, TASK.c.kind == TaskKind.VERIFY.value) == 2
    assert count(engine, JOB, JOB.c.file.is_not(None)) == 0, "the file is kept after it was brought in"
    assert (place / "back.xlsx").exists()
    with reading(engine) as conn:
        store = SqlStore(conn, Keyring.parse(KEY), NOW)
        (lan,) = store.persons_by_phone("0912345678")
        (episode,) = store.open_episodes(lan.id)
    assert (lan.name, lan.identity) == ("Nguyễn Thị Lan", "004185012345")
    assert (episode.state, episode.order_number, str(episode.last_day)) == (
        EpisodeState.NOTIFIED,
        "131/QĐ-UBND",
        "2026-12-03",
    )


def test_a_station_hears_once_of_all_its_people(place, cachly, engine):
    """One digest for the officer on duty, however many the list brings, not a card for each."""
    staff(engine)
    (place / "many.xlsx").write_bytes(written.xlsx(list(people(60))))
    assert cachly("import", "many.xlsx", "--yes")[0] == 0
    assert count(engine, TASK) == states(engine)["notified"] > 20
    assert count(engine, LETTER) == 1


def test_without_yes_it_asks_first(place, cachly, engine, monkeypatch):
    """Whoever says no has written nothing; whoever says yes has."""
    monkeypatch.setattr("bot.cli._agreed", lambda question: "Sẽ ghi 2 người" not in question)
    assert cachly("import", "list.xlsx")[1] == "Chưa ghi gì vào hệ thống.\n"
    assert states(engine) == {}
    monkeypatch.setattr("bot.cli._agreed", lambda question: "Sẽ ghi 2 người, báo 2 trạm." in question)
    assert "Đã ghi 2 người" in cachly("import", "list.xlsx")[1]
    assert states(engine) == {"notified": 2}


def test_the_same_rows_never_go_in_twice(place, cachly, engine):
    """Neither the same file again, nor the same rows in another one, nor where all doubles are added."""
    assert cachly("import", "list.xlsx", "--yes")[0] == 0
    save(place / "other.xlsx", NAM, LAN)
    added = [
        json.loads(cachly("import", file, "--yes", "--json", "--doubles", doubles)[1])["added"]
        for file in ("list.xlsx", "other.xlsx")
        for doubles in ("skip", "add", "same", "add")
    ]
    # AGAIN is Lan without her phone: a double that was added once, on purpose, and then never again.
    assert added == [0, 1, 0, 0, 0, 0, 0, 0]
    assert states(engine) == {"notified": 3}


def test_two_at_the_same_moment_add_each_row_once(place, cachly, engine):
    """Two senders of the same rows: one brings them in, the other finds them in already."""
    (place / "many.xlsx").write_bytes(written.xlsx(list(people(300))))
    save(place / "few.xlsx", LAN)
    told = []
    wishes = Wishes("many.xlsx", yes=True, as_json=True)

    def run():
        told.append(json.loads(bring_in(wishes, lambda _: True, lambda _: None)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 2
    assert (
        sum(one["added"] for one in told) == states(engine)["notified"] == max(one["added"] for one in told)
    )


def test_doubles_are_decided(place, cachly, engine):
    """Known by number, phone or name; skipped, a new quarantine where the last is over, or added anyhow."""
    save(place / "first.xlsx", LAN)
    assert cachly("import", "first.xlsx", "--yes")[0] == 0
    again = ["1", "Nguyen Thi LAN", "1985", "Nữ", "", "", "Số 9 tổ 1", "Bảo Lạc"]
    save(place / "again.xlsx", again, order=["140/QĐ-UBND", "22/11/2026", "F1"])
    found = json.loads(cachly("import", "again.xlsx", "--yes", "--json")[1])
    known = {"row": 2, "known": True, "by": "name", "open": True, "elsewhere": False, "decided": "skip"}
    assert found["known"] == [known]
    assert (found["accepted"], found["duplicates"], found["added"]) == (0, 1, 0)
    assert json.loads(cachly("import", "again.xlsx", "--yes", "--json", "--doubles", "same")[1])["added"] == 0
    end(engine)
    assert json.loads(cachly("import", "again.xlsx", "--yes", "--json", "--doubles", "same")[1])["added"] == 1
    assert (count(engine, PERSON), count(engine, EPISODE)) == (1, 2)


def test_foreign_communes_are_refused_row_by_row(place, cachly, engine):
    """A unit writes to its own subtree only; the other rows go in all the same."""
    foreign = [*NAM[:7], "Minh Xuân"]
    save(place / "list.xlsx", LAN, foreign)
    found = json.loads(cachly("import", "list.xlsx", "--yes", "--json", "--as", "04")[1])
    assert (found["added"], found["rejected"]) == (1, 1)
    assert found["problems"][0]["reason"] == "commune_foreign"


def test_nobody_writes_who_may_not(place, cachly, engine):
    """An officer of a station may enrol nobody by list; nor does a name that nobody has."""
    officer = staff(engine)
    for whose in (str(officer), "999999", "nobody"):
        code, out, err = cachly("import", "list.xlsx", "--yes", "--as", whose)
        assert (code, out) == (2, "")
        assert f"--as {whose} is no unit" in err
    assert states(engine) == {}


def test_of_somebody_outside_the_senders_reach_it_is_only_told_that_they_are_known(place, cachly, engine):
    """The same number in another province: left out unless decided otherwise; a name alone tells nothing."""
    foreign = [*LAN[:7], "Minh Xuân"]
    save(place / "theirs.xlsx", foreign)
    assert json.loads(cachly("import", "theirs.xlsx", "--yes", "--json", "--as", "08")[1])["added"] == 1
    nameless = [*LAN[:4], "", "", *LAN[6:]]
    save(place / "nameless.xlsx", nameless)
    assert (
        json.loads(cachly("import", "nameless.xlsx", "--dry-run", "--json", "--as", "04")[1])["known"] == []
    )
    save(place / "list.xlsx", LAN, NAM)
    told = cachly("import", "list.xlsx", "--dry-run", "--as", "04")[1]
    assert "trùng số căn cước với người đã có ở nơi khác" in told
    assert "Minh Xuân" not in told
    found = json.loads(cachly("import", "list.xlsx", "--yes", "--json", "--as", "04")[1])
    assert (found["known"][0]["elsewhere"], found["added"]) == (True, 1)
    found = json.loads(cachly("import", "list.xlsx", "--yes", "--json", "--as", "04", "--doubles", "add")[1])
    assert found["added"] == 1


def test_doubles_are_decided_one_by_one_by_option(place, cachly, engine):
    """Each row by itself, the others as --doubles says; what goes back is in the file with its reason."""
    other = ["3", "Nguyễn Thị Lan", "1985", "Nữ", "", "", "Số 1 tổ 1", "Bảo Lạc"]
    third = ["4", "Lan Nguyen Thi", "", "", "", "", "Số 2 tổ 1", "Bảo Lạc"]
    save(place / "list.xlsx", LAN, AGAIN, other, third)
    words = ("import", "list.xlsx", "--yes", "--json", "--rejects", "back.xlsx")
    code, _, err = cachly(*words, "--decide", "2=add")
    assert (code, "row 2 is not among the rows to decide: 3, 4, 5" in err) == (2, True)
    code, _, err = cachly(*words, "--decide", "3=same")
    assert (code, "can be skip, add, return only" in err) == (2, True)
    assert cachly(*words, "--decide", "row three")[0] == 2
    found = json.loads(cachly(*words, "--decide", "4=add", "--decide", "5=return")[1])
    assert (found["added"], found["rejected"], found["duplicates"]) == (2, 1, 1)
    back = json.loads(cachly("import", "back.xlsx", "--dry-run", "--json")[1])
    assert (back["rows"], back["known"][0]["by"]) == (1, "name")


def test_doubles_are_decided_one_by_one_at_the_terminal(place, cachly, engine, monkeypatch):
    """Beside whom they may be; a capital letter is for all that are left: fifty are no fifty questions."""
    save(place / "first.xlsx", LAN)
    assert cachly("import", "first.xlsx", "--yes")[0] == 0
    again = [["1", "Nguyen Thi LAN", str(1985), "Nữ", "", "", f"Số {n} tổ 1", "Bảo Lạc"] for n in range(50)]
    save(place / "again.xlsx", *again)
    asked, answers = [], iter(["x", "t", "V"])

    def prompt(text, **_):
        asked.append(text)
        return next(answers)

    monkeypatch.setattr("bot.cli.typer.prompt", prompt)
    code, out, err = cachly("import", "again.xlsx", "--yes", "--json", "--one-by-one")
    found = json.loads(out)
    assert (code, len(asked)) == (0, 3)
    assert (found["added"], found["rejected"], found["duplicates"]) == (1, 49, 0)
    assert "Còn 50 dòng trùng:" in err
    assert "đã có: Nguyễn Thị Lan, 1985" in err
    assert "Phường Thục Phán, đang cách ly từ 20/11/2026" in err
    assert count(engine, EVENT, EVENT.c.kind == "viewed") == 2


def test_of_two_rows_that_mean_one_person_one_begins_the_new_quarantine(place, cachly, engine):
    """Nobody is in two quarantines at once because a list names them twice."""
    save(place / "first.xlsx", LAN)
    assert cachly("import", "first.xlsx", "--yes")[0] == 0
    end(engine)
    rows = [["1", "Nguyen Thi LAN", "1985", "Nữ", "", "", f"Số {n} tổ 1", "Bảo Lạc"] for n in range(2)]
    save(place / "again.xlsx", *rows, order=["140/QĐ-UBND", "22/11/2026", "F1"])
    found = json.loads(cachly("import", "again.xlsx", "--yes", "--json", "--doubles", "same")[1])
    assert (found["added"], found["duplicates"], count(engine, PERSON)) == (1, 1, 1)


def test_what_the_list_does_not_say_must_be_given(place, cachly, engine):
    """No quarantine without order, first day and reason: the command names the options."""
    (place / "short.xlsx").write_bytes(written.xlsx([HEAD[:8], LAN, NAM]))
    code, _, err = cachly("import", "short.xlsx", "--yes")
    assert code == 2
    assert "--given order_number=… --given first_day=… --given reason=…" in err
    given = ("--given", "reason=F1", "--given", "first_day=20/11/2026", "--given", "order_number=1/QĐ")
    assert cachly("import", "short.xlsx", "--yes", *given)[0] == 0
    assert states(engine) == {"notified": 2}


def test_a_batch_is_taken_back_until_somebody_is_verified(place, cachly, engine):
    """Undone, its people are cancelled, not found any more, their tasks closed, stations told; then again."""
    staff(engine)
    batch = str(json.loads(cachly("import", "list.xlsx", "--yes", "--json")[1])["batch"])
    letters = count(engine, LETTER)
    code, out, _ = cachly("import", "--undo", batch)
    assert (code, out) == (0, f"Đã hoàn tác đợt nhập {batch}: 2 người, 2 trạm được báo.\n")
    assert states(engine) == {"cancelled": 2}
    assert count(engine, TASK, TASK.c.state != "done") == 0
    assert count(engine, LETTER) == letters + 1
    assert count(engine, EVENT, EVENT.c.kind == "batch_undone") == 2
    with reading(engine) as conn:
        assert SqlStore(conn, Keyring.parse(KEY), NOW).persons_by_phone("0912345678") == []
    assert cachly("import", "--undo", batch)[0] == 2
    found = json.loads(cachly("import", "list.xlsx", "--yes", "--json")[1])
    assert (found["added"], found["known"], found["in_already"]) == (2, [], 0)
    end(engine, EpisodeState.VERIFIED)
    code, _, err = cachly("import", "--undo", str(found["batch"]))
    assert code == 2
    assert "được xác minh" in err
    assert states(engine) == {"cancelled": 2, "verified": 2}


def test_a_refused_file_leaves_nothing(place, cachly, engine):
    """Neither a job nor a batch is left of a file that cannot be read."""
    (place / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    code, out, err = cachly("import", "image.png", "--yes")
    assert (code, out) == (2, "")
    assert "không phải danh sách" in err
    assert count(engine, JOB) == 0
