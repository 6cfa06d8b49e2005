"""Rows of the API's own description."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("api.document", "GET", "/api/v1/openapi.json", "anyone"),
    Row("api.browse", "GET", "/api/v1/", "anyone"),
    Row("static", "GET", "/static/css/base.css", "anyone"),
]
