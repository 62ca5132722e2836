"""What happened of a kind in a stream is found without reading the whole stream."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_stream_kind", "events", ["stream", "kind", "n"])
