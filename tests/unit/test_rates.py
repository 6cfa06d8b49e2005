"""The store of recent requests: a moving window, and silence forgotten."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from kmwiki.api.v1 import rates

if TYPE_CHECKING:
    from collections.abc import Callable

Clock = list[float]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands until it is set."""
    moment = [1000.0]
    monkeypatch.setattr("kmwiki.api.v1.rates.time.time", lambda: moment[0])
    return moment


def test_no_more_than_the_limit_pass_within_the_window_and_the_window_moves(clock: Clock) -> None:
    store = rates.RecentRequests()
    ask: Callable[[], bool] = lambda: store.acquire_entry("a", 2, 60)  # noqa: E731
    assert [ask(), ask(), ask()] == [True, True, False]
    assert store.get_moving_window("a", 2, 60) == (1000.0, 2)
    assert store.acquire_entry("b", 2, 60)
    clock[0] += 59
    assert not ask()
    clock[0] += 2
    assert ask()
    assert store.get_moving_window("a", 2, 60) == (1061.0, 1)
    assert store.get_expiry("a") == 1121.0


def test_keys_that_fell_silent_are_forgotten(clock: Clock) -> None:
    store = rates.RecentRequests()
    store.acquire_entry("silent", 5, 60)
    clock[0] += rates.SWEPT_EVERY + 1
    store.acquire_entry("talking", 5, 60)
    assert store.get("silent") == 0
    assert store.reset() == 1


def test_a_key_can_be_forgotten_and_counted_without_a_limit(clock: Clock) -> None:
    store = rates.RecentRequests()
    assert [store.incr("a", 60), store.incr("a", 60, 3)] == [1, 4]
    store.clear("a")
    assert store.get("a") == 0
    assert store.get_expiry("a") == clock[0]
    assert store.check()
    assert store.base_exceptions is ValueError


def test_asking_starts_no_thread() -> None:
    store = rates.RecentRequests()
    before = threading.active_count()
    for _ in range(20):
        store.acquire_entry("a", 100, 60)
    assert threading.active_count() == before
