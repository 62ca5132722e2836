"""The passage of a paper that a sentence follows, and the figures that somebody has to look at."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transcript_segments", sa.Column("beside", sa.JSON(), nullable=True))
    op.add_column("transcript_segments", sa.Column("doubts", sa.JSON(), nullable=False, server_default="[]"))
