"""How far a recording's journal is told; of those before, the next look compares each segment once more."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recordings", sa.Column("journal", sa.Text(), nullable=False, server_default=""))
