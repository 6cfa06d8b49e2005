"""Rows of imports and of the jobs that people wait for."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("imports.upload", "GET", "/p/{slug}/import", "researcher"),
    Row("imports.look", "POST", "/p/{slug}/import", "researcher", form={"kind": ""}),
    Row("imports.start", "POST", "/p/{slug}/import/{job}", "researcher", form={}),
    Row("imports.preview", "GET", "/p/{slug}/import/{job}/0", "researcher"),
    Row("imports_history.index", "GET", "/p/{slug}/imports", "researcher"),
    Row("imports_history.show", "GET", "/p/{slug}/imports/{batch}", "supervisor"),
    Row("imports_history.undo", "POST", "/p/{slug}/imports/{batch}/undo", "supervisor", form={}),
    Row("imports_history.redo", "POST", "/p/{slug}/imports/{batch}/redo", "supervisor", form={}),
    Row("import_queue.index", "GET", "/p/{slug}/imports/look-over", "researcher"),
    Row("import_review.show", "GET", "/p/{slug}/e/{imported}/review", "researcher"),
    Row("import_review.fields", "POST", "/p/{slug}/e/{imported}/review/fields", "researcher", form={}),
    Row("import_review.cuts", "POST", "/p/{slug}/e/{imported}/review/cuts", "researcher", form={}),
    Row("import_review.undo_cuts", "POST", "/p/{slug}/e/{imported}/review/cuts/undo", "researcher", form={}),
    Row("import_review.state", "POST", "/p/{slug}/e/{imported}/review/state", "researcher", form={"state": "open"}),
    Row("import_review.personal", "POST", "/p/{slug}/e/{imported}/review/personal", "researcher", form={}),
    Row("api.list_imports", "GET", "/api/v1/projects/{slug}/imports", "researcher"),
    Row("api.undo_import", "POST", "/api/v1/projects/{slug}/imports/{batch}/undo", "supervisor", json={}),
    Row("api.redo_import", "POST", "/api/v1/projects/{slug}/imports/{batch}/redo", "supervisor"),
    Row("jobs.show", "GET", "/p/{slug}/jobs/{job}", "researcher"),
    Row(
        "api.start_import",
        "POST",
        "/api/v1/projects/{slug}/imports",
        "researcher",
        form={"format": "auto"},
        headers={"Content-Type": "multipart/form-data"},
    ),
    Row("api.read_job", "GET", "/api/v1/jobs/{job}", "researcher"),
]
