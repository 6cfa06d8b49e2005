"""Codings made together out of a search, marked until somebody accepts them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coding_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=True),
        sa.Column("doubled", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("undone", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_coding_batches_code_id_codes")),
        sa.ForeignKeyConstraint(["coder_id"], ["users.id"], name=op.f("fk_coding_batches_coder_id_users")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_coding_batches_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_batches")),
        sa.UniqueConstraint("project_id", "coder_id", "key", name=op.f("uq_coding_batches_project_id_coder_id_key")),
    )
    op.create_table(
        "batch_codings",
        sa.Column("coding_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("accepted", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["users.id"], name=op.f("fk_batch_codings_accepted_by_users")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["coding_batches.id"], name=op.f("fk_batch_codings_batch_id_coding_batches")
        ),
        sa.ForeignKeyConstraint(["coding_id"], ["codings.id"], name=op.f("fk_batch_codings_coding_id_codings")),
        sa.PrimaryKeyConstraint("coding_id", name=op.f("pk_batch_codings")),
    )
    op.create_index(op.f("ix_batch_codings_batch_id"), "batch_codings", ["batch_id"])


def downgrade() -> None:
    op.drop_table("batch_codings")
    op.drop_table("coding_batches")
