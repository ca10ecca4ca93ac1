"""Letters know the number of their question, so that a typed number finds what was shown last."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CARD = sa.text("condition='task_undone' AND status='delivered'")
ASKED = sa.text("asked IS NOT NULL AND status = 'delivered'")
BY = ["owner", "delivered_at"]


def upgrade() -> None:
    op.add_column("letter", sa.Column("asked", sa.String(), nullable=True))
    op.drop_index("ix_letter_card", table_name="letter")
    op.create_index("ix_letter_asked", "letter", BY, sqlite_where=ASKED, postgresql_where=ASKED)


def downgrade() -> None:
    op.drop_index("ix_letter_asked", table_name="letter")
    op.create_index("ix_letter_card", "letter", BY, sqlite_where=CARD, postgresql_where=CARD)
    op.drop_column("letter", "asked")
