"""All facts of 确定会议; passwords that must be changed; where one signed on; calendar links; the office's people."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for fact in ("scope", "multimedia", "press", "catering", "special"):
        op.add_column("meetings", sa.Column(fact, sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_meetings_starts"), "meetings", ["starts"])
    op.add_column("accounts", sa.Column("must_change", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "calendar_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name=op.f("fk_calendar_links_account_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("secret", name=op.f("uq_calendar_links_secret")),
    )
    op.create_index(op.f("ix_calendar_links_account"), "calendar_links", ["account"])
    op.create_table(
        "directory",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory")),
        sa.UniqueConstraint("name", "unit", "duty", name=op.f("uq_directory_name_unit_duty")),
    )
