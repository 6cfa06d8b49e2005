"""The committed OpenAPI document is the served one, and every route of the API stands in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from flask import Flask

COMMITTED = ROOT / "docs" / "openapi.json"


def test_the_committed_document_is_the_served_one(app: Flask) -> None:
    served = app.test_client().get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == served.get_json(), (
        "run: python -m tests.contracts.write_openapi"
    )


def test_it_is_openapi_3_1(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    described = {
        (method.upper(), re.sub(r"{\w+}", "{}", path)) for path, item in document["paths"].items() for method in item
    }
    open_routes = {"api.document", "api.browse"}
    routes = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in open_routes
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes <= described
