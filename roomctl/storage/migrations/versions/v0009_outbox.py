"""The outbox: packages on their way to their targets, and the files that arrived so far."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sent_files", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("checked_files", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_try", sa.String(32), nullable=True),
        sa.Column("trouble", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_outbox_meeting_meetings")),
        sa.ForeignKeyConstraint(["package"], ["packages.id"], name=op.f("fk_outbox_package_packages")),
        sa.PrimaryKeyConstraint("package", "target", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_meeting"), "outbox", ["meeting"])
    op.create_table(  # what is sent during the meeting comes before its package: no reference to that
        "outbox_files",
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("package", "target", "path", name=op.f("pk_outbox_files")),
    )
    op.create_table(
        "fixity_checks",
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_fixity_checks_meeting_meetings")),
        sa.ForeignKeyConstraint(["package"], ["packages.id"], name=op.f("fk_fixity_checks_package_packages")),
        sa.PrimaryKeyConstraint("package", "place", name=op.f("pk_fixity_checks")),
    )
    op.create_index(op.f("ix_fixity_checks_meeting"), "fixity_checks", ["meeting"])
    op.create_table(
        "prunings",
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["package"], ["packages.id"], name=op.f("fk_prunings_package_packages")),
        sa.PrimaryKeyConstraint("package", name=op.f("pk_prunings")),
    )
