"""Personal data: what a project has cleared, and how often that changed what is indexed of a text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cleared_personal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_cleared_personal_project_id_projects")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_cleared_personal_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleared_personal")),
        sa.UniqueConstraint("project_id", "form", name=op.f("uq_cleared_personal_project_id_form")),
    )
    op.add_column("sources", sa.Column("clearings", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("sources", "clearings")
    op.drop_table("cleared_personal")
