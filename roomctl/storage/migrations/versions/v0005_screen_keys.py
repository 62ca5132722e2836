"""Keys of screens that nobody signs on at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_screen_keys_meeting_meetings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_keys")),
        sa.UniqueConstraint("secret", name=op.f("uq_screen_keys_secret")),
    )
    op.create_index(op.f("ix_screen_keys_meeting"), "screen_keys", ["meeting"])
