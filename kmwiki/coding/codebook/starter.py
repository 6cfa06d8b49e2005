"""The starter codebook that ships with the product: read from its file, put into a project as ordinary codes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmwiki.coding.codebook.codes import add_code
from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.codebook.versions import note_change
from kmwiki.coding.schemas import CodeIn
from kmwiki.errors import Conflict, Forbidden, say
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

FILE = Path(__file__).with_name("starter_codebook.toml")
REASON = "สมุดรหัสตั้งต้นที่มากับโปรแกรม"


def install_starter(session: Session, caller: Caller, project: Project) -> dict[str, Code]:
    """Fill an empty codebook with the starter codes; return them by their keys. Conflict if there are codes already."""
    if not can(caller, Permission.EDIT_CODEBOOK, project.id):
        raise Forbidden(
            say("Your role in this project does not let you change the codebook. Ask an owner of the project.")
        )
    if live_codes(session, project.id):
        raise Conflict(say("This project has codes already; the starter codebook is for an empty one."))
    made: dict[str, Code] = {}
    for row in read_starter():
        parent = row.pop("parent", None)
        key = row.pop("key")
        made[key] = add_code(session, project.id, CodeIn(**row, parent_id=made[parent].id if parent else None))
    if made:
        note_change(session, caller, "codebook.installed", made.values(), reason=REASON)
    return made


def read_starter(path: Path = FILE) -> list[dict[str, Any]]:
    """Return the codes of the file, each a table with its key, parents before their children."""
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["code"])
