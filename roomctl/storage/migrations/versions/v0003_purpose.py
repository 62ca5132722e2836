"""What a recording is for: test takes and imported sound stand beside the meeting's own. And alarms already told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recordings", recreate="always") as table:  # SQLite changes no constraint in place
        table.add_column(sa.Column("purpose", sa.Text(), nullable=False, server_default="meeting"))
        table.add_column(sa.Column("alarm_rows", sa.BigInteger(), nullable=False, server_default="0"))
        table.drop_constraint(op.f("uq_recordings_meeting_number"), type_="unique")
        table.create_unique_constraint(op.f("uq_recordings_meeting_purpose_number"), ["meeting", "purpose", "number"])
