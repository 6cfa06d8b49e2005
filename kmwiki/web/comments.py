"""Comments: write, answer, change one's words, remove and bring back. All of it works without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from kmwiki.accounts.models import Project
from kmwiki.api.v1.errors import words
from kmwiki.coding.service import save_comment
from kmwiki.comments import service
from kmwiki.comments.access import comment_for, demand_edit, removed_comment_for
from kmwiki.comments.schemas import PassageIn
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_by_number, entry_of_source
from kmwiki.entries.queries import path_of
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.sources.queries import revision
from kmwiki.sources.texts import prepare
from kmwiki.text.diff import diff_words
from kmwiki.web.carried import tell_carried
from kmwiki.web.context import caller
from kmwiki.web.entry_page import page_of
from kmwiki.web.entry_typed import lines
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.comments.models import Comment

bp = Blueprint("comments", __name__)


@bp.post("/p/<slug>/e/<int:number>/comments")
def add(slug: str, number: int) -> ResponseReturnValue:
    """Add a comment, or an answer to one. What was typed stands in the form again where it cannot be taken."""
    body = lines(request.form.get("body", ""))
    try:
        with session() as opened:
            entry_by_number(opened, caller(), slug, number, Permission.COMMENT)  # a long text takes a while to prepare
        prepare(body, "markdown")
        with transaction() as opened:
            entry = entry_by_number(opened, caller(), slug, number, Permission.COMMENT)
            comment = service.add_comment(
                opened,
                caller(),
                entry.source,
                body=body,
                parent_id=number_in(request.form, "parent_id"),
                passage=_passage(),
            )
    except Invalid as error:
        return _draw_again(slug, number, body, error)
    except (Forbidden, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else 403
        return render_template("comments/kept.html", body=body, message=words(error.message), project=None), status
    return redirect(f"{path_of(slug, entry)}?comment={comment.id}#comment-{comment.id}")


def _draw_again(slug: str, number: int, body: str, error: Invalid) -> ResponseReturnValue:
    with session() as opened:
        entry = entry_by_number(opened, caller(), slug, number)
        answering = number_in(request.form, "parent_id")
        shown = page_of(opened, caller(), entry, MultiDict({"comment": str(answering)} if answering else {}))
        shown |= {
            "typed": body,
            "errors": {name: words(message) for name, message in error.fields.items()},
            "answering": answering,
        }
        return render_template("entries/read.html", **shown, rail=True), 422


def _passage() -> PassageIn | None:
    start, end = number_in(request.form, "start"), number_in(request.form, "end")
    if start is None or not end:
        return None
    return PassageIn(
        start=start,
        end=end,
        quote=request.form.get("quote") or None,
        revision=number_in(request.form, "revision", least=1),
    )


@bp.route("/p/<slug>/comments/<int:comment_id>/edit", methods=["GET", "POST"])
def edit(slug: str, comment_id: int) -> ResponseReturnValue:
    """Change the words of a comment. A stale save shows what the other wrote and keeps what was typed."""
    if request.method == "GET":
        with session() as opened:
            comment = _comment(opened, slug, comment_id)
            demand_edit(caller(), comment.source)
            head = revision(opened, comment.source)
            return _form(opened, comment, body=head.body, base=head.no)
    body = lines(request.form.get("body", ""))
    base = number_in(request.form, "base") or 0
    try:
        with session() as opened:
            demand_edit(caller(), _comment(opened, slug, comment_id).source)
        prepare(body, "markdown")
        with transaction() as opened:
            comment = _comment(opened, slug, comment_id)
            saved = save_comment(opened, caller(), comment, body=body, base_no=base)
            back = _back(opened, slug, comment)
    except Invalid as error:
        with session() as opened:
            message = words(error.message)
            return _form(opened, _comment(opened, slug, comment_id), body=body, base=base, message=message), 422
    except Conflict as error:
        return _stale(slug, comment_id, error)
    except (Forbidden, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else 403
        return render_template("comments/kept.html", body=body, message=words(error.message), project=None), status
    flash(gettext("The comment is changed."), "done")
    if saved.no != base:
        tell_carried(saved)
    return redirect(back)


def _stale(slug: str, comment_id: int, error: Conflict) -> ResponseReturnValue:
    merge = error.details["merge"]
    assert isinstance(merge, dict)  # noqa: S101 - tells mypy what sources.service put there
    with session() as opened:
        page = _form(
            opened,
            _comment(opened, slug, comment_id),
            body=str(merge["merged"]),
            base=int(str(merge["revision"])),
            message=words(error.message),
            theirs=str(merge["theirs"]),
            mine=str(merge["mine"]),
        )
    return page, 409


def _form(
    opened: Session, comment: Comment, *, body: str, base: int, message: str = "", theirs: str = "", mine: str = ""
) -> str:
    entry = entry_of_source(opened, caller(), comment.on_source_id)
    return render_template(
        "comments/edit.html",
        project=opened.get_one(Project, entry.project_id),
        entry=entry,
        comment=comment,
        body=body,
        base=base,
        message=message,
        theirs=theirs,
        mine=mine,
        pieces=diff_words(theirs, mine) if theirs else (),
    )


@bp.post("/p/<slug>/comments/<int:comment_id>/remove")
def remove(slug: str, comment_id: int) -> ResponseReturnValue:
    """Remove a comment; its answers stay."""
    with transaction() as opened:
        comment = _comment(opened, slug, comment_id)
        service.bin_comment(opened, caller(), comment)
        back = _back(opened, slug, comment)
    flash(gettext("The comment is removed."), "done")
    return redirect(back)


@bp.post("/p/<slug>/comments/<int:comment_id>/restore")
def restore(slug: str, comment_id: int) -> ResponseReturnValue:
    """Bring a removed comment back."""
    with transaction() as opened:
        comment = _comment(opened, slug, comment_id, is_removed=True)
        service.restore_comment(opened, caller(), comment)
        back = _back(opened, slug, comment)
    return redirect(back)


def _comment(opened: Session, slug: str, comment_id: int, *, is_removed: bool = False) -> Comment:
    find = removed_comment_for if is_removed else comment_for
    comment = find(opened, caller(), comment_id)
    project = opened.get_one(Project, comment.source.project_id)
    if project.slug != slug:
        raise NotFound(say("There is no such comment. It may have been removed."))
    return comment


def _back(opened: Session, slug: str, comment: Comment) -> str:
    entry = entry_of_source(opened, caller(), comment.on_source_id)
    return f"{path_of(slug, entry)}?comment={comment.id}#comment-{comment.id}"
