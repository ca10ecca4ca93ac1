"""Chats know until when they may be written to, when somebody is told so, and which is preferred."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
COLUMNS = ("open_until", "next_at", "preferred_at")
DUE = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("address", sa.Column(name, INSTANT, nullable=True))
    op.create_index("ix_address_due", "address", ["next_at"], sqlite_where=DUE, postgresql_where=DUE)


def downgrade() -> None:
    op.drop_index("ix_address_due", table_name="address")
    for name in reversed(COLUMNS):
        op.drop_column("address", name)
