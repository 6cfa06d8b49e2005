"""Comments over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, read_last_id, spec, write_cursor
from kmwiki.api.v1.preconditions import revision_wanted
from kmwiki.coding.service import save_comment
from kmwiki.comments import queries, service
from kmwiki.comments.access import comment_for
from kmwiki.comments.schemas import CommentIn, CommentOut
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken
from kmwiki.sources.texts import prepare

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.comments.models import Comment


class CommentPatch(Taken):
    """The new words of a comment."""

    GIVEN_ONLY = frozenset(CommentOut.model_fields) - {"body"}

    body: str


@bp.get("/entries/<int:entry_id>/comments")
@spec.validate(resp=answers(Page[CommentOut], refusals=(401, 404, 422)), tags=["comments"])
def list_comments(entry_id: int, query: PageQuery) -> Page[CommentOut]:
    """Give the comments on an entry, oldest first, flat; `parent_id` tells what each answers.

    A removed one that was answered stays, with `removed` true and without its words.
    """
    name = f"comments on {entry_id}"
    after = read_last_id(name, query.cursor)
    with session() as opened:
        entry = entry_for(opened, caller(), entry_id)
        items, total = queries.flat(opened, caller(), entry.source_id, after=after, size=query.size + 1)
    shown = items[: query.size]
    more = write_cursor(name, shown[-1].id) if len(items) > len(shown) else None
    return Page[CommentOut](items=shown, next=more, total=total)


@bp.post("/entries/<int:entry_id>/comments")
@spec.validate(resp=answers(CommentOut, status=201, refusals=(401, 403, 404, 409, 422)), tags=["comments"])
def add_comment(entry_id: int, json: CommentIn) -> tuple[CommentOut, int]:
    """Comment on an entry, or answer a comment on it."""
    prepare(json.body, json.body_format)
    with transaction() as opened:
        entry = entry_for(opened, caller(), entry_id, Permission.COMMENT)
        comment = service.add_comment(
            opened,
            caller(),
            entry.source,
            body=json.body,
            body_format=json.body_format,
            parent_id=json.parent_id,
            passage=json.passage,
        )
        return _out(opened, comment), 201


@bp.get("/comments/<int:comment_id>")
@spec.validate(resp=answers(CommentOut, refusals=(401, 404)), tags=["comments"])
def read_comment(comment_id: int) -> tuple[CommentOut, int, dict[str, str]]:
    """Give one comment; its ETag is what If-Match wants."""
    with session() as opened:
        comment = comment_for(opened, caller(), comment_id)
        return _out(opened, comment), 200, {"ETag": f'"rev-{comment.source.head_no}"'}


@bp.put("/comments/<int:comment_id>")
@spec.validate(resp=answers(CommentOut, refusals=(401, 403, 404, 409, 422, 428)), tags=["comments"])
def change_comment(comment_id: int, json: CommentPatch) -> CommentOut:
    """Change the words of one's own comment. Needs If-Match: "rev-N"."""
    base_no = revision_wanted()
    prepare(json.body, "markdown")
    with transaction() as opened:
        comment = comment_for(opened, caller(), comment_id)
        save_comment(opened, caller(), comment, body=json.body, base_no=base_no)
        return _out(opened, comment)


@bp.delete("/comments/<int:comment_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=["comments"])
def remove_comment(comment_id: int) -> tuple[str, int]:
    """Remove a comment; its answers stay."""
    with transaction() as opened:
        service.bin_comment(opened, caller(), comment_for(opened, caller(), comment_id))
    return "", 204


def _out(opened: Session, comment: Comment) -> CommentOut:
    return queries.outs(opened, caller(), [comment])[0]
