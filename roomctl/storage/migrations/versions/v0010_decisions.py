"""Decisions about rows beside what was found; figures by when they were measured; what a watched device emits."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("check_results", sa.Column("found", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_results", sa.Column("decided_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_results", sa.Column("decided_why", sa.Text(), nullable=False, server_default=""))
    op.add_column("device_watches", sa.Column("emitting", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_results", sa.Column("measured", sa.String(32), nullable=True))
    op.execute(_MEASURED)
    op.create_index(
        "ix_check_results_figures",
        "check_results",
        ["device", "check", "measured", "run", "place", "value"],
        sqlite_where=sa.text("measured IS NOT NULL"),
    )


_MEASURED = """
    UPDATE check_results SET measured = (SELECT at FROM check_runs WHERE id = run)
    WHERE (run, place) IN (
        SELECT run, place FROM (
            SELECT r.run, r.place, row_number() OVER (
                PARTITION BY r.device, r."check", coalesce(r.started, r.run) ORDER BY c.at
            ) AS turn
            FROM check_results r JOIN check_runs c ON c.id = r.run
            WHERE CASE WHEN json_valid(r.value) THEN json_type(r.value) END IN ('integer', 'real')
        ) WHERE turn = 1
    )
"""
"""A run that did not look at a row keeps it: the first that has it has measured it."""
