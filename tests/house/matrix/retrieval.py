"""Rows of coded passages: asking for them, keeping the question, taking them out as files; pages and API."""

from __future__ import annotations

from tests.house.matrix import Row

_ASKED = "code=any&op1=near&code1=any&by=place"
_KEPT = {"name": "คำถามสมมุติ", "query": {"code": "any"}}

ROWS = [
    Row("retrieval.page", "GET", "/p/{slug}/passages?code=any&by=entry", "reader"),
    Row("retrieval_saved.index", "GET", "/p/{slug}/passages/saved", "reader"),
    Row("retrieval_saved.new", "GET", f"/p/{{slug}}/passages/saved/new?{_ASKED}", "reader"),
    Row("retrieval_saved.save", "POST", "/p/{slug}/passages/saved", "reader", form={"name": "ของฉัน", "code": "any"}),
    Row("retrieval_saved.open_one", "GET", "/p/{slug}/passages/saved/{retrieval}", "reader"),
    Row("retrieval_saved.edit", "GET", "/p/{slug}/passages/saved/{own_retrieval}/edit", "reader"),
    Row("retrieval_saved.edit", "POST", "/p/{slug}/passages/saved/{own_retrieval}/edit", "reader", form={"name": "ก"}),
    Row("retrieval_saved.remove", "POST", "/p/{slug}/passages/saved/{retrieval}/remove", "supervisor"),
    Row("retrieval_saved.restore", "POST", "/p/{slug}/passages/saved/{own_removed_retrieval}/restore", "reader"),
    Row("retrieval_exports.ask", "POST", "/p/{slug}/passages/export", "reader", form={"code": "any", "format": "csv"}),
    Row("retrieval_exports.show", "GET", "/p/{slug}/passages/exports/{passages_job}", "reader"),
    Row("retrieval_exports.fetch", "GET", "/p/{slug}/passages/exports/{passages_job}/file", "reader"),
    Row("api.list_passages", "GET", f"/api/v1/projects/{{slug}}/passages?{_ASKED}", "reader"),
    Row("api.export_passages", "GET", "/api/v1/projects/{slug}/exports/html?code=any", "reader"),
    Row("api.ask_export", "POST", "/api/v1/projects/{slug}/passages/exports", "reader", json={"format": "csv"}),
    Row("api.read_export", "GET", "/api/v1/projects/{slug}/passages/exports/{passages_job}", "reader"),
    Row("api.fetch_export", "GET", "/api/v1/projects/{slug}/passages/exports/{passages_job}/file", "reader"),
    Row("api.list_retrievals", "GET", "/api/v1/projects/{slug}/retrievals", "reader"),
    Row("api.save_retrieval", "POST", "/api/v1/projects/{slug}/retrievals", "reader", json=_KEPT),
    Row("api.read_retrieval", "GET", "/api/v1/projects/{slug}/retrievals/{retrieval}", "reader"),
    Row(
        "api.change_retrieval",
        "PATCH",
        "/api/v1/projects/{slug}/retrievals/{own_retrieval}",
        "reader",
        json={"name": "ข"},
    ),
    Row("api.remove_retrieval", "DELETE", "/api/v1/projects/{slug}/retrievals/{own_retrieval}", "reader"),
    Row(
        "api.restore_retrieval", "POST", "/api/v1/projects/{slug}/retrievals/{own_removed_retrieval}/restore", "reader"
    ),
]
