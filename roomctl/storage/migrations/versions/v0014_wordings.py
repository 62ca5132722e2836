"""What a check says, in English too; what was kept before stays in the language of its run."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("check_results", sa.Column("message_en", sa.Text(), nullable=False, server_default=""))
    op.add_column("check_results", sa.Column("hint_en", sa.Text(), nullable=False, server_default=""))
