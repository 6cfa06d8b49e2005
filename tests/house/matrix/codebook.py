"""Rows of the codebook's history, groups, splitting and moving, as pages and through the API."""

from __future__ import annotations

from tests.house.matrix import Row

BOOK, API = "/p/{slug}/codebook", "/api/v1"
CHANGE = BOOK + "/history/{codebook_change}/undo"
GROUP, API_GROUP = BOOK + "/groups/{code_group}", API + "/code-groups/{code_group}"
CODE = API + "/codes/{code}"

ROWS = [
    Row("codebook.below", "GET", BOOK + "/{code}/below", "reader"),
    Row("codebook_undo.look", "GET", CHANGE, "researcher"),
    Row("codebook_undo.undo", "POST", CHANGE, "researcher", form={}),
    Row("codebook_moving.move", "POST", BOOK + "/{code}/move", "researcher", form={"step": "1"}),
    Row("codebook_split.show", "GET", BOOK + "/{code}/split", "researcher"),
    Row("codebook_split.split", "POST", BOOK + "/{code}/split", "researcher", form={}),
    Row("codebook_groups.index", "GET", BOOK + "/groups", "reader"),
    Row("codebook_groups.index", "POST", BOOK + "/groups", "researcher", form={"name": "กลุ่มใหม่"}),
    Row("codebook_groups.group", "GET", GROUP, "reader"),
    Row("codebook_groups.group", "POST", GROUP, "researcher", form={"name": "กลุ่มใหม่"}),
    Row("codebook_groups.delete", "POST", GROUP + "/delete", "researcher", form={}),
    Row("codebook_groups.of_code", "POST", BOOK + "/{code}/groups", "researcher", form={"group": "{code_group}"}),
    Row("codebook_groups.example", "POST", BOOK + "/{code}/examples", "researcher", form={"coding": "{coding}"}),
    Row("api.list_codebook_changes", "GET", API + "/projects/{slug}/codebook/changes", "reader"),
    Row("api.compare_codebooks", "GET", API + "/projects/{slug}/codebook/compare", "reader"),
    Row(
        "api.undo_codebook_change",
        "POST",
        API + "/projects/{slug}/codebook/changes/{codebook_change}/undo",
        "researcher",
        json={},
    ),
    Row("api.list_code_groups", "GET", API + "/projects/{slug}/code-groups", "reader"),
    Row("api.create_code_group", "POST", API + "/projects/{slug}/code-groups", "researcher", json={"name": "กลุ่มใหม่"}),
    Row("api.read_code_group", "GET", API_GROUP, "reader"),
    Row("api.edit_code_group", "PATCH", API_GROUP, "researcher", json={"name": "กลุ่มใหม่"}),
    Row("api.delete_code_group", "DELETE", API_GROUP, "researcher"),
    Row(
        "api.split_code",
        "POST",
        CODE + "/split",
        "researcher",
        json={"coding_ids": ["{coding}"], "into": "{other_code}"},
    ),
    Row("api.move_code", "POST", CODE + "/move", "researcher", json={"parent_id": "{other_code}"}),
    Row("api.list_code_examples", "GET", CODE + "/examples", "reader"),
    Row("api.add_code_example", "POST", CODE + "/examples", "researcher", json={"coding_id": "{coding}"}),
    Row("api.drop_code_example", "DELETE", CODE + "/examples/{coding}", "researcher"),
]
