"""Jobs, and the lists that they bring in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SEALED = sa.LargeBinary()

INDEXES = (
    ("ix_job_waiting", "job", ["id"], "state = 'waiting'", False),
    ("ix_batch_by", "batch", ["by_id", "id"], "by_id IS NOT NULL", False),
    ("uq_batch_row_held", "batch_row", ["content"], "held", True),
    ("ix_batch_row_fresh", "batch_row", ["person_id"], "fresh", False),
)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))


def flag(name: str, default: sa.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default=sa.text("'waiting'")),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        count("tries"),
        count("done"),
        count("total"),
        sa.Column("task", SEALED, nullable=False),
        sa.Column("file", SEALED, nullable=True),
        sa.Column("result", SEALED, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_table(
        "batch",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        count("rows"),
        count("added"),
        count("rejected"),
        count("doubles"),
        sa.Column("shown_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_table(
        "batch_row",
        sa.Column("episode_id", ID, autoincrement=False, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        count("place"),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        flag("held", sa.true()),
        flag("fresh", sa.true()),
        flag("told", sa.false()),
        sa.PrimaryKeyConstraint("episode_id", name="pk_batch_row"),
        sa.UniqueConstraint("batch_id", "place", name="uq_batch_row_batch_id_place"),
    )
    for name, table, columns, where, unique in INDEXES:
        condition = sa.text(where)
        op.create_index(
            name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    for name, table, *_ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    for name in ("batch_row", "batch", "job"):
        op.drop_table(name)
