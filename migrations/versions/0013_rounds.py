"""Rounds of coding: who codes which texts, unseen by the others until it closes."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import kmwiki.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coding_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("closed", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("reopened", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("code_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_coding_rounds_author_id_users")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_coding_rounds_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_rounds")),
    )
    op.create_index(op.f("ix_coding_rounds_project_id"), "coding_rounds", ["project_id"])
    op.create_table(
        "round_texts",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["sources.id"], name=op.f("fk_round_texts_root_id_sources")),
        sa.ForeignKeyConstraint(["round_id"], ["coding_rounds.id"], name=op.f("fk_round_texts_round_id_coding_rounds")),
        sa.PrimaryKeyConstraint("round_id", "root_id", name=op.f("pk_round_texts")),
    )
    op.create_index(op.f("ix_round_texts_root_id"), "round_texts", ["root_id"])
    op.create_table(
        "round_coders",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["coder_id"], ["users.id"], name=op.f("fk_round_coders_coder_id_users")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["coding_rounds.id"], name=op.f("fk_round_coders_round_id_coding_rounds")
        ),
        sa.PrimaryKeyConstraint("round_id", "coder_id", name=op.f("pk_round_coders")),
    )
    op.create_index(op.f("ix_round_coders_coder_id"), "round_coders", ["coder_id"])
    op.create_table(
        "round_marks",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("done", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["coder_id"], ["users.id"], name=op.f("fk_round_marks_coder_id_users")),
        sa.ForeignKeyConstraint(["root_id"], ["sources.id"], name=op.f("fk_round_marks_root_id_sources")),
        sa.ForeignKeyConstraint(["round_id"], ["coding_rounds.id"], name=op.f("fk_round_marks_round_id_coding_rounds")),
        sa.PrimaryKeyConstraint("round_id", "root_id", "coder_id", name=op.f("pk_round_marks")),
    )
    op.create_table(
        "round_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("coder_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("undone", kmwiki.db.UTCDateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_round_decisions_author_id_users")),
        sa.ForeignKeyConstraint(["coder_id"], ["users.id"], name=op.f("fk_round_decisions_coder_id_users")),
        sa.ForeignKeyConstraint(["root_id"], ["sources.id"], name=op.f("fk_round_decisions_root_id_sources")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["coding_rounds.id"], name=op.f("fk_round_decisions_round_id_coding_rounds")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_round_decisions_undone_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_decisions")),
    )
    op.create_index(op.f("ix_round_decisions_round_id_root_id"), "round_decisions", ["round_id", "root_id"])
    op.create_table(
        "decision_codings",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("coding_id", sa.Integer(), nullable=False),
        sa.Column("is_made", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["coding_id"], ["codings.id"], name=op.f("fk_decision_codings_coding_id_codings")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["round_decisions.id"], name=op.f("fk_decision_codings_decision_id_round_decisions")
        ),
        sa.PrimaryKeyConstraint("decision_id", "coding_id", name=op.f("pk_decision_codings")),
    )
    op.create_index(op.f("ix_decision_codings_coding_id"), "decision_codings", ["coding_id"])
    op.execute(
        "ALTER TABLE layers ADD COLUMN round_id INTEGER "
        "CONSTRAINT fk_layers_round_id_coding_rounds REFERENCES coding_rounds (id)"
    )
    op.execute(
        "ALTER TABLE codings ADD COLUMN round_id INTEGER "
        "CONSTRAINT fk_codings_round_id_coding_rounds REFERENCES coding_rounds (id)"
    )
    # Only of those that have one: else SQLite would look for all codings of no round by it, instead of those of a text.
    op.create_index(
        op.f("ix_codings_round_id_root_id"),
        "codings",
        ["round_id", "root_id"],
        sqlite_where=sa.text("round_id IS NOT NULL"),
        postgresql_where=sa.text("round_id IS NOT NULL"),
    )
    op.create_index(
        "uq_layers_round",
        "layers",
        ["round_id", "coder_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'round'"),
        postgresql_where=sa.text("kind = 'round'"),
    )
    op.create_index(
        "uq_layers_adjudicated",
        "layers",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'adjudicated'"),
        postgresql_where=sa.text("kind = 'adjudicated'"),
    )
    op.create_table(
        "code_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_code_groups_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_groups")),
        sa.UniqueConstraint("project_id", "guid", name=op.f("uq_code_groups_project_id_guid")),
    )
    op.create_index(op.f("ix_code_groups_project_id_state"), "code_groups", ["project_id", "state"])
    op.create_table(
        "code_group_members",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_group_members_code_id_codes")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["code_groups.id"], name=op.f("fk_code_group_members_group_id_code_groups")
        ),
        sa.PrimaryKeyConstraint("group_id", "code_id", name=op.f("pk_code_group_members")),
    )
    op.create_index(op.f("ix_code_group_members_code_id"), "code_group_members", ["code_id"])
    op.create_table(
        "code_group_versions",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["code_groups.id"], name=op.f("fk_code_group_versions_group_id_code_groups")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_code_group_versions_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("group_id", "change_no", name=op.f("pk_code_group_versions")),
    )
    op.execute("ALTER TABLE codes ADD COLUMN example_codings JSON NOT NULL DEFAULT '[]'")
    op.add_column("codebook_changes", sa.Column("undoes", sa.Integer(), nullable=True))
    op.add_column("codebook_changes", sa.Column("kept", sa.JSON(), nullable=True))
    op.create_table(
        "quotes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_quotes_author_id_users")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_quotes_project_id_projects")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_quotes_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("source_id", "sha256", "start", "end", name=op.f("uq_quotes_source_id_sha256_start_end")),
    )
    op.create_index(op.f("ix_quotes_project_id"), "quotes", ["project_id"])
    op.create_table(
        "saved_retrievals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("changed", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("deleted", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_retrievals_owner_id_users")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_saved_retrievals_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_retrievals")),
    )
    op.create_index(op.f("ix_saved_retrievals_project_id_deleted"), "saved_retrievals", ["project_id", "deleted"])
    op.create_table(
        "coding_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("together", sa.String(), nullable=True),
        sa.Column("made_code", sa.Integer(), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("created", kmwiki.db.UTCDateTime(), nullable=False),
        sa.Column("undone", kmwiki.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_code"], ["codes.id"], name=op.f("fk_coding_actions_made_code_codes")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_coding_actions_project_id_projects")),
        sa.ForeignKeyConstraint(["root_id"], ["sources.id"], name=op.f("fk_coding_actions_root_id_sources")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["coding_rounds.id"], name=op.f("fk_coding_actions_round_id_coding_rounds")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_coding_actions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coding_actions")),
    )
    op.create_index(op.f("ix_coding_actions_user_id_root_id"), "coding_actions", ["user_id", "root_id"])
    op.create_index(op.f("ix_coding_actions_user_id_together"), "coding_actions", ["user_id", "together"])
    op.execute("ALTER TABLE codings ADD COLUMN touched INTEGER NOT NULL DEFAULT 0")
    op.create_index(op.f("ix_codings_touched"), "codings", ["touched"])
    op.create_index(op.f("ix_codings_root_id_touched"), "codings", ["root_id", "touched"])
    op.drop_index(op.f("ix_codings_root_id"), "codings")
    op.execute("ALTER TABLE projects ADD COLUMN guid VARCHAR NOT NULL DEFAULT ''")
    ids = [row.id for row in op.get_bind().execute(sa.text("SELECT id FROM projects"))]
    for number in ids:
        op.get_bind().execute(
            sa.text("UPDATE projects SET guid = :guid WHERE id = :id"), {"guid": str(uuid4()), "id": number}
        )
    op.create_table(
        "known_codes",
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_known_codes_code_id_codes")),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_known_codes_search_id_saved_searches")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_codes_user_id_users")),
        sa.PrimaryKeyConstraint("search_id", "user_id", "code_id", name=op.f("pk_known_codes")),
    )
    op.execute(
        "ALTER TABLE notices ADD COLUMN code_id INTEGER CONSTRAINT fk_notices_code_id_codes REFERENCES codes (id)"
    )


def downgrade() -> None:
    op.drop_column("notices", "code_id")
    op.drop_table("known_codes")
    op.drop_column("projects", "guid")
    op.create_index(op.f("ix_codings_root_id"), "codings", ["root_id"])
    op.drop_index(op.f("ix_codings_root_id_touched"), "codings")
    op.drop_index(op.f("ix_codings_touched"), "codings")
    op.drop_column("codings", "touched")
    op.drop_table("coding_actions")
    op.drop_table("saved_retrievals")
    op.drop_table("quotes")
    op.drop_column("codebook_changes", "kept")
    op.drop_column("codebook_changes", "undoes")
    op.drop_column("codes", "example_codings")
    op.drop_table("code_group_versions")
    op.drop_table("code_group_members")
    op.drop_table("code_groups")
    op.drop_table("decision_codings")
    op.drop_table("round_decisions")
    op.drop_table("round_marks")
    op.drop_index("uq_layers_adjudicated", "layers")
    op.drop_index("uq_layers_round", "layers")
    op.drop_index(op.f("ix_codings_round_id_root_id"), "codings")
    op.drop_column("codings", "round_id")
    op.drop_column("layers", "round_id")
    op.drop_table("round_coders")
    op.drop_table("round_texts")
    op.drop_table("coding_rounds")
