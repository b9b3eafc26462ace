"""Every secret that people and programs have is used, also where it does not belong; what was answered meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from access.store import AccessStore

NAME = "keeper-of-secrets"
PASSWORD, WRONG, TYPED = "right horse battery staple", "wrong horse battery staple", "horse typed as a name"
MADE_UP = "wpk_" + "q" * 38


@dataclass
class Used:
    """Secrets by what they are, and the answers that were no answer to who asked for one."""

    secrets: dict[str, str] = field(default_factory=dict)
    answers: list[httpx.Response] = field(default_factory=list)

    @property
    def told(self) -> str:
        """All that these answers said, their headers and addresses too."""
        texts = [f"{each.status_code} {each.headers} {each.text}" for each in self.answers]
        return "\n".join(texts)


def use_secrets(url: str, store: AccessStore) -> Used:
    """Log in, make a key and a link, use them, and use them wrongly. The user that it makes is an administrator."""
    store.users.add(NAME, by="test", administrator=True, password=PASSWORD)
    used = Used({"password": PASSWORD, "wrong password": WRONG, "typed name": TYPED, "made-up key": MADE_UP})
    with httpx.Client(base_url=url, timeout=30, headers={"accept": "text/html"}) as browser:
        _log_in(browser, used)
        _make(browser, used)
    key, link = used.secrets["key"], used.secrets["link"]
    with httpx.Client(base_url=url, timeout=30) as program:
        headers = {"Authorization": f"Bearer {key}"}
        used.answers += [
            program.get("/v1/me", headers=headers),
            program.get("/v1/streams/nowhere/window", headers=headers),
            program.get("/v1/streams", headers={"Authorization": f"Bearer {MADE_UP}"}),
            program.get("/v1/streams", headers={"Authorization": f"Basic {key}"}),
            program.get("/v1/streams", headers={**headers, "X-Request-Id": key}),
            program.get("/v1/me", headers={"Authorization": f"Bearer {MADE_UP}", "X-Request-Id": MADE_UP}),
            program.get("/nowhere", headers={"Accept": "text/html", "Cookie": f"windowpane={key}"}),
        ]
        program.get(f"/invitation/{link}")  # whose form leads to the same address
        for secret in (key, link, used.secrets["session"]):
            # Only to be used up: an error names what was asked for, to whoever asked.
            program.get(f"/v1/streams/{secret}", headers=headers)
            program.get("/v1/streams/health/window", params={"key": secret, "start": secret}, headers=headers)
            program.get(f"/v1/keys?user={secret}", headers=headers)
            program.delete(f"/v1/keys/{secret}", headers=headers)
            program.get(f"/invitation/{secret}x")
    return used


def _log_in(browser: httpx.Client, used: Used) -> None:
    for user, password in ((NAME, WRONG), (TYPED, WRONG), ("nobody-there", PASSWORD)):
        answer = browser.post("/v1/sessions", json={"user": user, "password": password})
        assert answer.status_code == 401, answer.text
        used.answers.append(answer)
    answer = browser.post("/v1/sessions", json={"user": NAME, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    [used.secrets["session"]] = [text for each in browser.cookies.jar if (text := each.value or "").startswith("wps_")]
    browser.headers["x-csrf-token"] = answer.json()["csrf"]


def _make(browser: httpx.Client, used: Used) -> None:
    answer = browser.post("/v1/keys", json={"name": "of-a-test"})
    assert answer.status_code == 201, answer.text
    used.secrets["key"] = answer.json()["key"]
    answer = browser.post("/v1/users", json={"user": "invited-by-a-test"})
    assert answer.status_code == 201, answer.text
    used.secrets["link"] = answer.json()["invitation"].rpartition("/")[2]
    used.answers += [browser.get(path) for path in ("/v1/me", "/v1/keys", "/v1/users", "/account", "/nowhere")]
    used.answers.append(browser.post("/v1/users", json={"user": NAME, "password": PASSWORD}))
