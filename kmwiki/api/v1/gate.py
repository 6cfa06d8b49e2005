"""What every API request passes: a token, its rate, JSON that is JSON, and the idempotency key."""

from __future__ import annotations

import re
from time import monotonic
from typing import TYPE_CHECKING

from flask import request
from flask_limiter import Limiter
from werkzeug.exceptions import RequestEntityTooLarge

from kmwiki.accounts.service import touch_token
from kmwiki.api.v1 import idempotency, veiling
from kmwiki.api.v1.ground import bp, caller, settings
from kmwiki.api.v1.rates import RecentRequests
from kmwiki.db import now, transaction
from kmwiki.errors import Invalid, TooLarge, TooMany, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask, Response
    from flask_limiter import RequestLimit

    from kmwiki.security.policy import Caller

OPEN_ENDPOINTS = frozenset({"api.document", "api.browse"})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NOTED_EVERY = 300.0  # seconds
MOST_JSON = 8 * 1024 * 1024  # bytes; the longest text takes half of it with every Thai letter escaped
# In UTF-8 only an escape can bring these in, so most bodies need not be walked through.
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_noted: dict[int, float] = {}


def register(app: Flask) -> None:
    """Put the gate before and after every request of the API."""
    limiter = Limiter(
        key_func=lambda: str(caller().token_id),
        app=app,
        storage_uri=f"{RecentRequests.STORAGE_SCHEME[0]}://",
        on_breach=refuse_rate,
        headers_enabled=True,
        strategy="moving-window",
    )
    app.before_request(check_request)
    limiter.limit(lambda: settings().api_rate, exempt_when=lambda: request.endpoint in OPEN_ENDPOINTS)(bp)
    app.after_request(idempotency.keep_answer)
    veiling.register(app)
    idempotency.listen()


def refuse_rate(limit: RequestLimit) -> None:
    """Say that the token asks too often, and when it may again."""
    wait = max(1, int(limit.reset_at - now().timestamp()))
    raise TooMany(say("This token has made too many requests. Try again in %(seconds)s seconds.", seconds=wait), wait)


def check_request() -> Response | None:
    """Let a request with a live token and readable JSON through; answer a repeated one from what was kept."""
    if request.blueprint != bp.name or request.endpoint in OPEN_ENDPOINTS:
        return None
    note_use(caller())
    if request.method in WRITES and request.mimetype != "multipart/form-data":
        _check_json()
    return idempotency.find_earlier() if request.method in WRITES else None


def note_use(token_owner: Caller) -> None:
    """Write down that the token was used, at most once in five minutes: who only reads waits for no writer."""
    token_id, moment = token_owner.token_id or 0, monotonic()
    if moment - _noted.get(token_id, -NOTED_EVERY) >= NOTED_EVERY:
        _noted[token_id] = moment
        with transaction() as opened:
            touch_token(opened, token_id)


def _check_json() -> None:
    data = _body()
    if not data:
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(say("The body is not UTF-8.")) from error
    if request.mimetype != "application/json":
        raise Invalid(say("Send the body as application/json."))
    try:
        body = None if b"\x00" in data else request.get_json(silent=True)  # with NULs it is UTF-16 or 32, or no JSON
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise Invalid(say("The body is not a JSON object."))
    if _SUSPECT.search(data):
        _check_texts(body)


def _body() -> bytes:
    """Read the body, but no more of it than any JSON of ours takes."""
    request.max_content_length = min(request.max_content_length or MOST_JSON, MOST_JSON)
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        message = say(
            "The body is larger than %(most)s MB. Send less at once; files go as multipart/form-data.",
            most=MOST_JSON // 1024 // 1024,
        )
        raise TooLarge(message) from error


def _check_texts(body: object) -> None:
    for text in _texts_of(body):
        if "\x00" in text:
            raise Invalid(say("The body holds a NUL character, which no text may."))
        try:
            text.encode()
        except UnicodeEncodeError as error:
            message = say("The body holds half a character (a lone surrogate), which no text may.")
            raise Invalid(message) from error


def _texts_of(body: object) -> Iterator[str]:
    """Give every text in a JSON value, names included, without recursion."""
    waiting = [body]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as pairs:
                waiting += [*pairs.keys(), *pairs.values()]
            case list() as items:
                waiting += items
