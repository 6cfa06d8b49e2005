"""Rows of imports and of the jobs that people wait for."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("imports.upload", "GET", "/p/{slug}/import", "researcher"),
    Row("imports.look", "POST", "/p/{slug}/import", "researcher", form={"kind": ""}),
    Row("imports.start", "POST", "/p/{slug}/import/{job}", "researcher", form={}),
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
