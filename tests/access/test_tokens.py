"""Tokens of a real issuer on this machine, and those that it did not make or not for us."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pydantic import ValidationError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from access.asker import Door
from access.errors import IssuerAwayError, RefusedTokenError
from access.grants import checked_grant
from access.issuer import AWAY_SECONDS, KEPT_SECONDS, PAUSE_SECONDS, IssuerKeys, is_safe
from access.settings import AccessSettings
from access.store import AccessStore
from access.tokens import Tokens, Vouched
from tests.access.local_issuer import AUDIENCE, Issuer, jwk, local_issuer, rsa_key


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with local_issuer() as issuer:
        yield issuer


class Seconds:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def settings_of(issuer: str, **changes: object) -> AccessSettings:
    return AccessSettings.model_validate({"oidc_issuer": issuer, "oidc_audience": AUDIENCE, **changes})


def tokens_of(issuer: Issuer, seconds: Seconds | None = None, **changes: object) -> Tokens:
    settings = settings_of(issuer.name, **changes)
    return Tokens(settings, IssuerKeys(issuer.name, seconds) if seconds else IssuerKeys(issuer.name))


def unsigned(issuer: Issuer, alg: str, **changes: object) -> str:
    """A token without a signature, by an algorithm's name."""
    parts = [{"alg": alg, "typ": "JWT", "kid": "one"}, issuer.claims(**changes)]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def signed_with_public_key(issuer: Issuer) -> str:
    """HS256, with what everybody may read as the secret; PyJWT makes no such token."""
    public = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signed = unsigned(issuer, "HS256").rstrip(".")
    signature = algorithm.sign(signed.encode(), public)
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def nested(issuer: Issuer) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","x":' + b"[" * 9000).decode().rstrip("=")
    return f"{header}.{issuer.token().partition('.')[2]}"


def changed(token: str) -> str:
    head, claims, signature = token.split(".")
    other = json.loads(base64.urlsafe_b64decode(claims + "=="))
    other["sub"] = "root"
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(other).encode()).decode().rstrip('=')}.{signature}"


