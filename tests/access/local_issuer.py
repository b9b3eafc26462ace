"""An issuer of tokens on this machine, whose keys and documents tests choose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "windowpane"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def rsa_key(bits: int = 2048, name: str = "one") -> rsa.RSAPrivateKey:
    """One for each name; making one takes long."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def jwk(key: PrivateKey, **more: str) -> dict[str, Any]:
    """The public half of a key, as an issuer shows it."""
    if isinstance(key, rsa.RSAPrivateKey):
        shown = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        shown = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        shown = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**shown, **more}


class Issuer:
    """`keys`: shown at /jwks. `about`: changes of the discovery document. `read`: how often keys were read."""

    def __init__(self, port: int) -> None:
        self.name = f"http://127.0.0.1:{port}"
        self.key = rsa_key()
        self.keys: list[Any] = [jwk(self.key, kid="one", use="sig", alg="RS256")]
        self.about: dict[str, Any] = {}
        self.read = 0

    def answer(self, path: str) -> object:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.name, "jwks_uri": f"{self.name}/jwks", **self.about}
        if path == "/jwks":
            self.read += 1
            return {"keys": self.keys}
        return None

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token; None takes one away."""
        now = int(time())
        good = {"iss": self.name, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 60, "groups": ["shops"]}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def token(self, *, kid: str | None = "one", key: Any = None, alg: str = "RS256", **changes: Any) -> str:
        headers = {} if kid is None else {"kid": kid}
        return jwt.encode(self.claims(**changes), key or self.key, alg, headers)


@contextmanager
def local_issuer() -> Iterator[Issuer]:
    """One that listens at a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.answer(self.path)
            body = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuer(server.server_port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
