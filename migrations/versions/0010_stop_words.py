"""Analysis: what a project has changed about the words that are not counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stop_word_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_stop_word_changes_author_id_users")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_stop_word_changes_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_word_changes")),
        sa.UniqueConstraint("project_id", "no", name=op.f("uq_stop_word_changes_project_id_no")),
    )
    op.create_index("ix_stop_word_changes_project_id_key", "stop_word_changes", ["project_id", "key"])


def downgrade() -> None:
    op.drop_index("ix_stop_word_changes_project_id_key", table_name="stop_word_changes")
    op.drop_table("stop_word_changes")
