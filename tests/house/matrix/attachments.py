"""Rows of the files of notes."""

from __future__ import annotations

from tests.house.matrix import Row

_FILES = "/p/{slug}/e/{number}/files"
_API = "/api/v1/entries/{entry}/attachments"
_MULTIPART = {"Content-Type": "multipart/form-data"}

ROWS = [
    Row("attachments.read", "GET", f"{_FILES}/{{attachment_name}}", "reader"),
    Row("attachments.add", "POST", _FILES, "researcher", form={}, headers=_MULTIPART),
    Row("attachments.remove", "POST", f"{_FILES}/{{attachment}}/remove", "researcher"),
    Row("attachments.restore", "POST", f"{_FILES}/{{binned_attachment}}/restore", "researcher"),
    Row("api.list_attachments", "GET", _API, "reader"),
    Row("api.upload_attachment", "POST", _API, "researcher", form={}, headers=_MULTIPART),
    Row("api.read_attachment", "GET", f"{_API}/{{attachment}}", "reader"),
    Row("api.remove_attachment", "DELETE", f"{_API}/{{attachment}}", "researcher"),
    Row("api.bring_attachment_back", "POST", f"{_API}/{{binned_attachment}}/restore", "researcher"),
]
