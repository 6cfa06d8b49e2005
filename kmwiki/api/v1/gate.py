"""What every API request passes: a token, its rate, JSON that is JSON, and the idempotency key.

A write that carries `Idempotency-Key` is done once. The key is written down in the very transaction of the write, so
that
even a crash between the commit and the answer cannot do it twice; the answer is added afterwards and given again.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask import g, has_request_context, jsonify, request
from flask_limiter import Limiter
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from kmwiki.accounts.models import IdempotencyKey
from kmwiki.accounts.service import touch_token
from kmwiki.api.v1.ground import bp, caller, settings
from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Invalid, TooMany, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask, Response
    from flask_limiter import RequestLimit

    from kmwiki.security.policy import Caller

OPEN_ENDPOINTS = frozenset({"api.document", "api.browse"})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_FOR = timedelta(days=7)
LONGEST_KEY = 200
NOTED_EVERY = 300.0  # seconds
_noted: dict[int, float] = {}


def register(app: Flask) -> None:
    """Put the gate before and after every request of the API."""
    limiter = Limiter(
        key_func=lambda: str(caller().token_id),
        app=app,
        storage_uri="memory://",
        on_breach=refuse_rate,
        headers_enabled=True,
        strategy="moving-window",
    )
    app.before_request(check_request)
    limiter.limit(lambda: settings().api_rate, exempt_when=lambda: request.endpoint in OPEN_ENDPOINTS)(bp)
    app.after_request(keep_answer)
    if not event.contains(Session, "before_commit", keep_key):
        event.listen(Session, "before_commit", keep_key)


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
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method not in WRITES:
        return None
    if not key or len(key) > LONGEST_KEY:
        raise Invalid.one("Idempotency-Key", say("An idempotency key has 1 to 200 characters."))
    g.idempotency = (key, _fingerprint())
    return _earlier_answer(key, g.idempotency[1])


def note_use(token_owner: Caller) -> None:
    """Write down that the token was used, at most once in five minutes: who only reads waits for no writer."""
    token_id, moment = token_owner.token_id or 0, monotonic()
    if moment - _noted.get(token_id, -NOTED_EVERY) >= NOTED_EVERY:
        _noted[token_id] = moment
        with transaction() as opened:
            touch_token(opened, token_id)


def keep_key(opened: Session) -> None:
    """Write the request's key down in the transaction that does the work."""
    if not has_request_context() or "idempotency" not in g or g.get("is_key_kept"):
        return
    g.is_key_kept = True
    key, fingerprint = g.idempotency
    opened.add(IdempotencyKey(token_id=caller().token_id, key=key, request_hash=fingerprint, status=0, answer=None))
    opened.flush()


def keep_answer(response: Response) -> Response:
    """Add the answer to the key, if the work was done."""
    if g.get("is_key_kept") and response.status_code < 400:  # noqa: PLR2004
        answer: dict[str, Any] = {"body": response.get_json(silent=True), "location": response.headers.get("Location")}
        g.pop("idempotency")
        with transaction() as opened:
            opened.execute(
                update(IdempotencyKey)
                .where(
                    IdempotencyKey.token_id == caller().token_id,
                    IdempotencyKey.key == request.headers["Idempotency-Key"],
                )
                .values(status=response.status_code, answer=answer)
            )
    return response


def _check_json() -> None:
    data = request.get_data(cache=True)
    if not data:
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(say("The body is not UTF-8.")) from error
    if request.mimetype != "application/json":
        raise Invalid(say("Send the body as application/json."))
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise Invalid(say("The body is not a JSON object."))
    for text in _texts_of(body):
        if "\x00" in text:
            raise Invalid(say("The body holds a NUL character, which no text may."))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Invalid(say("The body holds half a character (a lone surrogate), which no text may."))


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


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data(cache=True))
    else:
        _digest_form(digest)
    return digest.hexdigest()


def _digest_form(digest: hashlib._Hash) -> None:
    """Take in a form's fields and files: its bytes as sent differ each time by the boundary."""
    for name, value in request.form.items(multi=True):
        digest.update(f"{name}={value}\n".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"{name}:{file.filename}\n".encode())
        for chunk in iter(partial(file.stream.read, 65_536), b""):
            digest.update(chunk)
        file.stream.seek(0)


def _earlier_answer(key: str, fingerprint: str) -> Response | None:
    with session() as opened:
        kept = opened.scalar(
            select(IdempotencyKey).where(IdempotencyKey.token_id == caller().token_id, IdempotencyKey.key == key)
        )
    if kept is None:
        return None
    if kept.request_hash != fingerprint:
        raise Conflict(say("This idempotency key was used for another request."))
    if kept.status == 0:
        raise Conflict(
            say(
                "This request was already carried out, or is being carried out now; read the result "
                "instead of sending it again."
            )
        )
    g.pop("idempotency")
    answer = kept.answer or {}
    response = jsonify(answer.get("body"))
    response.status_code = kept.status
    response.headers["Idempotency-Replayed"] = "true"
    if answer.get("location"):
        response.headers["Location"] = answer["location"]
    return response
