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

    `server`: with the key. `trusted`: without it, for whoever asks Trino.
    """

    server: Path
    trusted: Path

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as browsers and openssl show it."""
        first = _BLOCK.findall(self.trusted.read_text())[0]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).digest().hex(":").upper()


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
    write_private(made.trusted, "".join(_BLOCK.findall(text)))
    for path in (*folder.glob("certificate-*.pem"), *folder.glob("trusted-*.pem")):
        if path not in (made.server, made.trusted):
            path.unlink()
    return made


def laid_out(layout: Layout) -> Certificate | None:
    """The one that the last `up` laid out."""
    for server in (layout.etc / "trino").glob("certificate-*.pem"):
        trusted = server.with_name(server.name.replace("certificate", "trusted", 1))
        if trusted.exists():
            return Certificate(server, trusted)
    return None


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

    hosts = (settings.host, settings.trino_host)
    names = list(dict.fromkeys(["localhost", "127.0.0.1", *(host for host in hosts if host not in _EVERY_ADDRESS)]))
    if any(host in _EVERY_ADDRESS for host in hosts):
        names.append(socket.gethostname())
    text = layout.certificate.read_text() if layout.certificate.exists() else ""
    if not text or not set(names) <= names_of(text):
        text = make_certificate(names)
        write_private(layout.certificate, text)
    return text
