"""Codings: a coder has a passage under a code once by where it stands now, which no index over the evidence can say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted IS NULL")
EVIDENCE = ["layer_id", "source_id", "code_id", "ev_revision", "ev_start", "ev_end"]


def upgrade() -> None:
    op.drop_index("uq_codings_live", table_name="codings")
    op.create_index(
        "ix_codings_layer_id_source_id_code_id", "codings", ["layer_id", "source_id", "code_id"], unique=False
    )


def downgrade() -> None:
    # Fails, changing nothing, if a passage was coded anew after its first coding had been moved away.
    op.create_index("uq_codings_live", "codings", EVIDENCE, unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.drop_index("ix_codings_layer_id_source_id_code_id", table_name="codings")
