"""Dictionary: what was changed in it, when, by whom and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dictionary_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_dictionary_changes_author_id_users")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_dictionary_changes_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionary_changes")),
    )
    op.create_index("ix_dictionary_changes_project_id_no", "dictionary_changes", ["project_id", "no"])


def downgrade() -> None:
    op.drop_index("ix_dictionary_changes_project_id_no", table_name="dictionary_changes")
    op.drop_table("dictionary_changes")
