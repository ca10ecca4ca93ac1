"""What the bot remembers, on SQLite and on a real PostgreSQL."""
