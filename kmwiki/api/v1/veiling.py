"""The last veil over answers of the API: what a caller may not see is masked in whatever field it stands.

Texts come masked from `sources.veil` already, with the hash of what is given; here it is made sure of everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, g, request
from sqlalchemy import exists, or_, select

from kmwiki.accounts.queries import project_id_by_slug
from kmwiki.api.v1.ground import bp
from kmwiki.coding.models import Code, Coding
from kmwiki.comments.models import Comment
from kmwiki.db import session
from kmwiki.entries.models import Entry
from kmwiki.memos.models import Memo
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.personal import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask, Response
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

OF_PEOPLE = frozenset({"api.list_members", "api.read_member", "api.set_member", "api.document", "api.browse"})
"""Answers that tell the addresses of accounts to those whom they let in, and no texts."""
NO_WORDS = frozenset({"sha256", "next", "url", "created", "updated", "type"})
"""Fields that our program fills with figures, never a person with words."""
_PROJECT_OF: Mapping[str, Callable[[int], Select[Any]]] = {
    "entry_id": lambda key: select(Entry.project_id).where(Entry.id == key),
    "source_id": lambda key: select(Source.project_id).where(Source.id == key),
    "comment_id": lambda key: (
        select(Source.project_id).join(Comment, Comment.source_id == Source.id).where(Comment.id == key)
    ),
    "memo_id": lambda key: select(Source.project_id).join(Memo, Memo.source_id == Source.id).where(Memo.id == key),
    "coding_id": lambda key: select(Coding.project_id).where(Coding.id == key),
    "code_id": lambda key: select(Code.project_id).where(Code.id == key),
}


def register(app: Flask) -> None:
    """Draw the veil over every answer before it leaves."""
    app.after_request(veil_answer)


def veil_answer(response: Response) -> Response:
    """Mask what the caller may not see."""
    person: Caller | None = g.get("caller")
    if request.blueprint != bp.name or person is None or request.endpoint in OF_PEOPLE:
        return response
    if "json" not in (response.mimetype or "") or response.direct_passthrough:
        return response
    with session() as opened:
        project_id = _project_here(opened)
        sees = can(person, Permission.SEE_PERSONAL, project_id) if project_id is not None else _sees_all(person)
        if sees:
            return response
        keep = cleared_forms(opened, project_id) if project_id is not None else frozenset()
        given = response.get_json()
        shown = _Veiled(opened, person, keep).value(given)
    if shown != given:
        response.set_data(current_app.json.dumps(shown))
    return response


def _sees_all(person: Caller) -> bool:
    return person.is_admin or all(can(person, Permission.SEE_PERSONAL, each) for each in person.roles)


def _project_here(opened: Session) -> int | None:
    """Return the project that this address belongs to, or None."""
    for name, value in (request.view_args or {}).items():
        if name == "slug":
            return project_id_by_slug(opened, str(value))
        if name in _PROJECT_OF:
            found: int | None = opened.scalar(_PROJECT_OF[name](value))
            return found
    return None


class _Veiled:
    """Goes through a JSON value, without recursion into texts that are the caller's own."""

    def __init__(self, opened: Session, person: Caller, keep: frozenset[str]) -> None:
        self._session = opened
        self._person = person
        self._keep = keep | ({person.email} if person.email else set())

    def value(self, value: Any, name: str = "") -> Any:
        match value:
            case str():
                return value if name in NO_WORDS else self._text(value)
            case dict():
                return {key: self.value(each, key) for key, each in value.items()}
            case list():
                return [self.value(each, name) for each in value]
        return value

    def _text(self, text: str) -> str:
        shown = masked(text, self._keep)
        return text if shown == text or self._is_own(text) else shown

    def _is_own(self, text: str) -> bool:
        """Tell whether the caller wrote exactly that, as a whole text: authors see their own words."""
        if self._person.user_id is None:
            return False
        own = exists().where(
            Source.author_id == self._person.user_id,
            Revision.source_id == Source.id,
            Revision.no == Source.head_no,
            or_(Revision.body == text, Revision.reading_text == text),
        )
        return bool(self._session.scalar(select(own)))
