"""The codebook as a file: taken out, and brought in after a report that says row by row what it would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.codebook.going_out import FORMATS, READ, TYPES, codebook_file, read_file
from kmwiki.coding.codebook.incoming import FINE
from kmwiki.coding.codebook.past import moment_of
from kmwiki.coding.codebook.taking_in import look_over, take_in
from kmwiki.coding.codebook.versions import last_change
from kmwiki.db import now, session, transaction
from kmwiki.errors import N_, Conflict, Invalid, NotFound, say
from kmwiki.formats.codebook_tables import COLUMNS
from kmwiki.security.policy import Permission
from kmwiki.text.dates import BANGKOK
from kmwiki.web.carried_rows import pack, unpack
from kmwiki.web.codebook import undoable
from kmwiki.web.codebook_words import FIELDS
from kmwiki.web.context import caller, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kmwiki.coding.codebook.incoming import Difference, Report

bp = Blueprint("codebook_files", __name__)

SHOWN = 500  # rows of a report on the page
LONGEST_REASON = 2000
LONGEST_AT = 200
LONGEST_BASE = 12  # digits of a version
ENCODINGS = ("utf-8", "utf-16", "cp874", "tis-620")
VERDICTS = {
    "new": N_("New"),
    "changed": N_("Changed"),
    "same": N_("As it is here"),
    "twice": N_("Twice in the file"),
    "loop": N_("Loop"),
    "conflict": N_("Conflict"),
    "wrong": N_("Cannot be taken"),
}


@bp.get("/p/<slug>/codebook/export/<form>")
@signed_in
def export(slug: str, form: str) -> ResponseReturnValue:
    """Give the codebook as a file; it is written down that it left."""
    if form not in FORMATS:
        raise NotFound(say("There is no such page."))
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            at = request.args.get("at", "")[:LONGEST_AT]
            today = now().astimezone(BANGKOK).date()
            moment = moment_of(opened, project.id, at, today=today) if at.strip() else None
            data = codebook_file(opened, caller(), project, form, moment=moment)
    except Invalid as error:
        flash(words(next(iter(error.fields.values()), error.message)), "wrong")
        return redirect(url_for("codebook.index", slug=slug))
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{project.slug}-codebook.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/p/<slug>/codebook/import", methods=["GET", "POST"])
@signed_in
def bring_in(slug: str) -> ResponseReturnValue:
    """Take a file and tell row by row what it would do; nothing is written yet."""
    if request.method == "GET":
        return _draw(slug)
    try:
        with session() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise Invalid.one("file", say("Choose a file first."))
            encoding = request.form.get("encoding", "")
            given = (sent.filename, encoding if encoding in ENCODINGS else "", sent.read())
            report = look_over(opened, caller(), project, _read(*given)[1])
    except Invalid as error:
        return _draw(slug, message=words(next(iter(error.fields.values()), error.message))), 422
    return _draw(slug, report=report, packed=_packed(*given))


@bp.post("/p/<slug>/codebook/import/write")
@signed_in
def write(slug: str) -> ResponseReturnValue:
    """Write what the report showed. If the codebook has changed since, show the report anew instead."""
    with session() as opened:
        project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
    [[name, encoding, data, base]] = unpack(request.form.get("rows", ""), width=4, most=1) or [["", "", "", ""]]
    given = (name, encoding, data.encode("latin-1", "replace"))
    form, book = _read(*given)
    reason = request.form.get("reason", "")[:LONGEST_REASON]
    base_no = int(base) if base.isascii() and base.isdigit() and len(base) < LONGEST_BASE else -1
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
            before = last_change(opened, project.id)
            report = take_in(opened, caller(), project, book, reason=reason, base_no=base_no, form=form)
            done = undoable(opened, project.id, before)
    except Conflict as error:
        with session() as opened:
            report = look_over(opened, caller(), project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK), book)
        return _draw(slug, report=report, packed=_packed(*given), message=words(error.message), reason=reason), 409
    count, more = len(report.written), len(report.written_groups)
    told = [ngettext("%(num)s code was written.", "%(num)s codes were written.", count)] if count or not more else []
    if more:
        told.append(ngettext("%(num)s group was written.", "%(num)s groups were written.", more))
    flash(" ".join(told), done)
    return redirect(url_for("codebook.index", slug=slug))


def _read(name: str, encoding: str, data: bytes) -> tuple[str, Any]:
    return read_file(data, name, encoding or None)


def _packed(name: str, encoding: str, data: bytes) -> tuple[str, str, str]:
    return name, encoding, data.decode("latin-1")


def _draw(
    slug: str,
    *,
    report: Report | None = None,
    packed: tuple[str, str, str] | None = None,
    message: str = "",
    reason: str = "",
) -> str:
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
    rows = (
        sorted(report.rows, key=lambda row: (row.verdict in FINE, row.verdict == "same", row.number)) if report else []
    )
    return render_template(
        "codebook/import.html",
        project=project,
        report=report,
        shown=rows[:SHOWN],
        packed=pack([[*packed, str(report.base_no)]]) if report and packed else "",
        message=message,
        reason=reason,
        verdicts=VERDICTS,
        fields=FIELDS,
        encodings=ENCODINGS,
        formats=READ,
        columns=[heads[0] for heads in COLUMNS.values()],
        words=words,
        told=_told,
    )


def _told(difference: Difference, value: Any) -> str:
    """Return a value of a difference as the page shows it."""
    if difference.field == "is_codable":
        return str(gettext("yes") if value else gettext("no"))
    if difference.field == "parent":
        return str(value or gettext("Nothing: at the top"))
    return " · ".join(value) if isinstance(value, list) else str(value)
