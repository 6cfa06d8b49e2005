"""The API's own description: the OpenAPI document, and a page to browse it that loads nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify, render_template

from kmwiki.api.v1.ground import bp, spec

if TYPE_CHECKING:
    from flask import Flask, Response

METHODS = ("get", "post", "put", "patch", "delete")
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
    """Return the OpenAPI document with sorted paths, so that the committed copy changes only with the API."""
    document: dict[str, Any] = spec.spec
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


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
