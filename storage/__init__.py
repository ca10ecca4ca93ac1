"""What the bot remembers: tables, the unit of work, queries, migrations."""
