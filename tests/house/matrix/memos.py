"""Rows of memos: pages and API."""

from __future__ import annotations

from tests.house.matrix import Row

_MEMO = {"title": "คิดต่อ", "body": "ข้อความ [[note:1]]", "visibility": "team"}
_BASE = {"If-Match": '"rev-1"'}

ROWS = [
    Row("memos.index", "GET", "/p/{slug}/memos", "reader"),
    Row("memos.read", "GET", "/p/{slug}/memos/{memo}", "reader"),
    Row("memos.new", "GET", "/p/{slug}/memos/new?about=entry:{entry}", "researcher"),
    Row("memos.new", "POST", "/p/{slug}/memos/new", "researcher", form=_MEMO | {"about": "project"}),
    Row("memos.edit", "GET", "/p/{slug}/memos/{memo}/edit", "supervisor"),
    Row("memos.edit", "POST", "/p/{slug}/memos/{memo}/edit", "supervisor", form=_MEMO | {"base": "1"}),
    Row("memos.history", "GET", "/p/{slug}/memos/{memo}/history?no=1", "reader"),
    Row("memos.restore_revision", "POST", "/p/{slug}/memos/{memo}/history/1/restore", "supervisor", form={"base": "1"}),
    Row("memos.put", "POST", "/p/{slug}/memos/{memo}/bin", "supervisor"),
    Row("memos.restore", "POST", "/p/{slug}/memos/{binned_memo}/restore", "supervisor"),
    Row("memos.export", "GET", "/p/{slug}/memos.csv", "reader"),
    Row("api.list_memos", "GET", "/api/v1/projects/{slug}/memos?target=entry:{entry}", "reader"),
    Row("api.add_memo", "POST", "/api/v1/projects/{slug}/memos", "researcher", json=_MEMO),
    Row("api.read_memo", "GET", "/api/v1/memos/{memo}", "reader"),
    Row("api.change_memo", "PUT", "/api/v1/memos/{memo}", "supervisor", json={"title": "ใหม่"}, headers=_BASE),
    Row("api.remove_memo", "DELETE", "/api/v1/memos/{memo}", "supervisor"),
    Row("api.restore_memo", "POST", "/api/v1/memos/{binned_memo}/restore", "supervisor"),
    Row("api.list_memo_revisions", "GET", "/api/v1/memos/{memo}/revisions", "reader"),
]
