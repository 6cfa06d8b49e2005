"""The API's own description: the OpenAPI document, and a page to browse it that loads nothing from elsewhere."""

from __future__ import annotations

from copy import deepcopy
from http import HTTPStatus
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from flask import jsonify, render_template

from kmwiki.api.v1.ground import bp, spec

if TYPE_CHECKING:
    from flask import Flask, Response

METHODS = ("get", "post", "put", "patch", "delete")
WRITES = ("post", "put", "patch", "delete")
KEY_TOLD = (
    "Any text of the caller's own. Sent again with the same key, the request is not done again: "
    "the first answer is given, for a week."
)
MATCH_TOLD = 'The revision that was changed, as the ETag of GET gave it: "rev-3". Without it 428, with a stale one 409.'
ANSWER_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}},
    "429": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
}
EMPTY: dict[str, Any] = {"summary": "", "description": "", "parameters": [], "requestBody": None, "responses": {}}


@bp.get("/openapi.json")
def document() -> Response:
    """Serve the OpenAPI 3.1 document."""
    return jsonify(describe())


@bp.get("/")
def browse() -> str:
    """Draw the document as a page."""
    return render_template("api/browse.html", document=describe(), groups=group_operations(describe()))


def describe() -> dict[str, Any]:
    """Return the OpenAPI document with sorted paths and tags, so that the committed copy changes only with the API."""
    document: dict[str, Any] = deepcopy(spec.spec)
    document["paths"] = dict(sorted(document["paths"].items()))
    document.get("tags", []).sort(key=itemgetter("name"))
    for item in document["paths"].values():
        for method in METHODS:
            if method in item:
                _tell_what_all_share(method, item[method])
    return document


def _tell_what_all_share(method: str, operation: dict[str, Any]) -> None:
    """Add the headers and the refusals that come from the gate and not from the handler."""
    answers = operation["responses"]
    parameters = operation.setdefault("parameters", [])
    problem = answers["401"]["content"] if "401" in answers else None
    refusals = [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE]
    if method in WRITES:
        parameters.append(_header("Idempotency-Key", KEY_TOLD, {"type": "string", "minLength": 1, "maxLength": 200}))
        refusals += [HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY]
    if "requestBody" in operation:
        refusals.append(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if "428" in answers:
        pattern = {"type": "string", "pattern": '^"rev-[0-9]+"$'}
        parameters.append(_header("If-Match", MATCH_TOLD, pattern, is_required=True))
    for status in refusals:
        told = {"description": status.phrase} | ({"content": problem} if problem else {})
        answers.setdefault(str(int(status)), told)
    for code, headers in ANSWER_HEADERS.items():
        if code in answers:
            answers[code] = answers[code] | {"headers": headers}


def _header(name: str, description: str, schema: dict[str, Any], *, is_required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_required, "description": description, "schema": schema}


def group_operations(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations by tag, each with its method and path."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = EMPTY | {"method": method.upper(), "path": path} | item[method]
                groups.setdefault((operation.get("tags") or ["other"])[0], []).append(operation)
    return dict(sorted(groups.items()))


def register(app: Flask) -> None:
    """Let spectree read the routes of the app."""
    spec.app = app
