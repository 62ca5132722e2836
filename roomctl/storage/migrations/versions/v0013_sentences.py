"""A transcript's sentences are read in their order without sorting all of them for each part of it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_transcript_segments_order", "transcript_segments", ["transcript", "place", "start", "id"])
