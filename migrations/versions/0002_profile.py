"""Profiles: how a person is called, where they work, and when they last set a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("called", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("affiliation", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("password_changed", kmwiki.db.UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "password_changed")
    op.drop_column("users", "affiliation")
    op.drop_column("users", "called")
