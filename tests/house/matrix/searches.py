"""Who may keep searches, follow them and hear of what they find."""

from __future__ import annotations

from tests.house.matrix import Row

QUERY = {"q": "ประชุม"}
KEPT = {"name": "เรื่องประชุม", **QUERY}
ONE = "/p/{slug}/searches/{search}"
API = "/api/v1/searches/{search}"

ROWS = [
    Row("searches.index", "GET", "/p/{slug}/searches", "reader"),
    Row("searches.new", "GET", "/p/{slug}/searches/new?q=%E0%B8%81", "reader"),
    Row("searches.save", "POST", "/p/{slug}/searches", "reader", form=KEPT),
    Row("searches.open_one", "GET", ONE, "reader"),
    Row("searches.edit", "GET", ONE + "/edit", "reader"),
    Row("searches.edit", "POST", ONE + "/edit", "reader", form={"mail": "daily"}),
    Row("searches.remove", "POST", ONE + "/remove", "supervisor"),
    Row("searches.restore", "POST", "/p/{slug}/searches/{own_removed_search}/restore", "reader"),
    Row("searches.make_feed", "POST", ONE + "/feed", "reader"),
    Row("searches.end_feed", "POST", ONE + "/feed/end", "reader"),
    Row("feeds.atom", "GET", ONE + "/feed.atom?key={feed_key}", "anyone"),
    Row("notices.index", "GET", "/me/notices", "signed_in"),
    Row("notices.open_one", "GET", "/me/notices/{notice}", "reader"),
    Row("notices.read", "POST", "/me/notices/{notice}/read", "reader"),
    Row("notices.read_all", "POST", "/me/notices/read", "signed_in"),
    Row("notices.stop", "GET", "/letters/stop/{letters_stop}", "anyone"),
    Row("notices.stop", "POST", "/letters/stop/{letters_stop}", "anyone"),
    Row("api.list_searches", "GET", "/api/v1/projects/{slug}/searches", "reader"),
    Row("api.save_search", "POST", "/api/v1/projects/{slug}/searches", "reader", json={"name": "ก", "query": QUERY}),
    Row("api.read_search", "GET", API, "reader"),
    Row("api.change_search", "PATCH", "/api/v1/searches/{own_search}", "reader", json={"name": "ชื่อใหม่"}),
    Row("api.remove_search", "DELETE", API, "supervisor"),
    Row("api.follow_search", "PUT", API + "/alerts", "reader", json={"mail": "weekly"}),
    Row("api.list_notices", "GET", "/api/v1/me/notices", "signed_in"),
    Row("api.read_notices", "POST", "/api/v1/me/notices/read", "signed_in", json={}),
]
