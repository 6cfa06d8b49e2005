"""Jobs: which process has one in hand, so that those of a killed worker come back at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("holder", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "holder")
