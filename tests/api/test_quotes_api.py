"""Quotes over the API: made once, read as their text may be read, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.security.policy import Role
from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.make import Make

WORDS = "จ่ายค่าทำศพไปสามราย"


def test_a_passage_and_a_coding_are_quoted_read_and_listed(make: Make, client: FlaskClient) -> None:
    desk = make_desk(make)
    coding = desk.add("เงินก้อนนี้")

    def bearer(user_id: int | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {make.token(user_id or 0)}"}

    own = bearer(desk.coder.user_id)
    start = BODY.index(WORDS)
    place = {"start": start, "end": start + len(WORDS), "quote": WORDS, "revision": 1}
    made = client.post(f"/api/v1/sources/{desk.source_id}/quotes", json=place, headers=own)
    assert made.status_code == 201
    told = made.get_json()
    assert (told["quote"], told["revision"], told["now"]["state"]) == (WORDS, 1, "same")
    assert told["url"] == f"/q/{told['id']}"
    again = client.post(f"/api/v1/sources/{desk.source_id}/quotes", json=place, headers=own)
    assert (again.status_code, again.get_json()["id"]) == (200, told["id"])
    other = client.post(f"/api/v1/codings/{coding.id}/quote", json={"of": "evidence"}, headers=own)
    assert other.get_json()["quote"] == "เงินก้อนนี้"
    desk.save(BODY.replace("สามราย", "แปดราย"))
    now = client.get(f"/api/v1/quotes/{told['id']}", headers=own).get_json()["now"]
    assert (now["state"], now["revision"], now["quote"]) == ("changed", 2, "จ่ายค่าทำศพไปแปดราย")
    listed = client.get(
        f"/api/v1/projects/{desk.project.slug}/quotes?source={desk.source_id}&size=1", headers=own
    ).get_json()
    assert (listed["total"], listed["items"][0]["id"]) == (2, other.get_json()["id"])
    assert listed["next"]
    for wrong in (
        {"start": 0},
        place | {"quote": "อื่น"},
        place | {"end": 10**6},
        place | {"start": -4},
        place | {"x": 1},
    ):
        answer = client.post(f"/api/v1/sources/{desk.source_id}/quotes", json=wrong, headers=own)
        assert answer.status_code == 422
    assert client.post(f"/api/v1/codings/{coding.id}/quote", json={"of": "both"}, headers=own).status_code == 422
    outsider = bearer(make.member(make.project(), Role.OWNER).user_id)
    for answer in (
        client.get(f"/api/v1/quotes/{told['id']}", headers=outsider),
        client.post(f"/api/v1/sources/{desk.source_id}/quotes", json=place, headers=outsider),
        client.get("/api/v1/quotes/99999", headers=own),
    ):
        assert answer.status_code == 404
    assert client.get(f"/api/v1/quotes/{told['id']}").status_code == 401


def test_codes_are_suggested_for_a_passage(make: Make, client: FlaskClient) -> None:
    desk = make_desk(make)
    coding = desk.add("กองทุนของเราเริ่มจากออมวันละบาท")
    own = {"Authorization": f"Bearer {make.token(desk.coder.user_id or 0)}"}
    reader = {"Authorization": f"Bearer {make.token(make.member(desk.project, Role.READER).user_id or 0)}"}
    desk.save(f"{BODY}\n\nกองทุนเริ่มจากออมวันละบาท")
    start = desk.text().rindex("กองทุนเริ่ม")
    url = f"/api/v1/sources/{desk.source_id}/suggestions?start={start}&end="
    found = client.get(f"{url}{start + 20}", headers=own).get_json()
    assert found["complete"]
    assert (found["suggestions"][0]["code_id"], found["suggestions"][0]["coding_id"]) == (desk.code.id, coding.id)
    assert client.get(f"{url}{start}", headers=own).status_code == 422
    assert client.get(f"{url}99999", headers=own).status_code == 422
    assert client.get(f"{url}{start + 20}", headers=reader).status_code == 403
