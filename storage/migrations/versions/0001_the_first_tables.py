"""The first tables: everything that version 1 keeps (storage/tables.py says what each is for)."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SEALED = sa.LargeBinary()

TABLES = (
    "account",
    "checkin",
    "code_miss",
    "conversation",
    "event",
    "fix",
    "inbox",
    "lease",
    "letter",
    "lookup",
    "person",
    "prompt",
    "report",
    "task",
    "task_step",
    "unit",
    "address",
    "episode",
    "posting",
    "unit_support",
    "code",
)
"""In the order in which they may be made; dropped the other way round."""

INDEXES = (
    ("ix_checkin_due", "checkin", ("next_at",), "next_at IS NOT NULL", False),
    ("ix_checkin_prompt_id", "checkin", ("prompt_id",), None, False),
    ("ix_code_miss_account_at", "code_miss", ("account", "at"), None, False),
    ("ix_code_miss_address_at", "code_miss", ("address_id", "at"), None, False),
    ("ix_event_episode_at", "event", ("episode_id", "at"), "episode_id IS NOT NULL", False),
    ("ix_event_person_at", "event", ("person_id", "at"), "person_id IS NOT NULL", False),
    ("ix_fix_episode_at", "fix", ("episode_id", "at"), None, False),
    ("ix_inbox_address_waiting", "inbox", ("address",), "state = 'waiting'", False),
    ("ix_inbox_due", "inbox", ("next_try_at",), "state = 'waiting'", False),
    (
        "ix_letter_card",
        "letter",
        ("owner", "delivered_at"),
        "condition='task_undone' AND status='delivered'",
        False,
    ),
    ("ix_letter_claim", "letter", ("priority", "due_at", "id"), "status IN ('due', 'claimed')", False),
    ("ix_letter_owner_slot", "letter", ("owner", "slot", "delivered_at"), "slot IS NOT NULL", False),
    ("ix_letter_owner_unsent", "letter", ("owner", "id"), "status IN ('due', 'claimed')", False),
    (
        "ix_letter_unsettled",
        "letter",
        ("id",),
        "watch <> '' AND status IN ('delivered', 'dead') AND settled_at IS NULL",
        False,
    ),
    ("ix_lookup_row_id", "lookup", ("row_id",), None, False),
    ("uq_lookup_single", "lookup", ("kind", "digest"), "kind IN ('address', 'code')", True),
    ("ix_report_episode_at", "report", ("episode_id", "at"), None, False),
    ("ix_task_due", "task", ("next_at",), "next_at IS NOT NULL", False),
    ("ix_task_episode_id", "task", ("episode_id",), None, False),
    ("ix_task_unit_undone", "task", ("unit_id", "next_at"), "state <> 'done'", False),
    ("uq_task_person_kind_undone", "task", ("person_id", "kind"), "state <> 'done'", True),
    ("ix_unit_folded", "unit", ("folded",), None, False),
    ("ix_unit_parent_id", "unit", ("parent_id",), None, False),
    ("ix_address_person_id", "address", ("person_id",), None, False),
    ("ix_episode_due", "episode", ("next_at",), "next_at IS NOT NULL", False),
    ("ix_episode_person_id", "episode", ("person_id",), None, False),
    ("ix_episode_responder_open", "episode", ("responder_id",), "closed_at IS NULL", False),
    ("ix_episode_unit", "episode", ("unit_id", "state", "created_at"), None, False),
    ("ix_posting_person_current", "posting", ("person_id",), "valid_to IS NULL", False),
    ("ix_posting_unit_current", "posting", ("unit_id", "valid_from"), "valid_to IS NULL", False),
    ("ix_unit_support_unit_id", "unit_support", ("unit_id",), None, False),
    ("ix_code_episode_open", "code", ("episode_id",), "used_at IS NULL", False),
)
"""Name, table, columns, the condition of a partial index, whether it is unique."""


def upgrade() -> None:

    op.create_table(
        "account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("poll_offset", sa.BigInteger(), nullable=True),
        sa.Column("secrets", SEALED, nullable=True),
        sa.Column("detail", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )
    op.create_table(
        "checkin",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        sa.Column("responder_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("prompt_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("reminded", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("reported", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_checkin"),
        sa.UniqueConstraint("episode_id", "day", "slot", name="uq_checkin_episode_id_day_slot"),
    )
    op.create_table(
        "code_miss",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_code_miss"),
    )
    op.create_table(
        "conversation",
        sa.Column("owner", ID, autoincrement=False, nullable=False),
        sa.Column("frames", SEALED, nullable=False),
        sa.Column("busy_until", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("owner", name="pk_conversation"),
    )
    op.create_table(
        "event",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("episode_id", ID, nullable=True),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("detail", SEALED, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_table(
        "fix",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        sa.Column("checkin_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("position", SEALED, nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", SEALED, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fix"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("raw", SEALED, nullable=True),
        sa.Column("state", sa.String(), nullable=False, server_default=sa.text("'done'")),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("account", "native_id", name="uq_inbox_account_native_id"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "letter",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("address_id", ID, nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", SEALED, nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("about", ID, nullable=True),
        sa.Column("condition", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("watch", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("valid_until", INSTANT, nullable=True),
        sa.Column("replaces", SEALED, nullable=True),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("enclosure", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("protect", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("status", sa.String(), nullable=False, server_default=sa.text("'due'")),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("native_id", sa.String(), nullable=True),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
    )
    op.create_table(
        "lookup",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("folding", sa.SmallInteger(), nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("kind", "digest", "row_id", name="pk_lookup"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("profile", SEALED, nullable=False),
        sa.Column("language", sa.String(), nullable=False, server_default=sa.text("'vi'")),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "prompt",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("responder_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prompt"),
        sa.UniqueConstraint("responder_id", "day", "slot", name="uq_prompt_responder_id_day_slot"),
    )
    op.create_table(
        "report",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        sa.Column("checkin_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("answers", SEALED, nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("reporter_id", ID, nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("checkin_id", "version", name="uq_report_checkin_id_version"),
    )
    op.create_table(
        "task",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("episode_id", ID, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("checkin_id", ID, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("protocol", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("detail", SEALED, nullable=True),
        sa.Column("note", SEALED, nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_table(
        "task_step",
        sa.Column("task_id", ID, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "level", name="pk_task_step"),
    )
    op.create_table(
        "unit",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("hotline", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
    )
    op.create_table(
        "address",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("native_user", SEALED, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("last_inbound_at", INSTANT, nullable=True),
        sa.Column("bound_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_address_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
    )
    op.create_table(
        "episode",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("responder_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("dwelling", SEALED, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("guided_at", INSTANT, nullable=True),
        sa.Column("linked_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_episode_person_id"),
        sa.ForeignKeyConstraint(["responder_id"], ["person.id"], name="fk_episode_responder_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_episode_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_episode"),
    )
    op.create_table(
        "posting",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("deputy", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_posting_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_posting_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_posting"),
    )
    op.create_table(
        "unit_support",
        sa.Column("centre_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["unit.id"], name="fk_unit_support_centre_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_support_unit_id"),
        sa.PrimaryKeyConstraint("centre_id", "unit_id", name="pk_unit_support"),
    )
    op.create_table(
        "code",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("text", SEALED, nullable=False),
        sa.Column("episode_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("issued_by", ID, nullable=True),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("why_closed", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name="fk_code_episode_id"),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name="fk_code_issued_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_code_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_code"),
    )
    for name, table, columns, where, unique in INDEXES:
        condition = None if where is None else sa.text(where)
        op.create_index(
            name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
