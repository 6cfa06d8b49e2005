"""Identities towards other programs: each thing that a project file names has one, and keeps it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from kmwiki.accounts.models import Project, User
from kmwiki.coding.codebook.models import CodeGroup
from kmwiki.coding.guids import NOTE, SELECTION, derived, guid_of
from kmwiki.coding.models import Code, Coding
from kmwiki.db import session, transaction
from kmwiki.sources.models import Revision, Source
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.make import Make
    from tests.make_coding import Desk

SPACE = "urn:QDA-XML:project:1.0"


def element(parent: Any, tag: str, **attributes: object) -> Any:
    given = {key: str(value) for key, value in attributes.items()}
    return etree.SubElement(parent, f"{{{SPACE}}}{tag}", given)


def written(s: Session, desk: Desk, coding: Coding, group: CodeGroup) -> Any:
    """Write the project file of a desk with all kinds of things in it that need an identity."""
    project, user = s.get_one(Project, desk.project.id), s.get_one(User, desk.coder.user_id)
    source, code = s.get_one(Source, desk.source_id), s.get_one(Code, desk.code.id)
    made = etree.Element(f"{{{SPACE}}}Project", {"name": project.name, "creatingUserGUID": guid_of(project, user)})
    element(element(made, "Users"), "User", guid=guid_of(project, user), name=user.name)
    codes = element(element(made, "CodeBook"), "Codes")
    element(codes, "Code", guid=guid_of(project, code), name=code.name_th, isCodable="true")
    voice = derived(project, "codings", 0, part="voice")
    element(element(made, "Variables"), "Variable", guid=voice, name="voice", typeOfVariable="Text")
    element(element(made, "Cases"), "Case", guid=derived(project, "entries", desk.entry.id, part="case"))
    text = element(element(made, "Sources"), "TextSource", guid=guid_of(project, source))
    element(text, "PlainTextContent").text = s.get_one(Revision, (source.id, 1)).reading_text
    chosen = element(
        text, "PlainTextSelection", guid=guid_of(project, coding, part=SELECTION), creatingUser=guid_of(project, user),
        startPosition=coding.start, endPosition=coding.end,
    )  # fmt: skip
    put = element(chosen, "Coding", guid=guid_of(project, coding), creatingUser=guid_of(project, user))
    element(put, "CodeRef", targetGUID=guid_of(project, code))
    element(element(made, "Notes"), "Note", guid=guid_of(project, coding, part=NOTE), name="คิด")
    element(element(made, "Sets"), "Set", guid=guid_of(project, group), name=group.name)
    return made


def guids(made: Any) -> list[str]:
    return [value for node in made.iter() for name, value in node.attrib.items() if name == "guid"]


def test_a_project_file_can_name_everything_and_names_it_so_for_ever(make: Make, refi_dir: Path) -> None:
    desk, other = make_desk(make), make_desk(make)
    coding, twin = desk.add("ปีแรก", memo="คิด"), other.add("ปีแรก")
    with transaction() as s:
        group = CodeGroup(project_id=desk.project.id, guid="{1F0E9C3A-0000-4000-8000-ABCDEFABCDEF}", name="กลุ่ม")
        theirs = CodeGroup(project_id=other.project.id, guid="1f0e9c3a-0000-4000-8000-abcdefabcdff", name="กลุ่ม")
        s.add_all([group, theirs])
    with session() as s:
        made, again = written(s, desk, coding, group), written(s, desk, coding, group)
        foreign = written(s, other, twin, theirs)
    schema = etree.XMLSchema(etree.parse(refi_dir / "Project.xsd"))
    schema.assertValid(made)
    assert etree.tostring(made) == etree.tostring(again)
    found = guids(made)
    assert len(found) == len(set(found)) == 9
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid) for guid in found)
    assert not set(found) & set(guids(foreign))
    desk.save("นำหน้า\n\n" + desk.text())
    with session() as s:
        assert guids(written(s, desk, desk.reread(coding), group)) == found


def test_the_rule_of_what_is_derived_does_not_change() -> None:
    """Files that were given away name things by it."""
    project = Project(guid="7d444840-9dc0-11d1-b245-5ffdce74fad2")
    assert guid_of(project, User(id=7)) == "65c59e5b-1049-5b8b-9a7e-d4f99983fa73"
    assert derived(project, "sources", 3) != derived(project, "users", 3) != derived(project, "users", 3, part="x")
