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


def test_the_headers_of_writes_and_the_refusals_of_the_gate_are_described(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    change = document["paths"]["/api/v1/entries/{entry_id}"]["put"]
    headers = {each["name"]: each["required"] for each in change["parameters"] if each["in"] == "header"}
    assert headers == {"Idempotency-Key": False, "If-Match": True}
    assert {"409", "413", "422", "428", "429", "431"} <= set(change["responses"])
    assert "Retry-After" in change["responses"]["429"]["headers"]
    assert "WWW-Authenticate" in change["responses"]["401"]["headers"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
            assert ("Idempotency-Key" in names) == (method != "get"), (method, path)
            assert ("If-Match" in names) == ("428" in operation["responses"]), (method, path)
            assert {"429", "431"} <= set(operation["responses"]), (method, path)
            assert ("413" in operation["responses"]) == ("requestBody" in operation), (method, path)
