"""Secrets, the throttle, the way on after signing in, and the protective headers."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.accounts.devices import name_device
from kmwiki.security import csp, throttle, tokens
from kmwiki.security.redirects import local_path
from kmwiki.security.throttle import Throttle

SITE = "https://km.example.org"


def test_secrets_are_long_different_and_stored_as_hashes_only() -> None:
    made = {tokens.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"[\w-]{43}", secret) for secret in made)
    secret = made.pop()
    assert re.fullmatch(r"[0-9a-f]{64}", tokens.digest(secret))
    assert tokens.digest(secret) != tokens.digest(secret.swapcase())


def test_an_api_token_is_known_by_its_beginning() -> None:
    assert re.fullmatch(r"kmw_[\w-]{43}", tokens.new_api_token())


def test_any_text_that_a_browser_sends_has_a_digest() -> None:
    assert tokens.digest("\udc80ก") != tokens.digest("ก")


def test_the_cookie_is_bound_to_the_host_on_https() -> None:
    assert tokens.cookie_name(is_https=True).startswith("__Host-")
    assert not tokens.cookie_name(is_https=False).startswith("__")


def test_a_throttle_lets_so_many_through_and_then_asks_to_wait() -> None:
    slow = Throttle(limit=3, window=60)
    for second in range(3):
        assert slow.wait("a", at=second) == 0
        slow.note("a", at=second)
    assert slow.wait("a", at=10) == 50
    assert slow.wait("b", at=10) == 0
    assert slow.wait("a", at=59.9) == 1
    assert slow.wait("a", at=60) == 0


def test_waiting_always_ends() -> None:
    slow = Throttle(limit=2, window=30)
    for _ in range(100):
        slow.note("a", at=0)
    assert slow.wait("a", at=29) == 1
    assert slow.wait("a", at=30) == 0


def test_what_is_forgiven_does_not_count() -> None:
    slow = Throttle(limit=1, window=60)
    slow.note("a", at=0)
    slow.give_back("a")
    slow.give_back("a")
    assert slow.wait("a", at=1) == 0
    slow.note("a", at=1)
    slow.forget("a")
    assert slow.wait("a", at=1) == 0
    slow.note("a", at=1)
    slow.clear()
    assert slow.wait("a", at=1) == 0


def test_a_throttle_uses_the_clock_when_no_moment_is_given() -> None:
    slow = Throttle(limit=1, window=60)
    slow.note("a")
    assert 58 <= slow.wait("a") <= 60


def test_what_has_passed_does_not_stay_in_memory() -> None:
    slow = Throttle(limit=5, window=10)
    for number in range(500):
        slow.note(str(number), at=number)
    assert len(slow) == 10
    assert slow.wait("499", at=499) == 0


def test_a_flood_of_names_pushes_out_those_tried_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 100)
    slow = Throttle(limit=1, window=1_000)
    for number in range(100):
        slow.note(str(number), at=number)
    slow.note("0", at=100)
    for number in range(200, 250):
        slow.note(str(number), at=number)
        assert len(slow) == 100
    assert slow.wait("1", at=250) == 0
    assert slow.wait("50", at=250) == 0
    assert slow.wait("51", at=250) > 0
    assert slow.wait("0", at=250) > 0


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "/p/demo\r\nSet-Cookie: x=1",
        "//[::1",
        "/x\x7f",
        "",
        None,
    ],
)
def test_another_site_is_never_gone_to(target: str | None) -> None:
    assert local_path(target, "/home") == "/home"


@pytest.mark.parametrize(
    "target", ["/", "/p/demo/", "/p/demo/e/3-เวที?q=กองทุน&x=//y#c12", "/search?next=https://x.example"]
)
def test_a_page_of_this_site_is(target: str) -> None:
    assert local_path(target, "/home") == target


@given(st.text(alphabet="/\\:@?#.ah\t\n\r\x00 ก", max_size=12))
def test_wherever_it_leads_it_stays_on_the_site(target: str) -> None:
    dropped = re.sub(r"[\t\r\n]", "", local_path(target, "/home")).replace("\\", "/")
    assert urlsplit(urljoin(f"{SITE}/sign-in", dropped)).netloc == "km.example.org"


def test_the_policy_lets_nothing_in_that_is_not_ours() -> None:
    policy = dict(part.strip().split(" ", 1) for part in csp.content_policy("abc123").split(";"))
    assert policy["script-src"] == "'self' 'nonce-abc123'"
    assert policy["style-src"] == "'self'"
    assert {policy[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert "unsafe" not in csp.content_policy("x")
    assert "http" not in csp.content_policy("x")


def test_https_is_asked_for_again_only_where_there_is_https() -> None:
    assert "Strict-Transport-Security" in csp.headers(nonce="x", is_https=True)
    plain = csp.headers(nonce="x", is_https=False)
    assert "Strict-Transport-Security" not in plain
    assert plain["X-Content-Type-Options"] == "nosniff"
    assert plain["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0.0.0 Safari/537.36 Edg/128.0", "Edge · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, name: str) -> None:
    assert name_device(agent) == name
