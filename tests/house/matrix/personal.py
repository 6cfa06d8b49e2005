"""Rows of what a project has cleared of personal data."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("personal.index", "GET", "/p/{slug}/settings/personal", "researcher"),
    Row("personal.clear", "POST", "/p/{slug}/settings/personal", "researcher", form={"text": "02-555-0100"}),
    Row("personal.mask", "POST", "/p/{slug}/settings/personal/{cleared}/mask", "researcher"),
]
