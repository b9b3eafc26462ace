"""The WINDOWPANE_* variables: the only channel by which processes learn where the engines are."""

from __future__ import annotations

import shlex
from pathlib import Path

from compose.embedded.certificates import Certificate
from compose.embedded.layout import Layout
from compose.embedded.ports import Ports, is_loopback, reachable
from compose.embedded.runtime import Runtime
from compose.embedded.secrets import Secrets
from compose.embedded.settings import StackSettings

WAREHOUSE = "s3://lake/warehouse"
OPERATOR_KEY = "WINDOWPANE_OPERATOR_KEY"
"""By which the command line is told from others: for the web service and for commands, for no other process."""
SOURCES_KEY = "WINDOWPANE_SOURCES_KEY"
"""What secrets of sources are encrypted with: for the service that runs them and for commands, for no other process."""
SECRET = frozenset(
    (
        OPERATOR_KEY, SOURCES_KEY, "WINDOWPANE_CATALOG_URI", "WINDOWPANE_S3_ACCESS_KEY", "WINDOWPANE_S3_SECRET_KEY",
        "WINDOWPANE_TRINO_USER", "WINDOWPANE_TRINO_KEY",
    )
)  # fmt: skip
"""What only those processes get that it was written for: none inherits it from whoever started the stack."""


def catalog_uri(ports: Ports, secrets: Secrets) -> str:
    """Of the catalog's database, with the password of its owner."""
    return f"postgresql://windowpane:{secrets.postgres_password}@127.0.0.1:{ports.postgres}/windowpane"


def exported(
    settings: StackSettings,
    layout: Layout,
    ports: Ports,
    secrets: Secrets,
    runtime: Runtime,
    certificate: Certificate,
) -> dict[str, str]:
    """All of them, by name."""
    return {
        "WINDOWPANE_HOME": str(layout.home),
        "WINDOWPANE_STREAMS": str(settings.streams),
        "WINDOWPANE_SOURCES": str(settings.sources or ""),
        "WINDOWPANE_HOST": settings.host,
        "WINDOWPANE_PORT": str(ports.web),
        "WINDOWPANE_HOSTS": settings.hosts,
        "WINDOWPANE_PROXIES": settings.proxies,
        "WINDOWPANE_ROOT_PATH": settings.root_path,
        "WINDOWPANE_HTTPS": str(settings.https).lower(),
        "WINDOWPANE_COUNTRIES": str(runtime.countries or ""),
        "WINDOWPANE_COUNTRY_HEADER": settings.country_header,
        OPERATOR_KEY: secrets.operator_key,
        SOURCES_KEY: secrets.sources_key,
        "WINDOWPANE_KAFKA": f"127.0.0.1:{ports.kafka}",
        "WINDOWPANE_CATALOG_URI": catalog_uri(ports, secrets),
        "WINDOWPANE_S3_ENDPOINT": f"http://127.0.0.1:{ports.objectstore}",
        "WINDOWPANE_S3_ACCESS_KEY": secrets.s3_access_key,
        "WINDOWPANE_S3_SECRET_KEY": secrets.s3_secret_key,
        "WINDOWPANE_WAREHOUSE": WAREHOUSE,
        "WINDOWPANE_CHECKPOINTS": layout.checkpoints.as_uri(),
        "WINDOWPANE_TRINO": f"{reachable(settings.trino_host)}:{ports.trino_https}",
        "WINDOWPANE_TRINO_USER": secrets.trino_user,
        "WINDOWPANE_TRINO_KEY": secrets.trino_jwt,
        "WINDOWPANE_TRINO_TRUSTED": str(certificate.trusted),
        "WINDOWPANE_RPC": f"{reachable(settings.rpc_host)}:{ports.rpc}",
        "WINDOWPANE_RPC_CERTIFICATE": str(_certificate_of_rpc(settings, certificate) or ""),
        "WINDOWPANE_FLINK": f"127.0.0.1:{ports.flink}",
        "WINDOWPANE_FLINK_PYTHON": str(runtime.flink_python),
        "WINDOWPANE_FLINK_HOME": str(layout.flink),
        "WINDOWPANE_JAVA17": str(runtime.java17),
    }


def _certificate_of_rpc(settings: StackSettings, certificate: Certificate) -> Path | None:
    """What was set, else Trino's where others than this machine call; on loopback calls come in plain."""
    own = None if is_loopback(settings.rpc_host) else certificate.server
    return settings.rpc_certificate or own


def as_script(variables: dict[str, str]) -> str:
    """A file for a shell to source."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())


def from_script(path: Path) -> dict[str, str]:
    """What `as_script` wrote; empty if there was no `up` yet."""
    if not path.exists():
        return {}
    return dict(word.split("=", 1) for word in shlex.split(path.read_text()) if "=" in word)