REFUSED: dict[str, Callable[[Issuer], str]] = {
    "another audience": lambda issuer: issuer.token(aud="elsewhere"),
    "no audience": lambda issuer: issuer.token(aud=None),
    "another issuer": lambda issuer: issuer.token(iss="https://login.example"),
    "the issuer with a slash": lambda issuer: issuer.token(iss=f"{issuer.name}/"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "expired": lambda issuer: issuer.token(exp=int(time()) - 31),
    "never expires": lambda issuer: issuer.token(exp=None),
    "expires at no time": lambda issuer: issuer.token(exp="soon"),
    "expires at infinity": lambda issuer: issuer.token(exp=float("inf")),
    "not yet": lambda issuer: issuer.token(nbf=int(time()) + 60),
    "issued later": lambda issuer: issuer.token(iat=int(time()) + 60),
    "alg none": lambda issuer: unsigned(issuer, "none"),
    "alg None": lambda issuer: unsigned(issuer, "NONE"),
    "alg without signature": lambda issuer: unsigned(issuer, "RS256"),
    "the public key as a secret": signed_with_public_key,
    "a secret of its own": lambda issuer: issuer.token(key="s" * 64, alg="HS256"),
    "an algorithm not allowed": lambda issuer: issuer.token(alg="RS512"),
    "PSS by a key of PKCS": lambda issuer: issuer.token(alg="PS256"),
    "an unknown key": lambda issuer: issuer.token(kid="two"),
    "another key by the known name": lambda issuer: issuer.token(key=rsa_key(name="two")),
    "a curve by the known name": lambda issuer: issuer.token(key=ec.generate_private_key(ec.SECP256R1()), alg="ES256"),
    "changed": lambda issuer: changed(issuer.token()),
    "cut": lambda issuer: issuer.token()[:-10],
    "no token": lambda _: "wpk_nonsense",
    "empty": lambda _: "",
    "nested": nested,
    "too long": lambda issuer: issuer.token(more="x" * 20_000),
    "no user": lambda issuer: issuer.token(sub=None),
    "an impossible user": lambda issuer: issuer.token(sub="Ann Lee"),
    "another spelling": lambda issuer: issuer.token(sub="ANN"),
    "a number for a user": lambda issuer: issuer.token(preferred=7, sub="7 "),
    "groups that are none": lambda issuer: issuer.token(groups={"shops": True}),
    "too many groups": lambda issuer: issuer.token(groups=["a"] * 1001),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_tokens_are_refused(issuer: Issuer, case: str) -> None:
    with pytest.raises(RefusedTokenError):
        tokens_of(issuer).vouched(REFUSED[case](issuer))


@pytest.mark.parametrize(
    ("setting", "claims", "groups"),
    [
        ("", {"groups": ["shops", "Not A Name", 7, None]}, {"shops"}),
        ("", {"groups": "shops"}, {"shops"}),
        ("", {"groups": None}, set()),
        ("shops, banks", {"groups": ["shops", "clinics"]}, {"shops"}),
        ("Dept Shops=shops,x?a=b=banks", {"groups": ["Dept Shops", "x?a=b", "shops"]}, {"shops", "banks"}),
    ],
)
def test_claims_name_groups(issuer: Issuer, setting: str, claims: dict[str, Any], groups: set[str]) -> None:
    token = issuer.token(**claims)
    assert tokens_of(issuer, oidc_groups=setting).vouched(token) == Vouched("ann", frozenset(groups))


def test_claims_may_lie_in_others(issuer: Issuer) -> None:
    token = issuer.token(sub="f7c1", preferred_username="ann", realm_access={"roles": ["shops"]})
    tokens = tokens_of(issuer, oidc_user_claim="preferred_username", oidc_groups_claim="realm_access.roles")
    assert tokens.vouched(token) == Vouched("ann", frozenset({"shops"}))
    claims: dict[str, Any] = {"https://a.example/groups": ["banks"]}
    url = issuer.token(**claims)
    assert tokens_of(issuer, oidc_groups_claim="https://a.example/groups").vouched(url).groups == {"banks"}


def test_all_allowed_algorithms_work(issuer: Issuer) -> None:
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    issuer.keys += [jwk(curve, kid="curve"), jwk(edwards, kid="edwards"), {"kty": "??"}, "nonsense"]
    tokens = tokens_of(issuer)
    for kid, key, alg in (("one", issuer.key, "RS256"), ("curve", curve, "ES256"), ("edwards", edwards, "EdDSA")):
        for named in (kid, None):
            assert tokens.vouched(issuer.token(kid=named, key=key, alg=alg)).name == "ann"
    with pytest.raises(RefusedTokenError):
        tokens_of(issuer, oidc_algorithms="RS256").vouched(issuer.token(kid="curve", key=curve, alg="ES256"))


def test_short_keys_and_secrets_are_refused(issuer: Issuer) -> None:
    short, secret = rsa_key(1024), "s" * 64
    shown = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    issuer.keys += [jwk(short, kid="short"), {"kty": "oct", "k": shown, "kid": "secret", "alg": "HS256"}]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = issuer.token(kid="short", key=short)
    for refused in (token, issuer.token(kid="secret", key=secret, alg="HS256")):
        with pytest.raises(RefusedTokenError):
            tokens_of(issuer).vouched(refused)


def test_new_keys_are_read_but_not_too_often(issuer: Issuer, seconds: Seconds) -> None:
    tokens, new = tokens_of(issuer, seconds), rsa_key(name="two")
    assert tokens.vouched(issuer.token()).name == "ann"
    issuer.keys = [jwk(new, kid="two")]
    for _ in range(20):
        with pytest.raises(RefusedTokenError):
            tokens.vouched(issuer.token(kid="two", key=new))
    assert issuer.read == 1
    seconds.time += PAUSE_SECONDS
    assert tokens.vouched(issuer.token(kid="two", key=new)).name == "ann"
    with pytest.raises(RefusedTokenError):
        tokens.vouched(issuer.token())
    assert issuer.read == 2
    seconds.time += KEPT_SECONDS
    assert tokens.vouched(issuer.token(kid="two", key=new)).name == "ann"
    assert issuer.read == 3


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://login.example"},
        {"jwks_uri": "http://login.example/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"jwks_uri": "http://127.0.0.1:1/jwks"},
        {"issuer": None},
    ],
)
def test_an_issuer_that_is_not_as_it_should_be(issuer: Issuer, about: dict[str, object]) -> None:
    issuer.about = about
    with pytest.raises(IssuerAwayError):
        tokens_of(issuer).vouched(issuer.token())


def test_nobody_waits_while_another_reads_keys_anew(issuer: Issuer, seconds: Seconds) -> None:
    keys = IssuerKeys(issuer.name, seconds)
    known = keys.named("one")
    seconds.time += KEPT_SECONDS
    with ThreadPoolExecutor(1) as pool, keys._lock:
        assert pool.submit(keys.named, "one").result(10) == known
        assert pool.submit(keys.named, "two").result(10) == ()
        seconds.time += AWAY_SECONDS
        with pytest.raises(IssuerAwayError):
            pool.submit(keys.named, "one").result(10)


def test_keys_outlast_their_issuer_for_a_day(issuer: Issuer, seconds: Seconds) -> None:
    tokens = tokens_of(issuer, seconds)
    tokens.vouched(issuer.token())
    issuer.about = {"issuer": "away"}
    seconds.time += AWAY_SECONDS - 1
    assert tokens.vouched(issuer.token()).name == "ann"
    seconds.time += PAUSE_SECONDS
    with pytest.raises(IssuerAwayError):
        tokens.vouched(issuer.token())


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example/realm", True), ("http://127.0.0.1:9400", True), ("http://localhost:9400", True),
        ("http://[::1]:9400", True), ("http://login.example", False), ("http://127.0.0.1.example", False),
        ("ftp://127.0.0.1", False), ("login.example", False), ("https://", False), ("http://[", False),
    ],
)  # fmt: skip
def test_only_https_is_safe_elsewhere(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oidc_issuer": "http://login.example"}, "OIDC_ISSUER"),
        ({"oidc_audience": ""}, "OIDC_AUDIENCE"),
        ({"oidc_algorithms": "RS256,HS256"}, "OIDC_ALGORITHMS"),
        ({"oidc_algorithms": "none"}, "OIDC_ALGORITHMS"),
        ({"oidc_algorithms": ""}, "OIDC_ALGORITHMS"),
    ],
)
def test_settings_that_let_anybody_in_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings_of("https://login.example", **changes)


