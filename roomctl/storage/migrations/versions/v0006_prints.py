"""The print, as PDF/A, of a paper that was signed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("pdf", sa.Text(), nullable=False, server_default=""))
    op.add_column("documents", sa.Column("pdf_sha256", sa.Text(), nullable=False, server_default=""))
