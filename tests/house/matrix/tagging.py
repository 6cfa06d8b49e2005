"""Who may code what a search finds, accept it and take it back. The batch belongs to a supervisor."""

from __future__ import annotations

from tests.house.matrix import Row

ONE = "/p/{slug}/tag/batches/{coding_batch}"

ROWS = [
    Row("suggesting.near", "GET", "/p/{slug}/suggest?source={source}&start=0&end=6", "researcher"),
    Row("api.suggest_codes", "GET", "/api/v1/sources/{source}/suggestions?start=0&end=6", "researcher"),
    Row("suggesting.ask", "GET", "/p/{slug}/e/{number}/suggest", "researcher"),
    Row("suggesting.make", "POST", "/p/{slug}/e/{number}/suggest", "researcher", form={"unit": "sentence", "key": "k"}),
    Row(
        "suggesting.reject",
        "POST",
        "/p/{slug}/tag/batches/{coding_batch}/reject",
        "supervisor",
        form={"coding": "{coding}"},
    ),
    Row(
        "tagging.preview", "GET", "/p/{slug}/tag?q=%E0%B8%9B%E0%B8%A3%E0%B8%B0%E0%B8%8A%E0%B8%B8%E0%B8%A1", "researcher"
    ),
    Row(
        "tagging.write",
        "POST",
        "/p/{slug}/tag",
        "researcher",
        form={"q": "ประชุม", "key": "one", "code_id": "{other_code}", "note": "1", "p": "1/{source}:1:0-6"},
    ),
    Row("tagging.batches", "GET", "/p/{slug}/tag/batches", "researcher"),
    Row("tagging.batch", "GET", ONE, "researcher"),
    Row("tagging.accept", "POST", ONE + "/accept", "supervisor"),
    Row("tagging.undo", "POST", ONE + "/undo", "supervisor"),
    Row("tagging.redo", "POST", ONE + "/redo", "supervisor"),
    Row("tagging.accept_one", "POST", "/p/{slug}/codings/{coding}/accept", "supervisor"),
]
