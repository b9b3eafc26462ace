"""Where the lake is that panes are kept in, for every package that opens it by an engine of its own."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StoreSettings(BaseSettings):
    """Addresses and keys of the Iceberg catalog and of the object store, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    catalog_uri: SecretStr = Field(description="PostgreSQL that holds the Iceberg JDBC catalog: postgresql://…")
    s3_endpoint: str = Field(description="Address of the object store: http://host:port")
    s3_access_key: str = Field(description="Its access key")
    s3_secret_key: SecretStr = Field(description="Its secret key")
    s3_region: str = Field(default="us-east-1", description="Its region")
    warehouse: str = Field(default="s3://lake/warehouse", description="Where new tables are put")

    @property
    def kept(self) -> str:
        """Where objects of sources are kept: beside the warehouse, `s3://bucket/sources`."""
        return self.warehouse.rstrip("/").rpartition("/")[0] + "/sources"
