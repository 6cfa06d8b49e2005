"""Who may search."""

from __future__ import annotations

from kmwiki.web.carried_rows import pack
from tests.house.matrix import Row

WORD = {"term": "กทช", "expansion": "กองทุนทดลองชุมชน"}

ROWS = [
    Row("dictionary.index", "GET", "/p/{slug}/dictionary", "reader"),
    Row("dictionary.add", "POST", "/p/{slug}/dictionary", "researcher", form=WORD),
    Row("dictionary.edit", "GET", "/p/{slug}/dictionary/{term}", "researcher"),
    Row("dictionary.edit", "POST", "/p/{slug}/dictionary/{term}", "researcher", form=WORD),
    Row("dictionary.remove", "POST", "/p/{slug}/dictionary/{term}/remove", "researcher"),
    Row("dictionary.history", "GET", "/p/{slug}/dictionary/history", "reader"),
    Row("dictionary.undo", "POST", "/p/{slug}/dictionary/undo/1", "researcher"),
    Row("dictionary.progress", "GET", "/p/{slug}/dictionary/progress", "reader"),
    Row("dictionary.export", "GET", "/p/{slug}/dictionary.csv", "reader"),
    Row("dictionary.bring_in", "GET", "/p/{slug}/dictionary/import", "researcher"),
    Row("dictionary.bring_in", "POST", "/p/{slug}/dictionary/import", "researcher", form={}),
    Row("dictionary.write", "POST", "/p/{slug}/dictionary/import/write", "researcher", form={"rows": pack([])}),
    Row("api.list_terms", "GET", "/api/v1/projects/{slug}/dictionary", "reader"),
    Row("api.add_term", "POST", "/api/v1/projects/{slug}/dictionary", "researcher", json=WORD),
    Row("api.replace_terms", "PUT", "/api/v1/projects/{slug}/dictionary", "researcher", json={"terms": [WORD]}),
    Row("api.read_term", "GET", "/api/v1/dictionary/{term}", "reader"),
    Row("api.change_term", "PATCH", "/api/v1/dictionary/{term}", "researcher", json={"kind": "person"}),
    Row("api.remove_term", "DELETE", "/api/v1/dictionary/{term}", "researcher"),
    Row("api.complete", "GET", "/api/v1/projects/{slug}/search/complete?q=%E0%B8%81", "reader"),
    Row("search.complete", "GET", "/p/{slug}/search/complete?q=%E0%B8%81", "reader"),
    Row("search.page", "GET", "/p/{slug}/search?q=%E0%B8%81", "reader"),
    Row("api.search", "GET", "/api/v1/projects/{slug}/search?q=%E0%B8%81", "reader"),
]
