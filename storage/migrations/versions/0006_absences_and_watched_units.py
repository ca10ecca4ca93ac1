"""Days off of staff, units to be looked at, and tasks found by who has taken them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
STANDS = sa.text("ended_at IS NULL")
TAKEN = sa.text("state = 'taken'")


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_absence_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index(
        "ix_absence_person",
        "absence",
        ["person_id", "last_day"],
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
    op.create_table(
        "unit_watch",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "next_at", name="pk_unit_watch"),
    )
    op.create_index("ix_unit_watch_next_at", "unit_watch", ["next_at"])
    op.create_index("ix_task_owner_taken", "task", ["owner_id"], sqlite_where=TAKEN, postgresql_where=TAKEN)


def downgrade() -> None:
    op.drop_index("ix_task_owner_taken", table_name="task")
    op.drop_table("unit_watch")
    op.drop_table("absence")
