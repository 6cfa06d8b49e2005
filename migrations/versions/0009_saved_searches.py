"""Saved searches, who follows them and how, what each has found, and what people are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("changed", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("deleted", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_saved_searches_project_id_projects")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_searches_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_project_id_deleted"), "saved_searches", ["project_id", "deleted"])
    op.create_table(
        "search_watches",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("feed_hash", sa.String(), nullable=True),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("checked", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("mailed", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_search_watches_search_id_saved_searches")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_search_watches_user_id_users")),
        sa.PrimaryKeyConstraint("search_id", "user_id", name=op.f("pk_search_watches")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_search_watches_feed_hash")),
    )
    op.create_index(op.f("ix_search_watches_user_id"), "search_watches", ["user_id"])
    op.create_table(
        "known_hits",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_known_hits_search_id_saved_searches")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_hits_user_id_users")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_known_hits_source_id_sources")),
        sa.PrimaryKeyConstraint("search_id", "user_id", "source_id", name=op.f("pk_known_hits")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("read", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.ForeignKeyConstraint(["search_id"], ["saved_searches.id"], name=op.f("fk_notices_search_id_saved_searches")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_notices_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_user_id_read"), "notices", ["user_id", "read"])
    op.create_index(op.f("ix_notices_post"), "notices", ["post"])
    op.create_index(op.f("ix_notices_search_id"), "notices", ["search_id"])


def downgrade() -> None:
    for table in ("notices", "known_hits", "search_watches", "saved_searches"):
        op.drop_table(table)
