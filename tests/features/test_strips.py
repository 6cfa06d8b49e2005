"""The strip beside an entry in a list: where its codings stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.coding import service as coding
from kmwiki.coding.models import Code
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.strips import strips_of
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from tests.make import Make


def test_a_strip_shows_where_in_the_text_the_codings_stand(make: Make) -> None:
    project = make.project()
    author = make.member(project, Role.RESEARCHER)
    coded = make_entry(project, author, body="กองทุนออมวันละบาท...", body_format="plain")
    bare = make_entry(project, author, body="ไม่มีอะไร")
    with transaction() as session:
        code = Code(project_id=project.id, guid="11111111-1111-4111-8111-111111111111", name_th="การออม", color=5)
        session.add(code)
        session.flush()
        wanted = CodingIn(code_id=code.id, start=0, end=6, quote="กองทุน", revision=1)
        coding.add_coding(session, author, session.get_one(Source, coded.source_id), wanted)
    with reading() as session:
        strips = strips_of(session, author, [coded.source_id, bare.source_id])
    strip = strips[coded.source_id]
    assert (strip.count, strip.waiting, len(strip.bars)) == (1, 0, 1)
    assert (strip.bars[0].x, strip.bars[0].width, strip.bars[0].color) == (0.0, 30.0, 5)
    assert (strips[bare.source_id].count, strips[bare.source_id].bars) == (0, [])
