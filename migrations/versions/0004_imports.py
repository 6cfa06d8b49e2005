"""Imports as batches that can be undone, and how far their notes were looked over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("finished", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("undone", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_import_batches_project_id_projects")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_import_batches_undone_by_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_import_batches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    op.create_index("ix_import_batches_project_id_id", "import_batches", ["project_id", "id"], unique=False)
    op.create_index(op.f("ix_import_batches_job_id"), "import_batches", ["job_id"], unique=False)
    op.create_table(
        "import_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("did", sa.JSON(), nullable=False),
        sa.Column("undone", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_import_items_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_import_items_entry_id_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_items")),
        sa.UniqueConstraint("batch_id", "ord", name=op.f("uq_import_items_batch_id_ord")),
    )
    op.create_index(op.f("ix_import_items_entry_id"), "import_items", ["entry_id"], unique=False)
    op.create_table(
        "import_reviews",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("looked", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("looked_by", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("region", sa.JSON(), nullable=False),
        sa.Column("cuts", sa.JSON(), nullable=False),
        sa.Column("spare", sa.JSON(), nullable=False),
        sa.Column("has_own_cuts", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_import_reviews_entry_id_entries")),
        sa.ForeignKeyConstraint(["looked_by"], ["users.id"], name=op.f("fk_import_reviews_looked_by_users")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_import_reviews")),
    )


def downgrade() -> None:
    op.drop_table("import_reviews")
    op.drop_index(op.f("ix_import_items_entry_id"), table_name="import_items")
    op.drop_table("import_items")
    op.drop_index(op.f("ix_import_batches_job_id"), table_name="import_batches")
    op.drop_index("ix_import_batches_project_id_id", table_name="import_batches")
    op.drop_table("import_batches")
