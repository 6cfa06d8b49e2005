"""What every API resource stands on: the blueprint, the OpenAPI spec, who calls, pages of lists.

A handler reads `@bp.post("/things")`, below it `@spec.validate(json=ThingIn, resp=answers(ThingOut, status=201),
tags=["things"])`, takes `json: ThingIn` or `query: ThingQuery` as a keyword and returns a pydantic model, or
`(model, 201)`.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from flask import Blueprint, current_app, g, request
from pydantic import BaseModel, Field, ValidationError
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from kmwiki.accounts import queries
from kmwiki.api.v1.complaints import put_in_words
from kmwiki.api.v1.remembering import RememberingAdapter
from kmwiki.db import session
from kmwiki.errors import Invalid, Message, Unauthenticated, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller

bp = Blueprint("api", __name__, url_prefix="/api/v1")

OFFSET_DIGITS = 18
"""No list is longer, and the database counts no further than with 19 digits."""

Item = TypeVar("Item", bound=BaseModel)


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class Page(BaseModel, Generic[Item]):
    """A page of a list: hand `next` back as `cursor` to go on; `total` counts the whole list."""

    items: list[Item]
    next: str | None = None
    total: int


class PageQuery(BaseModel):
    """How much of a list, and from where."""

    size: int = Field(default=50, ge=1, le=1000)
    cursor: str | None = None


def refuse_invalid(req: object, resp: object, error: Exception | None, instance: object, adapter: object) -> None:
    """Turn pydantic's complaint into our Invalid, each field by its path."""
    del req, resp, instance, adapter
    if isinstance(error, ValidationError):
        raise invalid_from(error)


def invalid_from(error: ValidationError) -> Invalid:
    """Make an Invalid of pydantic's complaint; the field names are dotted paths."""
    fields: dict[str, Message] = {}
    for item in error.errors(include_url=False):
        path = ".".join(str(part) for part in item["loc"]) or "body"
        fields.setdefault(path, put_in_words(item))
    return Invalid(say("Some fields cannot be taken as they are."), fields)


spec = SpecTree(
    "flask",
    title="kmwiki",
    version="1",
    openapi_version="3.1.0",
    description="Write, code, discuss and find: the notes of a research programme.",
    mode="strict",
    annotations=True,
    before=refuse_invalid,
    validation_error_model=Problem,
    model_adapter=cast("Any", RememberingAdapter()),  # the protocol is wider than what spectree's own adapter keeps to
    path="doc",
    security_schemes=[SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
    security={"token": []},
)


def answers(
    model: type[BaseModel] | None = None, *, status: int = 200, refusals: Sequence[int] = (401, 403, 404)
) -> Response:
    """Describe what a handler answers: the model at `status`, a Problem at each refusal."""
    codes: dict[str, Any] = {f"HTTP_{status}": model, **{f"HTTP_{code}": Problem for code in refusals}}
    return Response(**codes)


def caller() -> Caller:
    """Return the owner of the bearer token. Unauthenticated without a live one; cookies are ignored here."""
    if "caller" not in g:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        found = None
        if kind.lower() == "bearer" and token:
            with session() as opened:
                found = queries.caller_for_token(opened, token.strip())
        if found is None:
            raise Unauthenticated(say("Send a token that is in force: Authorization: Bearer TOKEN."))
        g.caller = found
    return cast("Caller", g.caller)


def settings() -> Settings:
    """Return the settings of the running app."""
    return cast("Settings", current_app.config["KMWIKI"])


def write_cursor(*key: int | str) -> str:
    """Make an opaque cursor of the sort key of the last row given."""
    return base64.urlsafe_b64encode("\x1f".join(str(part) for part in key).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> list[str] | None:
    """Return the parts of a cursor, or None at the start. Invalid if it is not one of ours."""
    if not cursor:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("\x1f")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Invalid.one("cursor", say("This cursor is not one that a list gave.")) from error


def foreign_cursor() -> Invalid:
    """Return the refusal of a cursor that another list gave, or none."""
    return Invalid.one("cursor", say("This cursor is not one that a list gave."))


def read_cursor_of(name: str, cursor: str | None) -> list[str] | None:
    """Return the parts behind the name of the list that gave the cursor, None at the start. Invalid for another's."""
    parts = read_cursor(cursor)
    if parts is not None and (parts[0] != name or len(parts) == 1):
        raise foreign_cursor()
    return None if parts is None else parts[1:]


def read_last_id(name: str, cursor: str | None) -> int:
    """Return the id that the cursor of a list in the order of ids holds, 0 at the start. Invalid for another list's."""
    parts = read_cursor_of(name, cursor)
    if parts is None:
        return 0
    if len(parts) != 1 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > OFFSET_DIGITS:
        raise foreign_cursor()
    return int(parts[0])


def read_offset(cursor: str | None) -> int:
    """Return the offset that an offset cursor holds. Invalid if it is not one of ours."""
    parts = read_cursor(cursor)
    if parts is None:
        return 0
    if len(parts) != 1 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > OFFSET_DIGITS:
        raise Invalid.one("cursor", say("This cursor is not one that a list gave."))
    return int(parts[0])


def page_of(items: Sequence[Item], *, offset: int, total: int) -> Page[Item]:
    """Make a page out of the items that stand at `offset` of a list of `total`."""
    reached = offset + len(items)
    return Page[Item](items=list(items), next=write_cursor(reached) if items and reached < total else None, total=total)
