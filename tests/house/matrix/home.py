"""The first page, the home of a project, the look."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("home.start", "GET", "/", "signed_in"),
    Row("home.project", "GET", "/p/{slug}/", "reader"),
    Row("home.steps", "POST", "/p/{slug}/steps", "reader", form={"hide": "1"}),
    Row("home.step", "GET", "/p/{slug}/steps/read", "reader"),
    Row("home.look", "POST", "/look", "anyone", form={"theme": "dark"}),
]
