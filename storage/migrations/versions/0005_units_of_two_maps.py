"""Units have other names and predecessors, and a code may belong to a place of before and to one of today."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT = sa.text("valid_to IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("unit") as unit:
        unit.drop_constraint("uq_unit_code", type_="unique")
    op.create_index("ix_unit_code", "unit", ["code"])
    op.create_index(
        "uq_unit_code_current",
        "unit",
        ["code"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "unit_name",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("province", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("partly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_name_unit_id"),
        sa.PrimaryKeyConstraint("unit_id", "code", "name", name="pk_unit_name"),
    )


def downgrade() -> None:
    """A code becomes one place's again: those that have ended get their id behind it."""
    op.drop_table("unit_name")
    op.drop_index("uq_unit_code_current", table_name="unit")
    op.drop_index("ix_unit_code", table_name="unit")
    op.execute("UPDATE unit SET code = code || '/' || id WHERE valid_to IS NOT NULL")
    with op.batch_alter_table("unit") as unit:
        unit.create_unique_constraint("uq_unit_code", ["code"])
