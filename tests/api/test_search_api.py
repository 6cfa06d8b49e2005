"""Search over the API: its shape, its refusals."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.make_search import answer, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who writes in it."""
    return make.member(project)


@pytest.fixture
def door(writer: Caller, api: Callable[[Caller | None], Api]) -> Api:
    """The API as the writer sees it."""
    return api(writer)


def test_an_answer_has_the_shape_of_the_contract(door: Api, writer: Caller, project: Project) -> None:
    entry = write(
        writer, project, "เราตั้งกองทุนเมื่อปี ๒๕๕๑", title="กองทุนแรก", kind="aar", places=["93"], event_date="2551"
    )
    comment = answer(writer, entry, "กองทุนดี")
    drain()
    status, body = door.get(f"/projects/village/search?q={quote('กองทุน')}&size=5")
    assert status == 200
    assert set(body) >= {"query", "total", "complete", "took_ms", "hits", "facets", "relaxed"}
    assert set(body["query"]) >= {"text", "understood", "also", "suggestion"}
    assert (body["total"], body["complete"], body["relaxed"], body["query"]["text"]) == (2, True, False, "กองทุน")
    assert isinstance(body["took_ms"], int)
    first, second = body["hits"]
    assert (first["type"], first["id"], first["entry_id"], first["source_id"]) == (
        "entry",
        entry.id,
        entry.id,
        entry.source_id,
    )
    assert (second["type"], second["id"], second["entry_id"]) == ("comment", comment.id, entry.id)
    assert first["title"] == second["title"] == "กองทุนแรก"
    assert (first["kind"], first["event_date"]) == ("aar", "2008-01-01")
    assert first["provinces"] == [{"code": "93", "name_th": "พัทลุง", "name_en": "Phatthalung"}]
    assert first["score"] > 0
    snippet = first["snippets"][0]
    start, end = snippet["marks"][0]
    assert snippet["text"][start:end] == "กองทุน"
    (province,) = body["facets"]["province"]
    assert province | {"parent": None} == {
        "value": "93",
        "label": "พัทลุง",
        "count": 2,
        "is_chosen": False,
        "parent": None,
    }


def test_filters_may_be_repeated_or_written_with_commas(door: Api, writer: Caller, project: Project) -> None:
    for kind in ("aar", "meeting", "page"):
        write(writer, project, "กองทุน", kind=kind)
    drain()
    for filters in ("kind=aar&kind=page", "kind=aar,page"):
        assert door.get(f"/projects/village/search?q={quote('กองทุน')}&{filters}")[1]["total"] == 2


def test_labels_are_in_the_readers_language(
    make: Make, api: Callable[[Caller | None], Api], writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน", kind="meeting", places=["93"], event_date="2551")
    drain()
    path = f"/projects/village/search?q={quote('กองทุน')}"
    english = api(make.member(project, user=make.user(locale="en"))).get(path)[1]["facets"]
    assert (english["province"][0]["label"], english["year"][0]["label"]) == ("Phatthalung", "2008")


@pytest.mark.parametrize(
    ("query", "position"),
    [("", 0), ("(ก", 0), ("ก AND", 2), ("ก* " * 10_000, 10_000), ("(" * 100 + ")" * 100, 25)],
)
def test_empty_broken_and_absurd_queries_get_400_and_a_place(door: Api, query: str, position: int) -> None:
    status, body = door.get(f"/projects/village/search?q={quote(query)}")
    assert (status, body["status"], body["position"]) == (400, 400, position)
    assert body["errors"][0]["field"] == "q"


def test_a_filter_that_is_unknown_gets_422(door: Api) -> None:
    status, body = door.get("/projects/village/search?q=a&kind=poem&size=101")
    assert status == 422
    assert {error["field"] for error in body["errors"]} == {"kind", "size"}


def test_without_an_index_the_answer_is_503_and_when_to_ask_again(
    door: Api, settings: Settings, writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน")
    drain()
    shutil.rmtree(settings.index_dir)
    answered = door.client.get(f"/api/v1/projects/village/search?q={quote('กองทุน')}", headers=door.headers)
    assert answered.status_code == 503
    assert int(answered.headers["Retry-After"]) > 0
    assert answered.mimetype == "application/problem+json"
    drain()
    assert door.get(f"/projects/village/search?q={quote('กองทุน')}")[1]["total"] == 1


def test_a_project_of_others_is_not_there(door: Api, make: Make) -> None:
    make.project("town")
    assert door.get("/projects/town/search?q=a")[0] == 404
