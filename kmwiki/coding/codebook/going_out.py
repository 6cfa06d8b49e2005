"""The codebook as a file: whoever may read the project may take it; each one that leaves is an event."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from kmwiki.coding.codebook.groups import groups_of
from kmwiki.coding.codebook.paper import codebook_paper
from kmwiki.coding.codebook.past import book_at, states_at
from kmwiki.coding.codebook.tree import all_codes, live_codes
from kmwiki.coding.models import Code
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.formats import docx_writing
from kmwiki.formats.codebook_tables import read_csv, read_xlsx, write_table
from kmwiki.formats.codebooks import TEXTS, FileBook, FileCode, FileGroup
from kmwiki.formats.qdc import ORIGIN, read_qdc, write_qdc
from kmwiki.security.policy import Permission, can
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.past import Moment
    from kmwiki.security.policy import Caller

FORMATS = ("qdc", "csv", "xlsx", "docx")
READ = ("qdc", "csv", "xlsx")
TYPES = {
    "qdc": "application/xml",
    "csv": "text/csv",
    "docx": docx_writing.MIME,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def codebook_file(
    session: Session, caller: Caller, project: Project, form: str, *, moment: Moment | None = None
) -> bytes:
    """Return the live codes of a project as a file, a Word file also as of a past moment.

    Records `codebook.exported`. NotFound, Invalid.
    """
    if moment is not None and form not in {"docx", "qdc"}:
        raise Invalid.one("at", say("Of a past day the codebook can be taken out as qdc or docx only."))
    codes, groups = codes_out(session, caller, project, moment), groups_out(session, caller, project)
    if form == "docx":
        data = codebook_paper(session, caller, project, moment)
    elif form == "qdc":
        data = write_qdc(codes, () if moment else groups, origin=f"{ORIGIN} {version('kmwiki')}")
    elif form in {"csv", "xlsx"}:
        data = write_table(_with_groups(codes, groups), form, title=project.name, is_thai=caller.locale == "th")
    else:
        raise Invalid.one("format", say("%(value)s is none of: %(names)s.", value=form[:80], names=", ".join(FORMATS)))
    record(session, caller, "codebook.exported", project_id=project.id, format=form, codes=len(codes))
    return data


def codes_out(session: Session, caller: Caller, project: Project, moment: Moment | None = None) -> list[FileCode]:
    """Return the live codes from top to bottom, as the caller may see their texts. NotFound for who is no member.

    Of a past moment they are as its version has them.
    """
    if not can(caller, Permission.READ, project.id):
        raise NotFound(say("There is no such project here."))
    veil = veil_for(session, caller, project.id)
    if moment is not None:
        return _past_codes(session, project.id, moment.no, veil.text)
    return [
        FileCode(line=code.id, name=veil.text(code.name_th), guid=code.guid, under=under, given=_given(code, veil.text))
        for code, under in in_order(live_codes(session, project.id))
    ]


def groups_out(session: Session, caller: Caller, project: Project) -> list[FileGroup]:
    """Return the groups of codes, their members as indexes of `codes_out`."""
    veil = veil_for(session, caller, project.id)
    at = {code.id: index for index, (code, _) in enumerate(in_order(live_codes(session, project.id)))}
    return [
        FileGroup(
            veil.text(row.name),
            tuple(sorted(at[code_id] for code_id in row.code_ids)),
            row.guid,
            veil.text(row.description),
        )
        for row in groups_of(session, project.id)
    ]


def _past_codes(session: Session, project_id: int, no: int, shown: Callable[[str], str]) -> list[FileCode]:
    guids = {code.id: code.guid for code in all_codes(session, project_id)}
    found: list[FileCode] = []
    above: list[int] = []
    for past in book_at(states_at(session, project_id, no)):
        del above[past.depth :]
        code = Code(
            **{name: past.data[name] for name in (*TEXTS, "name_th", "color", "pattern", "is_codable", "aliases")}
        )
        under = above[-1] if above else None
        above.append(len(found))
        name, guid = shown(code.name_th), guids.get(past.id, "")
        found.append(FileCode(line=past.id, name=name, guid=guid, under=under, given=_given(code, shown)))
    return found


def _with_groups(codes: list[FileCode], groups: list[FileGroup]) -> list[FileCode]:
    """Return the codes of a table: each with the names of the groups that it is in."""
    names: dict[int, list[str]] = {}
    for group in groups:
        for index in group.codes:
            names.setdefault(index, []).append(group.name)
    return [replace(code, given={**code.given, "groups": names.get(index, [])}) for index, code in enumerate(codes)]


def in_order(codes: list[Code]) -> list[tuple[Code, int | None]]:
    """Return codes from top to bottom, each with the index of the one above it."""
    below: dict[int | None, list[Code]] = {}
    ids = {code.id for code in codes}
    for code in codes:
        below.setdefault(code.parent_id if code.parent_id in ids else None, []).append(code)
    found: list[tuple[Code, int | None]] = []
    waiting: list[tuple[Code, int | None]] = [(code, None) for code in reversed(below.get(None, []))]
    while waiting:
        code, under = waiting.pop()
        index = len(found)
        found.append((code, under))
        waiting.extend((child, index) for child in reversed(below.get(code.id, [])))
    return found


def read_file(data: bytes, name: str, encoding: str | None = None) -> tuple[str, FileBook]:
    """Read a codebook file by what its name ends with. Return its format and its codes. Invalid, in words."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in {"qdc", "xml", "qde"}:
        return "qdc", read_qdc(data, encoding)
    if ending == "xlsx":
        return ending, read_xlsx(data)
    if ending in {"csv", "tsv", "txt"}:
        return "csv", read_csv(data, encoding)
    raise Invalid.one(
        "file",
        say(
            "A file called “%(name)s” is no codebook. Take one of: %(names)s.",
            name=name[-80:],
            names=", ".join(READ),
        ),
    )


def _given(code: Code, shown: Callable[[str], str]) -> dict[str, Any]:
    texts: dict[str, Any] = {name: shown(getattr(code, name)) for name in TEXTS}
    return texts | {
        "aliases": [shown(alias) for alias in code.aliases],
        "color": code.color,
        "pattern": code.pattern,
        "is_codable": code.is_codable,
    }
