"""Rows of entries, their history and bin, comments, source texts and places."""

from __future__ import annotations

from tests.house.matrix import Row

_ENTRY = {"kind": "reflection", "title": "เรื่องสมมุติ", "body": "ข้อความ"}
_BASE = {"If-Match": '"rev-1"'}

ROWS = [
    Row("entries.index", "GET", "/p/{slug}/entries", "reader"),
    Row("entries.new", "GET", "/p/{slug}/entries/new?kind=meeting", "researcher"),
    Row("entries.new", "POST", "/p/{slug}/entries/new", "researcher", form={**_ENTRY, "action": "draft"}),
    Row("entries.read", "GET", "/p/{slug}/e/{number}", "reader"),
    Row("entries.edit", "GET", "/p/{slug}/e/{number}/edit", "researcher"),
    Row("entries.edit", "POST", "/p/{slug}/e/{number}/edit", "researcher", form={**_ENTRY, "base": "1"}),
    Row("editing.preview", "POST", "/p/{slug}/preview", "commenter", form={"body": "## หัวข้อ"}),
    Row("editing.echo_date", "GET", "/p/{slug}/echo-date?text=2551", "reader"),
    Row("editing.standing", "POST", "/p/{slug}/e/{number}/standing", "supervisor", form={"status": "archived"}),
    Row("history.index", "GET", "/p/{slug}/e/{number}/history", "reader"),
    Row("history.read", "GET", "/p/{slug}/e/{number}/history/1", "reader"),
    Row("history.restore", "POST", "/p/{slug}/e/{number}/history/1/restore", "researcher", form={"base": "1"}),
    Row("bin.index", "GET", "/p/{slug}/bin", "researcher"),
    Row("bin.put", "POST", "/p/{slug}/e/{number}/bin", "supervisor"),
    Row("bin.restore", "POST", "/p/{slug}/bin/{binned}/restore", "supervisor"),
    Row("comments.add", "POST", "/p/{slug}/e/{number}/comments", "commenter", form={"body": "เห็นด้วย"}),
    Row("comments.edit", "GET", "/p/{slug}/comments/{imported_comment}/edit", "supervisor"),
    Row(
        "comments.edit",
        "POST",
        "/p/{slug}/comments/{imported_comment}/edit",
        "supervisor",
        form={"body": "แก้คำ", "base": "1"},
    ),
    Row("comments.remove", "POST", "/p/{slug}/comments/{comment}/remove", "supervisor"),
    Row("comments.restore", "POST", "/p/{slug}/comments/{comment}/restore", "supervisor"),
    Row("places.find", "GET", "/places?q=พัทลุง", "signed_in"),
    Row("api.list_entries", "GET", "/api/v1/projects/{slug}/entries", "reader"),
    Row("api.create_entry", "POST", "/api/v1/projects/{slug}/entries", "researcher", json=_ENTRY),
    Row("api.read_entry", "GET", "/api/v1/entries/{entry}", "reader"),
    Row("api.change_entry", "PUT", "/api/v1/entries/{entry}", "researcher", json={"title": "ใหม่"}, headers=_BASE),
    Row("api.remove_entry", "DELETE", "/api/v1/entries/{entry}", "supervisor"),
    Row("api.list_revisions", "GET", "/api/v1/entries/{entry}/revisions", "reader"),
    Row("api.read_revision", "GET", "/api/v1/entries/{entry}/revisions/1", "reader"),
    Row("api.list_comments", "GET", "/api/v1/entries/{entry}/comments", "reader"),
    Row("api.add_comment", "POST", "/api/v1/entries/{entry}/comments", "commenter", json={"body": "เห็นด้วย"}),
    Row("api.read_comment", "GET", "/api/v1/comments/{comment}", "reader"),
    Row(
        "api.change_comment",
        "PUT",
        "/api/v1/comments/{imported_comment}",
        "supervisor",
        json={"body": "แก้คำ"},
        headers=_BASE,
    ),
    Row("api.remove_comment", "DELETE", "/api/v1/comments/{comment}", "supervisor"),
    Row("api.read_text", "GET", "/api/v1/sources/{source}/text", "reader"),
    Row("api.find_places", "GET", "/api/v1/places?q=พัทลุง", "signed_in"),
]
