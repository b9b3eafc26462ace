"""The certificate of Trino: made for this home, or the one that was set; and what clients know it by."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from compose.embedded.environments import digest
from compose.embedded.layout import Layout
from compose.embedded.secrets import write_private
from compose.embedded.settings import StackSettings
from compose.errors import MachineError

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)
_EVERY_ADDRESS = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Certificate:
    """Files of one certificate, named by their content, so that another one restarts whoever uses it.

    `server`: with the key. `trusted`: the first certificate alone, for our processes, who believe whoever has its key,
    by any name; what its authority signs for others they must not.
    """

    server: Path
    trusted: Path


def prepare_certificate(settings: StackSettings, layout: Layout) -> Certificate:
    """Lay out the certificate that was set, else the home's own, which is made if it lacks one or a name.

    Raises:
        MachineError: the file that was set is not the PEM of a key and its certificate.
    """
    text = _chosen(settings.trino_certificate) if settings.trino_certificate else _own(settings, layout)
    name = digest(text.encode())
    folder = layout.etc / "trino"
    made = Certificate(folder / f"certificate-{name}.pem", folder / f"trusted-{name}.pem")
    write_private(made.server, text)
    chain = _BLOCK.findall(text)
    write_private(made.trusted, chain[0])
    write_private(layout.trusted, "".join(chain))
    for path in (*folder.glob("certificate-*.pem"), *folder.glob("trusted-*.pem")):
        if path not in (made.server, made.trusted):
            path.unlink()
    return made


@dataclass(frozen=True)
class SqlDoor:
    """What SQL clients have to know: `certificate` is the file that they trust, of this SHA-256."""

    address: str
    certificate: str
    fingerprint: str

    def __str__(self) -> str:
        return f"SQL at https://{self.address}, its certificate {self.certificate} (SHA-256 {self.fingerprint})"


def sql_door(address: str, layout: Layout) -> SqlDoor | None:
    """As the last `up` made it; None before the first."""
    if not layout.trusted.exists():
        return None
    return SqlDoor(address, str(layout.trusted), fingerprint(layout.trusted.read_text()))


def fingerprint(pem: str) -> str:
    """SHA-256 of the first certificate, as browsers and openssl show it."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(_BLOCK.findall(pem)[0])).digest().hex(":").upper()


def _chosen(path: Path) -> str:
    try:
        text = path.read_text()
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, password="")
    except (OSError, ValueError) as error:  # SSLError is an OSError
        wrong = f"WINDOWPANE_TRINO_CERTIFICATE: {path} is not the PEM of a key without a password and its certificate"
        raise MachineError(f"{wrong} ({error})") from None
    return text


def _own(settings: StackSettings, layout: Layout) -> str:
    # It takes a tenth of a second to load, which `status` would wait for.
    from compose.embedded.certificate_making import make_certificate, names_of

    hosts = (settings.host, settings.trino_host, settings.rpc_host)
    names = list(dict.fromkeys(["localhost", "127.0.0.1", *(host for host in hosts if host not in _EVERY_ADDRESS)]))
    if any(host in _EVERY_ADDRESS for host in hosts):
        names.append(socket.gethostname())
    text = layout.certificate.read_text() if layout.certificate.exists() else ""
    if not text or not set(names) <= names_of(text):
        text = make_certificate(names)
        write_private(layout.certificate, text)
    return text
