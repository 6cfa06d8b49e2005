"""Rows of coding rounds, as pages and through the API."""

from __future__ import annotations

from tests.house.matrix import Row

PAGE = "/p/{slug}/rounds"
OPEN = f"{PAGE}/{{round}}"
CLOSED = f"{PAGE}/{{closed_round}}"
API = "/api/v1/projects/{slug}/rounds"
NEW = {"name": "รอบใหม่", "entry_ids": ["{entry}"], "coder_ids": ["{coder}", "{other_coder}"]}
DECISION = {"codings": ["{case_first}", "{case_second}"], "choice": "all", "reason": "เพราะ"}

ROWS = [
    Row("rounds.index", "GET", PAGE, "researcher"),
    Row("rounds.board", "GET", OPEN, "researcher"),
    Row("rounds.confirm_close", "GET", f"{OPEN}/close", "supervisor"),
    Row("rounds.close", "POST", f"{OPEN}/close", "supervisor"),
    Row("rounds.reopen", "POST", f"{CLOSED}/reopen", "supervisor"),
    Row("rounds.delete", "POST", f"{PAGE}/{{spare_round}}/delete", "supervisor"),
    Row("rounds_forms.new", "GET", f"{PAGE}/new", "supervisor"),
    Row("rounds_forms.new", "POST", f"{PAGE}/new", "supervisor", form={"name": "รอบ", "make": "1"}),
    Row("rounds_forms.edit", "GET", f"{OPEN}/edit", "supervisor"),
    Row("rounds_forms.edit", "POST", f"{OPEN}/edit", "supervisor", form={"name": "รอบ", "make": "1"}),
    Row("rounds_desk.read", "GET", f"{OPEN}/texts/{{number}}", "researcher"),
    Row("rounds_desk.mark", "POST", f"{OPEN}/texts/{{number}}/done", "researcher", form={"done": "1"}),
    Row("rounds_compare.index", "GET", f"{CLOSED}/compare", "researcher"),
    Row("rounds_compare.text", "GET", f"{CLOSED}/compare/{{number}}", "researcher"),
    Row(
        "rounds_compare.settle",
        "POST",
        f"{CLOSED}/settle",
        "researcher",
        form={"codings": "{case}", "choice": "all", "reason": "เพราะ"},
    ),
    Row("rounds_compare.agreed", "POST", f"{CLOSED}/agreed", "researcher"),
    Row("rounds_compare.undo", "POST", f"{CLOSED}/decisions/{{decision}}/undo", "researcher"),
    Row("rounds_compare.export", "GET", f"{CLOSED}/decisions.csv", "researcher"),
    Row("api.list_rounds", "GET", API, "researcher"),
    Row("api.create_round", "POST", API, "supervisor", json=NEW),
    Row("api.read_round", "GET", f"{API}/{{round}}", "researcher"),
    Row("api.change_round", "PATCH", f"{API}/{{round}}", "supervisor", json={"purpose": "ลองดู"}),
    Row("api.delete_round", "DELETE", f"{API}/{{spare_round}}", "supervisor"),
    Row("api.close_round", "POST", f"{API}/{{round}}/close", "supervisor"),
    Row("api.reopen_round", "POST", f"{API}/{{closed_round}}/reopen", "supervisor"),
    Row("api.mark_round_text", "PUT", f"{API}/{{round}}/texts/{{entry}}", "researcher", json={"done": True}),
    Row("api.read_round_units", "GET", f"{API}/{{closed_round}}/units", "researcher"),
    Row("api.list_round_cases", "GET", f"{API}/{{closed_round}}/cases", "researcher"),
    Row("api.decide_round_case", "POST", f"{API}/{{closed_round}}/decisions", "researcher", json=DECISION),
    Row("api.accept_agreed", "POST", f"{API}/{{closed_round}}/agreed", "researcher"),
    Row("api.undo_round_decision", "DELETE", f"{API}/{{closed_round}}/decisions/{{decision}}", "researcher"),
]
