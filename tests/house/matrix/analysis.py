"""Who may look at concordances and word counts, and who may change the stop list."""

from __future__ import annotations

from tests.house.matrix import Row

WORD = "%E0%B8%9B%E0%B8%A3%E0%B8%B0%E0%B8%8A%E0%B8%B8%E0%B8%A1"
NEW = {"word": "ทดลอง", "state": "stop"}

ROWS = [
    Row("kwic.page", "GET", f"/p/{{slug}}/kwic?q={WORD}", "reader"),
    Row("kwic.export", "GET", f"/p/{{slug}}/kwic/export?q={WORD}", "reader"),
    Row("words.page", "GET", "/p/{slug}/words?by=kind&stop_words=1&numbers=1", "reader"),
    Row("words.export", "GET", "/p/{slug}/words/export?numbers=1", "reader"),
    Row("words.compare_page", "GET", "/p/{slug}/words/compare?kind=meeting&numbers=1", "reader"),
    Row("words.compare_export", "GET", "/p/{slug}/words/compare/export?kind=meeting&numbers=1", "reader"),
    Row("stop_words.index", "GET", "/p/{slug}/words/stop", "reader"),
    Row("stop_words.change", "POST", "/p/{slug}/words/stop", "researcher", form=NEW),
    Row("stop_words.undo", "POST", "/p/{slug}/words/stop/undo/1", "researcher"),
    Row("api.kwic", "GET", f"/api/v1/projects/{{slug}}/kwic?q={WORD}", "reader"),
    Row("api.export_kwic", "GET", f"/api/v1/projects/{{slug}}/kwic/export?q={WORD}", "reader"),
    Row("api.words", "GET", "/api/v1/projects/{slug}/words?numbers=1", "reader"),
    Row("api.cross_words", "GET", "/api/v1/projects/{slug}/words/cross?by=kind&numbers=1", "reader"),
    Row("api.export_words", "GET", "/api/v1/projects/{slug}/words/export?numbers=1", "reader"),
    Row("api.compare_words", "GET", "/api/v1/projects/{slug}/words/compare?kind=meeting&numbers=1", "reader"),
    Row("api.export_compared", "GET", "/api/v1/projects/{slug}/words/compare/export?kind=meeting&numbers=1", "reader"),
    Row("api.list_stop_words", "GET", "/api/v1/projects/{slug}/stop-words", "reader"),
    Row("api.set_stop_word", "POST", "/api/v1/projects/{slug}/stop-words", "researcher", json=NEW),
    Row("api.undo_stop_word", "DELETE", "/api/v1/projects/{slug}/stop-words/1", "researcher"),
]
