"""Rows of quotes: pages and API."""

from __future__ import annotations

from tests.house.matrix import Row

_PASSAGE = {"start": 0, "end": 6, "quote": "วันนี้"}

ROWS = [
    Row("quotes.read", "GET", "/q/{quote}", "reader"),
    Row("quotes.index", "GET", "/p/{slug}/quotes", "reader"),
    Row("quotes.new", "GET", "/p/{slug}/quotes/new?coding={coding}", "reader"),
    Row("quotes.make", "POST", "/p/{slug}/quotes", "reader", json=_PASSAGE | {"source_id": "{source}"}),
    Row("api.list_quotes", "GET", "/api/v1/projects/{slug}/quotes", "reader"),
    Row("api.add_quote", "POST", "/api/v1/sources/{source}/quotes", "reader", json=_PASSAGE | {"revision": 1}),
    Row("api.quote_coding", "POST", "/api/v1/codings/{coding}/quote", "reader", json={"of": "evidence"}),
    Row("api.read_quote", "GET", "/api/v1/quotes/{quote}", "reader"),
]
