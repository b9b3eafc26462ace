"""Sites: by whom and when each import of another service's figures was made, so that one can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"

_DAYS = "site_imported_days"


def upgrade() -> None:
    """Add the table; what was imported before is one import of each service, of which it is not known when."""
    op.create_table(
        "site_day_imports",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column(
            "site", sa.Text, sa.ForeignKey("windowpane.sites.name", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("files", ARRAY(sa.Text), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.Column("made_by", sa.Text, nullable=False),
        schema="windowpane",
    )
    op.add_column(_DAYS, sa.Column("import_id", sa.Integer), schema="windowpane")
    op.execute(
        "insert into windowpane.site_day_imports (site, product, files, made_by) "
        "select distinct site, product, array[]::text[], '' from windowpane.site_imported_days"
    )
    op.execute(
        "update windowpane.site_imported_days d set import_id = i.id "
        "from windowpane.site_day_imports i where i.site = d.site and i.product = d.product"
    )
    op.alter_column(_DAYS, "import_id", nullable=False, schema="windowpane")
    op.drop_column(_DAYS, "product", schema="windowpane")
