"""Titles of what was checked, why it was, who signed; devices that are excused; how the watched ones stand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("check_runs", sa.Column("purpose", sa.Text(), nullable=False, server_default="hand"))
    op.add_column("check_runs", sa.Column("signed_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_runs", sa.Column("signed_at", sa.String(32), nullable=True))
    op.add_column("check_runs", sa.Column("sign_note", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_results", sa.Column("device_title", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("check_results", sa.Column("title", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("check_results", sa.Column("firm", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("waivers", sa.Column("kind", sa.Text(), nullable=False, server_default="accepted"))
    op.create_table(
        "device_watches",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("since", sa.String(32), nullable=True),
        sa.Column("misses", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_watches")),
    )
