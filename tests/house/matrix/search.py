"""Who may search."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("search.page", "GET", "/p/{slug}/search?q=%E0%B8%81", "reader"),
    Row("api.search", "GET", "/api/v1/projects/{slug}/search?q=%E0%B8%81", "reader"),
]