def test_whom_an_issuer_vouches_for_has_grants(issuer: Issuer, store: AccessStore) -> None:
    tokens = tokens_of(issuer)
    for subject in ("group:shops", "group:banks"):
        store.grants.add(checked_grant(subject, "health", ["ask"], {}, []), by="root")
    asker = tokens.asker(issuer.token(), store.askers)
    assert asker is not None
    assert (asker.door, asker.name, asker.administrator) == (Door.TOKEN, "ann", False)
    assert [str(grant.subject) for grant in asker.grants] == ["group:shops"]
    store.users.add("ann", by="root", groups=["banks"], administrator=True)
    asker = tokens.asker(issuer.token(), store.askers)
    assert asker is not None
    assert (asker.administrator, asker.groups, len(asker.grants)) == (True, frozenset({"shops", "banks"}), 2)
    store.users.add("root", by="root", administrator=True)
    store.users.change("ann", disabled=True)
    assert tokens.asker(issuer.token(), store.askers) is None
    assert tokens.asker(issuer.token(aud="elsewhere"), store.askers) is None


def test_without_an_issuer_there_are_no_tokens() -> None:
    assert Tokens.of(AccessSettings()) is None


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider of OpenID Connect that somebody else wrote, on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = json.dumps({"sub": "ann", "groups": ["shops"]})
    run = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", user]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(run, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _await(address)
            yield address
        finally:
            server.kill()


@retry(retry=retry_if_exception_type(httpx.HTTPError), stop=stop_after_delay(30), wait=wait_fixed(0.1))
def _await(address: str) -> None:
    httpx.get(f"{address}/jwks", trust_env=False)


def test_a_real_provider_vouches(provider: str) -> None:
    back = "http://127.0.0.1:1/back"
    asked = {"client_id": AUDIENCE, "redirect_uri": back, "response_type": "code", "scope": "openid"}
    with httpx.Client(base_url=provider, trust_env=False) as client:
        said = client.post("/oauth2/authorize", params=asked, data={"sub": "ann"})
        code = parse_qs(urlsplit(said.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        answer = client.post("/oauth2/token", data=form, auth=(AUDIENCE, "secret")).json()
    tokens = Tokens.of(settings_of(provider))
    assert tokens is not None
    assert tokens.vouched(answer["id_token"]) == Vouched("ann", frozenset({"shops"}))
    # What is for the provider alone tells us of nobody.
    with pytest.raises(RefusedTokenError):
        tokens.vouched(answer["access_token"])
