"""A write that carries `Idempotency-Key` is done once, however often it is sent.

The key is written down in the very transaction of the write, so that even a crash between the commit and the answer
cannot do it twice; the answer is added afterwards and given again. Keys go after a week.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import g, has_request_context, jsonify, request
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kmwiki.accounts.models import IdempotencyKey
from kmwiki.api.v1.ground import caller
from kmwiki.db import now, session, transaction
from kmwiki.errors import Conflict, Invalid, say

if TYPE_CHECKING:
    from flask import Response

KEPT_FOR = timedelta(days=7)
LONGEST_KEY = 200
KEPT_HEADERS = ("Location", "ETag")


def listen() -> None:
    """Write keys down in every transaction of a request that carries one."""
    if not event.contains(Session, "before_commit", keep_key):
        event.listen(Session, "before_commit", keep_key)


def find_earlier() -> Response | None:
    """Return the answer already given to this key, if it was. Conflict if the key belongs to another request."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key or len(key) > LONGEST_KEY:
        raise Invalid.one("Idempotency-Key", say("An idempotency key has 1 to 200 characters."))
    fingerprint = _fingerprint()
    with session() as opened:
        kept = opened.scalar(
            select(IdempotencyKey).where(IdempotencyKey.token_id == caller().token_id, IdempotencyKey.key == key)
        )
    if kept is None:
        g.idempotency = (key, fingerprint)
        return None
    if kept.request_hash != fingerprint:
        raise Conflict(say("This idempotency key was used for another request."))
    if kept.status == 0:
        raise _already_done()
    return _replay(kept)


def keep_key(opened: Session) -> None:
    """Write the request's key down in the transaction that does the work. Conflict if its twin was quicker."""
    if not has_request_context() or "idempotency" not in g or g.get("is_key_kept"):
        return
    key, fingerprint = g.idempotency
    opened.execute(delete(IdempotencyKey).where(IdempotencyKey.created < now() - KEPT_FOR))
    opened.add(IdempotencyKey(token_id=caller().token_id, key=key, request_hash=fingerprint, status=0, answer=None))
    try:
        opened.flush()
    except IntegrityError as error:
        g.pop("idempotency")
        raise _already_done() from error
    g.is_key_kept = True


def keep_answer(response: Response) -> Response:
    """Add the answer to the key, if the work was done."""
    if not g.get("is_key_kept") or response.status_code >= 400:  # noqa: PLR2004
        return response
    key, _ = g.pop("idempotency")
    g.pop("is_key_kept")
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answer: dict[str, Any] = {"body": response.get_json(silent=True), "headers": headers}
    with transaction() as opened:
        opened.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.token_id == caller().token_id, IdempotencyKey.key == key)
            .values(status=response.status_code, answer=answer)
        )
    return response


def _already_done() -> Conflict:
    return Conflict(
        say(
            "This request was already carried out, or is being carried out now; "
            "read the result instead of sending it again."
        )
    )


def _replay(kept: IdempotencyKey) -> Response:
    answer = kept.answer or {}
    response = jsonify(answer.get("body"))
    response.status_code = kept.status
    response.headers.update(answer.get("headers", {}))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint() -> str:
    """Return what tells this request from others: what it asks, on which revision, and with which body."""
    asked = f"{request.method} {request.full_path}\n{request.headers.get('If-Match', '')}\n"
    digest = hashlib.sha256(asked.encode())
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    # A form's bytes as sent differ each time by the boundary: its fields and files are taken in instead.
    for name, value in request.form.items(multi=True):
        digest.update(f"{name}={value}\n".encode())
    for name, file in request.files.items(multi=True):
        digest.update(f"{name}:{file.filename}\n".encode())
        for chunk in iter(partial(file.stream.read, 65_536), b""):
            digest.update(chunk)
        file.stream.seek(0)
    return digest.hexdigest()
