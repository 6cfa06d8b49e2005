"""Rows of the codebook, the codings and the review list, as pages and through the API."""

from __future__ import annotations

from tests.house.matrix import Row

NEW_CODE = {"name_th": "รหัสใหม่"}

ROWS = [
    Row("codebook.index", "GET", "/p/{slug}/codebook", "reader"),
    Row("codebook.history", "GET", "/p/{slug}/codebook/history", "reader"),
    Row("codebook.code", "GET", "/p/{slug}/codebook/{code}", "reader"),
    Row("codebook.new", "GET", "/p/{slug}/codebook/new", "researcher"),
    Row("codebook.new", "POST", "/p/{slug}/codebook/new", "researcher", form=NEW_CODE),
    Row("codebook.edit", "GET", "/p/{slug}/codebook/{code}/edit", "researcher"),
    Row("codebook.edit", "POST", "/p/{slug}/codebook/{code}/edit", "researcher", form=NEW_CODE),
    Row("codebook.merge", "GET", "/p/{slug}/codebook/{code}/merge", "researcher"),
    Row("codebook.merge", "POST", "/p/{slug}/codebook/{code}/merge", "researcher", form={"into": "{other_code}"}),
    Row("codebook.move", "POST", "/p/{slug}/codebook/{code}/move", "researcher", form={"step": "1"}),
    Row("codebook.retire", "POST", "/p/{slug}/codebook/{code}/retire", "researcher"),
    Row("codebook_past.at", "GET", "/p/{slug}/codebook/at", "reader"),
    Row("codebook_past.compare", "GET", "/p/{slug}/codebook/compare", "reader"),
    Row("codebook_files.export", "GET", "/p/{slug}/codebook/export/qdc", "reader"),
    Row("codebook_files.bring_in", "GET", "/p/{slug}/codebook/import", "researcher"),
    Row("codebook_files.bring_in", "POST", "/p/{slug}/codebook/import", "researcher", form={}),
    Row("codebook_files.write", "POST", "/p/{slug}/codebook/import/write", "researcher", form={}),
    Row("api.export_codebook", "GET", "/api/v1/projects/{slug}/codebook/qdc", "reader"),
    Row(
        "api.import_codebook",
        "POST",
        "/api/v1/projects/{slug}/codebook",
        "researcher",
        form={"dry_run": "true"},
        headers={"Content-Type": "multipart/form-data"},
    ),
    Row("codebook.revive", "POST", "/p/{slug}/codebook/{code}/revive", "researcher"),
    Row(
        "codings.add",
        "POST",
        "/p/{slug}/codings",
        "researcher",
        json={"source_id": "{source}", "code_id": "{code}", "start": 0, "end": 6, "quote": "วันนี้"},
    ),
    Row("codings.change", "POST", "/p/{slug}/codings/{coding}", "supervisor", json={"memo": "คิดใหม่"}),
    Row("codings.remove", "POST", "/p/{slug}/codings/{coding}/remove", "supervisor"),
    Row("codings.restore", "POST", "/p/{slug}/codings/{coding}/restore", "supervisor"),
    Row("review.index", "GET", "/p/{slug}/review", "reader"),
    Row("review.accept", "POST", "/p/{slug}/review/{coding}/accept", "supervisor"),
    Row("review.retire", "POST", "/p/{slug}/review/{coding}/retire", "supervisor"),
    Row("api.list_source_codings", "GET", "/api/v1/sources/{source}/codings", "reader"),
    Row(
        "api.add_coding",
        "POST",
        "/api/v1/sources/{source}/codings",
        "researcher",
        json={"code_id": "{code}", "start": 0, "end": 6, "quote": "วันนี้", "revision": 1},
    ),
    Row("api.read_coding", "GET", "/api/v1/codings/{coding}", "reader"),
    Row("api.change_coding", "PATCH", "/api/v1/codings/{coding}", "supervisor", json={"memo": "คิดใหม่"}),
    Row("api.remove_coding", "DELETE", "/api/v1/codings/{coding}", "supervisor"),
    Row("api.restore_coding", "POST", "/api/v1/codings/{coding}/restore", "supervisor"),
    Row("api.list_codings", "GET", "/api/v1/projects/{slug}/codings", "reader"),
    Row("api.list_codes", "GET", "/api/v1/projects/{slug}/codes", "reader"),
    Row("api.create_code", "POST", "/api/v1/projects/{slug}/codes", "researcher", json=NEW_CODE),
    Row("api.read_code", "GET", "/api/v1/codes/{code}", "reader"),
    Row("api.edit_code", "PATCH", "/api/v1/codes/{code}", "researcher", json={"definition": "ใหม่"}),
    Row("api.retire_code", "DELETE", "/api/v1/codes/{code}", "researcher"),
    Row("api.merge_code", "POST", "/api/v1/codes/{code}/merge", "researcher", json={"into": "{other_code}"}),
]
