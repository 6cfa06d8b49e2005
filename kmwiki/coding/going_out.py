"""The codebook as a file: whoever may read the project may take it; each one that leaves is an event."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from kmwiki.coding.tree import live_codes
from kmwiki.errors import Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.formats.codebook_tables import read_csv, read_xlsx, write_table
from kmwiki.formats.codebooks import TEXTS, FileBook, FileCode
from kmwiki.formats.qdc import ORIGIN, read_qdc, write_qdc
from kmwiki.security.policy import Permission, can
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

FORMATS = ("qdc", "csv", "xlsx")
TYPES = {
    "qdc": "application/xml",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def codebook_file(session: Session, caller: Caller, project: Project, form: str) -> bytes:
    """Return the live codes of a project as a file. Records `codebook.exported`. NotFound, Invalid."""
    codes = codes_out(session, caller, project)
    if form == "qdc":
        data = write_qdc(codes, origin=f"{ORIGIN} {version('kmwiki')}")
    elif form in {"csv", "xlsx"}:
        data = write_table(codes, form, title=project.name, is_thai=caller.locale == "th")
    else:
        raise Invalid.one("format", say("%(value)s is none of: %(names)s.", value=form[:80], names=", ".join(FORMATS)))
    record(session, caller, "codebook.exported", project_id=project.id, format=form, codes=len(codes))
    return data


def codes_out(session: Session, caller: Caller, project: Project) -> list[FileCode]:
    """Return the live codes from top to bottom, as the caller may see their texts. NotFound for who is no member."""
    if not can(caller, Permission.READ, project.id):
        raise NotFound(say("There is no such project here."))
    veil = veil_for(session, caller, project.id)
    return [
        FileCode(line=code.id, name=veil.text(code.name_th), guid=code.guid, under=under, given=_given(code, veil.text))
        for code, under in in_order(live_codes(session, project.id))
    ]


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
            names=", ".join(FORMATS),
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
