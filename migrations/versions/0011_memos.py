"""Memos on project, code, entry, coding and comment, and what their texts link to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "memos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_kind", sa.String(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_memos_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memos")),
        sa.UniqueConstraint("source_id", name=op.f("uq_memos_source_id")),
    )
    op.create_index(op.f("ix_memos_target_kind_target_id"), "memos", ["target_kind", "target_id"])
    op.create_table(
        "memo_links",
        sa.Column("memo_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["memo_id"], ["memos.id"], name=op.f("fk_memo_links_memo_id_memos")),
        sa.PrimaryKeyConstraint("memo_id", "kind", "target_id", name=op.f("pk_memo_links")),
    )
    op.create_index(op.f("ix_memo_links_kind_target_id"), "memo_links", ["kind", "target_id"])


def downgrade() -> None:
    op.drop_table("memo_links")
    op.drop_table("memos")
