"""Migrations go up and down on both databases and end exactly at the models."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage import migrate, tables
from storage.engine import open_engine


def _revisions() -> list[str]:
    script = ScriptDirectory.from_config(migrate._config())  # noqa: SLF001 - the configuration under test
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def test_stairway(empty_url):
    """Each step can be taken, undone and taken again; undoing all leaves no table of ours."""
    for revision in _revisions():
        migrate.upgrade(empty_url, revision)
        migrate.downgrade(empty_url, "-1")
        migrate.upgrade(empty_url, revision)
    assert migrate.current(empty_url) == migrate.head()
    migrate.downgrade(empty_url, "base")
    engine = open_engine(empty_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_migrations_end_at_the_models(engine):
    """After all steps autogenerate finds nothing to add: tables, columns, types, defaults, indexes, keys."""
    with engine.connect() as conn:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(conn, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_partial_indexes_carry_their_conditions(engine):
    """Autogenerate does not compare the conditions of partial indexes, so they are compared here."""
    name = engine.dialect.name
    wanted = {
        index.name
        for table in tables.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[name]["where"] is not None
    }
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    with engine.connect() as conn:
        found = {row[0]: row[1] for row in conn.execute(text(catalogue[name]))}
    partial = {index: sql for index, sql in found.items() if " WHERE " in sql}
    assert set(partial) == wanted
    assert "next_at IS NOT NULL" in partial["ix_checkin_due"]
    assert "done" in partial["uq_task_person_kind_undone"]


def test_knows_whether_it_is_current(empty_url):
    """A database is current only at the head: not when empty, not after going back."""
    engine = open_engine(empty_url)
    assert migrate.current(empty_url) is None
    assert not migrate.is_current(engine)
    migrate.upgrade(empty_url)
    assert migrate.is_current(engine)
    migrate.downgrade(empty_url, "base")
    assert not migrate.is_current(engine)
    engine.dispose()


def test_two_processes_may_migrate_at_once(empty_url):
    """Of several that start together one migrates, the others wait and find nothing to do."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            migrate.upgrade(empty_url)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must show it
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert migrate.current(empty_url) == migrate.head()


def test_a_migration_that_breaks_a_reference_changes_nothing(sqlite_url):
    """SQLite checks no reference while migrating, so it is checked before the commit."""
    engine = open_engine(sqlite_url)
    with engine.connect() as conn:
        driver = conn.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO unit_support (centre_id, unit_id) VALUES (1, 2)")
        driver.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(migrate.DanglingReferenceError, match="unit_support"):
        migrate.upgrade(sqlite_url)
    assert migrate.current(sqlite_url) == migrate.head()
    engine.dispose()


def test_going_back_before_two_maps_loses_no_unit(empty_url):
    """A code that two maps use becomes one unit's again; the one that ended keeps its row."""
    migrate.upgrade(empty_url, "0005")
    engine = open_engine(empty_url)
    units = "INSERT INTO unit (id, code, kind, name, folded, province, valid_to) VALUES "
    with engine.begin() as conn:
        conn.execute(text(units + "(4, '00004', 'station', 'Ba Đình', 'ba dinh', 'Hà Nội', NULL)"))
        old = "(10000004, '00004', 'station', 'Trúc Bạch', 'truc bach', 'Hà Nội', '2025-06-30')"
        conn.execute(text(units + old))
        conn.execute(text("INSERT INTO unit_name (unit_id, code, name) VALUES (4, '00004', 'Trúc Bạch')"))
    migrate.downgrade(empty_url, "0004")
    with engine.connect() as conn:
        codes = conn.execute(text("SELECT code FROM unit ORDER BY id")).scalars().all()
    assert codes == ["00004", "00004/10000004"]
    migrate.upgrade(empty_url)
    engine.dispose()
