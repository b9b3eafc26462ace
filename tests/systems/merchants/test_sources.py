"""Where visits came from: referrers of a real access log, assistants, campaigns and click ids."""

from __future__ import annotations

import pytest

from systems.merchants.sources import Source, _known, source_of
from systems.merchants.web_addresses import web_address


def told(url: str, referrer: str) -> tuple[str, str]:
    source = source_of(web_address(url), referrer, lambda host: host in ("example.org", "www.example.org"))
    return source.source, source.medium


PAGE = "https://www.example.org/"


@pytest.mark.parametrize(
    ("referrer", "source", "medium"),
    [
        ("", "", ""),
        ("http://www.google.com/url?sa=t&rct=j&q=&esrc=s&source=web&cd=19", "Google", "search"),
        ("http://www.google.co.uk/url?sa=t&rct=j", "Google", "search"),
        ("https://www.google.co.in/", "Google", "search"),
        ("http://www.bing.com/search?q=logstash", "Bing", "search"),
        ("https://duckduckgo.com/", "DuckDuckGo", "search"),
        ("http://www.reddit.com/r/linux", "Reddit", "social"),
        ("https://old.reddit.com/r/linux", "Reddit", "social"),
        ("http://t.co/WsnYL1W5aD", "Twitter", "social"),
        ("https://x.com/", "Twitter", "social"),
        ("https://l.facebook.com/", "Facebook", "social"),
        ("https://lnkd.in/abc", "LinkedIn", "social"),
        ("https://news.ycombinator.com/item?id=1", "Hacker News", "social"),
        ("https://bsky.app/", "Bluesky", "social"),
        ("https://mail.google.com/mail/u/0/", "Gmail", "email"),
        ("android-app://com.google.android.gm/", "Gmail", "email"),
        ("https://chatgpt.com/", "ChatGPT", "ai"),
        ("https://www.perplexity.ai/search/x", "Perplexity", "ai"),
        ("https://gemini.google.com/app", "Gemini", "ai"),
        ("http://blog.logstash.net/2013/x.html", "blog.logstash.net", "referral"),
        ("https://www.semicomplete.com/blog/", "semicomplete.com", "referral"),
        ("https://example.org/pricing", "", ""),
        ("https://www.example.org/", "", ""),
        ("javascript:alert(1)", "", ""),
        ("about:blank", "", ""),
        ("-", "", ""),
        ("https://google.com.evil.example/", "google.com.evil.example", "referral"),
    ],
)
def test_referrers_are_told(referrer: str, source: str, medium: str) -> None:
    assert told(PAGE, referrer) == (source, medium)


@pytest.mark.parametrize(
    ("query", "referrer", "source", "medium"),
    [
        ("utm_source=newsletter&utm_medium=Email", "", "newsletter", "email"),
        ("utm_source=google", "", "Google", "search"),
        ("utm_source=FB&utm_medium=paid", "https://www.google.com/", "Facebook", "paid"),
        ("utm_source=l.facebook.com", "", "Facebook", "social"),
        ("utm_medium=cpc", "https://www.google.com/", "Google", "cpc"),
        ("ref=producthunt.com", "", "producthunt.com", ""),
        ("source=x", "", "Twitter", "social"),
        ("gclid=abc", "", "Google", "cpc"),
        ("gclid=abc", "https://www.google.de/", "Google", "cpc"),
        ("wbraid=abc&utm_source=own", "", "own", "cpc"),
        ("msclkid=1", "https://www.bing.com/", "Bing", "cpc"),
        ("fbclid=1", "https://l.instagram.com/", "Instagram", "social"),
        ("fbclid=1", "", "Facebook", "social"),
        ("ttclid=1", "", "TikTok", "paid-social"),
        ("utm_source=", "https://www.bing.com/", "Bing", "search"),
    ],
)
def test_campaigns_count_before_referrers(query: str, referrer: str, source: str, medium: str) -> None:
    assert told(f"{PAGE}?{query}", referrer) == (source, medium)


def test_referrer_is_host_and_path_alone() -> None:
    source = source_of(web_address(PAGE), "https://ann:pw@www.a.example:8080/b/c/?q=secret#d", lambda _: False)
    assert source == Source("a.example/b/c", "a.example", "referral")
    long = source_of(web_address(PAGE), "https://a.example/" + "x" * 3000, lambda _: False)
    assert len(long.referrer) == 500


def test_campaign_is_bounded() -> None:
    source = source_of(
        web_address(f"{PAGE}?utm_campaign={'c' * 500}&utm_term=t&utm_content=%3Cb%3E"), "", lambda _: False
    )
    assert (len(source.campaign), source.term, source.content) == (120, "t", "<b>")


def test_mediums_are_few() -> None:
    assert {medium for _, medium in _known().values()} == {"search", "social", "email", "paid", "referral", "ai"}
