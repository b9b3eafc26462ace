"""Sites and all that they have, as they are kept in PostgreSQL, beside users and grants."""

from __future__ import annotations

from typing import Self

from access.records import Records, access_engine
from systems.merchants.importing.daily_records import ImportedDays
from systems.merchants.members import Members
from systems.merchants.provisioning import Provisioning
from systems.merchants.reports.subscriptions import Subscriptions
from systems.merchants.shared_links import SharedLinks
from systems.merchants.site_parts import ANNOTATIONS_KEPT, FUNNELS_KEPT, GOALS_KEPT, SiteParts
from systems.merchants.site_records import Sites

__all__ = ["Members", "Provisioning", "SharedLinks", "SiteParts", "SiteStore", "Sites"]


class SiteStore:
    """All that is kept of sites. Every method of its parts raises LakeAwayError when PostgreSQL does not answer.

    What is for an asker takes the sites in its scope; what is for none of them says so.
    """

    def __init__(self, records: Records) -> None:
        """On the connections of `records`; whoever made them closes them."""
        self._records = records
        self.sites = Sites(records)
        self.goals = SiteParts(records, GOALS_KEPT)
        self.funnels = SiteParts(records, FUNNELS_KEPT)
        self.annotations = SiteParts(records, ANNOTATIONS_KEPT)
        self.links = SharedLinks(records)
        self.members = Members(records)
        self.provisioning = Provisioning(records)
        self.reports = Subscriptions(records)
        self.imported = ImportedDays(records)

    @classmethod
    def open(cls, uri: str) -> Self:
        """On `postgresql://…`, which need not answer yet; the tables are made on first use."""
        return cls(Records(access_engine(uri)))

    def close(self) -> None:
        """Close the connections."""
        self._records.close()
