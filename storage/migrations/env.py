"""How Alembic runs: on the connection that storage/migrate.py hands over, or on `-x url=…` in development."""

from alembic import context
from sqlalchemy import Connection

from storage import tables
from storage.engine import open_engine


def run(connection: Connection) -> None:
    """All steps on one connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    engine = open_engine(context.get_x_argument(as_dictionary=True)["url"])
    with engine.begin() as own:
        run(own)
    engine.dispose()
