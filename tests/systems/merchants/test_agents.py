"""Real user agents: browsers, systems, kinds of device, and bots."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest

from systems.merchants.agents import LONGEST, NONE, Agents, read_agent, warm_up

CRAWLERS = Path(__file__).resolve().parents[3] / "systems" / "merchants" / "data" / "crawler-user-agents.json"

REAL = [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
     "Chrome", "140", "Windows", "10", "desktop"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
     "Firefox", "143", "Mac OS X", "10.15", "desktop"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
     "Mobile/15E148 Safari/604.1", "Mobile Safari", "18", "iOS", "18.6", "mobile"),
    ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
     "Mobile/15E148 Safari/604.1", "Mobile Safari", "17", "iOS", "17.5", "tablet"),
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
     "Chrome Mobile", "140", "Android", "10", "mobile"),
    ("Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36",
     "Chrome", "115", "Android", "13", "tablet"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 "
     "Edg/140.0.0.0", "Edge", "140", "Windows", "10", "desktop"),
    ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
     "Chrome", "139", "Chrome OS", "14541.0", "desktop"),
    ("Mozilla/5.0 (PlayStation 5 8.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
     None, None, None, None, "console"),
    ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36",
     None, None, "Tizen", "6.0", "tv"),
    ("Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 "
     "Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet", "25", "Android", "14", "mobile"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "browser", "version", "system", "system_version", "device"), REAL)
def test_real_browsers_are_told(
    text: str, browser: str | None, version: str | None, system: str | None, system_version: str | None, device: str
) -> None:
    agent = read_agent(text)
    wanted = (browser, version, system, system_version)
    told = (agent.browser, agent.browser_version, agent.system, agent.system_version)
    assert [a for a, b in zip(told, wanted, strict=True) if b is not None] == [b for b in wanted if b is not None]
    assert (agent.device, agent.bot) == (device, "")


@pytest.mark.parametrize(
    ("text", "bot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 "
         "Safari/537.36", "HeadlessChrome"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32.3", "python-requests"),
        ("", NONE),
    ],
)  # fmt: skip
def test_bots_have_names(text: str, bot: str) -> None:
    assert read_agent(text).bot == bot


def test_every_bot_of_the_list_is_one() -> None:
    instances = [text for entry in orjson.loads(CRAWLERS.read_bytes()) for text in entry.get("instances", ())]
    assert len(instances) > 2000
    assert [text for text in instances if not read_agent(text[:LONGEST]).bot] == []
    names = {read_agent(text[:LONGEST]).bot for text in instances}
    assert [name for name in names if len(name) > 120 or not name.isprintable()] == []


@pytest.mark.parametrize(
    "text",
    ["(" * 512, "bot" * 171, "a" * 100_000, "Mozilla/5.0 (Linux; Android 1; " * 17, "Mozilla " * 64, "\ud7ff" * 512,
     "Version/1 Chrome/1 Safari/1 Mobile " * 15, "x/1 " * 128, "-" * 512, "Tablet PC " * 52],
    ids=range(10),
)  # fmt: skip
def test_hostile_agents_take_bounded_time(text: str) -> None:
    warm_up()
    begun = time.process_time()
    agent = read_agent(text[:LONGEST])
    assert time.process_time() - begun < 0.05
    assert len(agent.browser) <= 60


def test_few_are_kept() -> None:
    agents = Agents(most=3)
    for number in range(10):
        agents.read(f"Mozilla/5.0 Firefox/{number}.0")
    first = agents.read("Mozilla/5.0 Firefox/9.0")
    assert len(agents._kept) == 3
    assert agents.read("Mozilla/5.0 Firefox/9.0") is first
