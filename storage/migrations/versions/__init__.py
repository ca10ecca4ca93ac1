"""One file per step of the schema; each goes up and down on SQLite and PostgreSQL."""
