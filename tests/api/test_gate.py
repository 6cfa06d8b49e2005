"""What every API request passes: a token, JSON that is JSON, its rate, the idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import g

from kmwiki import db
from kmwiki.accounts.models import IdempotencyKey, Project
from kmwiki.api.v1 import idempotency
from kmwiki.api.v1.gate import MOST_JSON
from kmwiki.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make


@pytest.fixture
def admin(make: Make, api: Callable[[Caller | None], Api]) -> Api:
    return api(make.caller(make.user(is_admin=True)))


def count_projects() -> int:
    with db.session() as session:
        return session.query(Project).count()


def test_without_a_live_token_nothing_is_told(api: Callable[[Caller | None], Api]) -> None:
    nobody = api(None)
    status, problem = nobody.get("/projects")
    assert (status, problem["status"]) == (401, 401)
    assert nobody.get("/projects", headers={"Authorization": "Bearer kmw_wrong"})[0] == 401
    assert nobody.get("/projects", headers={"Authorization": "Basic eDp5"})[0] == 401


def test_a_cookie_opens_nothing_here(make: Make, api: Callable[[Caller | None], Api]) -> None:
    from datetime import timedelta  # noqa: PLC0415

    nobody = api(None)
    user = make.user(is_admin=True)
    nobody.client.set_cookie("kmwiki", make.sign_in(user.id, lasts=timedelta(hours=1)), domain="localhost")
    assert nobody.get("/projects")[0] == 401


def test_an_unknown_address_answers_in_problem_json(admin: Api) -> None:
    answer = admin.client.get("/api/v1/nothing", headers=admin.headers)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert set(answer.get_json()) >= {"type", "title", "status", "detail", "errors"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"slug": "a\\u0000b", "name": "x"}',
        b'{"slug": "a", "name": "\\ud800"}',
        b'"text"',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object_is_told_so(admin: Api, body: bytes) -> None:
    answer = admin.client.post("/api/v1/projects", data=body, headers=admin.headers, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["detail"]
    assert count_projects() == 0


def test_a_body_of_another_kind_is_refused(admin: Api) -> None:
    answer = admin.client.post("/api/v1/projects", data="slug=a", headers=admin.headers, content_type="text/plain")
    assert answer.status_code == 422


def test_the_same_key_does_the_work_once_and_gives_the_same_answer(admin: Api) -> None:
    body = {"slug": "once", "name": "ครั้งเดียว"}
    first = admin.post("/projects", body, headers={"Idempotency-Key": "k1"})
    second = admin.post("/projects", body, headers={"Idempotency-Key": "k1"})
    assert first[0] == 201
    assert second == first
    assert count_projects() == 1


def test_the_same_key_for_another_request_is_a_conflict(admin: Api) -> None:
    admin.post("/projects", {"slug": "one", "name": "หนึ่ง"}, headers={"Idempotency-Key": "k1"})
    status, _ = admin.post("/projects", {"slug": "two", "name": "สอง"}, headers={"Idempotency-Key": "k1"})
    assert status == 409
    assert count_projects() == 1


def test_a_refused_request_leaves_its_key_free(admin: Api) -> None:
    assert admin.post("/projects", {"slug": "bad slug!", "name": "x"}, headers={"Idempotency-Key": "k1"})[0] == 422
    assert admin.post("/projects", {"slug": "good", "name": "x"}, headers={"Idempotency-Key": "k1"})[0] == 201


def test_work_that_was_committed_without_its_answer_is_not_done_again(admin: Api) -> None:
    body = {"slug": "once", "name": "ครั้งเดียว"}
    admin.post("/projects", body, headers={"Idempotency-Key": "k1"})
    with db.transaction() as session:
        session.query(IdempotencyKey).update({"status": 0, "answer": None})
    assert admin.post("/projects", body, headers={"Idempotency-Key": "k1"})[0] == 409
    assert count_projects() == 1


def test_of_two_that_come_at_once_the_later_is_told_so(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"slug": "once", "name": "ครั้งเดียว"}
    admin.post("/projects", body, headers={"Idempotency-Key": "k1"})

    def find_nothing() -> None:
        g.idempotency = ("k1", "x")  # as if the other had not committed yet when we looked

    monkeypatch.setattr(idempotency, "find_earlier", find_nothing)
    assert admin.post("/projects", body | {"slug": "twice"}, headers={"Idempotency-Key": "k1"})[0] == 409
    assert count_projects() == 1


def test_old_keys_go(admin: Api) -> None:
    admin.post("/projects", {"slug": "one", "name": "หนึ่ง"}, headers={"Idempotency-Key": "k1"})
    with db.transaction() as session:
        session.query(IdempotencyKey).update({"created": db.now() - idempotency.KEPT_FOR})
    admin.post("/projects", {"slug": "two", "name": "สอง"}, headers={"Idempotency-Key": "k2"})
    with db.session() as session:
        assert [row.key for row in session.query(IdempotencyKey)] == ["k2"]


def test_keys_of_two_tokens_do_not_meet(make: Make, api: Callable[[Caller | None], Api]) -> None:
    for number in range(2):
        admin = api(make.caller(make.user(is_admin=True)))
        body = {"slug": f"p{number}", "name": "x"}
        assert admin.post("/projects", body, headers={"Idempotency-Key": "k1"})[0] == 201


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_of_no_or_too_great_length_is_refused(admin: Api, key: str) -> None:
    assert admin.post("/projects", {"slug": "a", "name": "x"}, headers={"Idempotency-Key": key})[0] == 422


def test_a_token_that_asks_too_often_is_told_when_to_come_back(
    settings: Settings, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMWIKI_API_RATE", "3/minute")
    client = create_app(instance=settings.instance).test_client()
    headers = {"Authorization": f"Bearer {make.token(make.user().id)}"}
    statuses = [client.get("/api/v1/projects", headers=headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.get("/api/v1/projects", headers=headers)
    assert answer.mimetype == "application/problem+json"
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    other = {"Authorization": f"Bearer {make.token(make.user().id)}"}
    assert client.get("/api/v1/projects", headers=other).status_code == 200


def test_a_body_larger_than_any_text_is_refused_before_it_is_read(admin: Api) -> None:
    body = b'{"slug": "a", "name": "' + b"x" * MOST_JSON + b'"}'
    answer = admin.client.post("/api/v1/projects", data=body, headers=admin.headers, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert str(MOST_JSON // 1024 // 1024) in answer.get_json()["detail"]
    assert count_projects() == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_body_in_another_encoding_brings_no_forbidden_character_in(admin: Api, encoding: str) -> None:
    body = '{"slug": "a", "name": "\\ud800"}'.encode(encoding)
    answer = admin.client.post("/api/v1/projects", data=body, headers=admin.headers, content_type="application/json")
    assert answer.status_code == 422
    assert count_projects() == 0


def test_only_a_body_that_could_hold_them_is_walked_through(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[object] = []
    monkeypatch.setattr("kmwiki.api.v1.gate._check_texts", walked.append)
    assert admin.post("/projects", {"slug": "a", "name": "ป่าชายเลน"})[0] == 201
    assert not walked
    assert admin.post("/projects", {"slug": "b", "name": "\U0001f600"})[0] == 201
    assert len(walked) == 1
