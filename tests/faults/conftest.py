"""Fixtures of the fault tests: both databases, fresh for each test."""

from tests.databases import (  # noqa: F401 - fixtures are found by name
    database_url,
    engine,
    postgres_server,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
