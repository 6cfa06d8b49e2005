"""Who sees personal data: masks for some, the words themselves for others, and what a project clears for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.coding import service as coding
from kmwiki.coding.models import Code
from kmwiki.coding.queries import CodingFilters, find_codings
from kmwiki.coding.schemas import CodingIn
from kmwiki.comments import service as comments
from kmwiki.comments.queries import thread
from kmwiki.comments.schemas import PassageIn
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.filters import EntryFilters, count_values
from kmwiki.entries.queries import entry_out, list_entries
from kmwiki.errors import Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.security.policy import NOBODY, Role
from kmwiki.sources.clearing import clear_personal, cleared_in, restore_personal
from kmwiki.sources.models import Source
from kmwiki.sources.queries import heads, revision
from kmwiki.sources.texts import sha256
from kmwiki.sources.veil import count_personal, veil_for
from kmwiki.text.personal import BLOCK
from tests.make_search import ask, drain, write

if TYPE_CHECKING:
    from tests.make import Make

PHONE = "02-555-0142"
BODY = f"โทร **02**-555-*0142* แล้วโทร {PHONE} ต่อ 7 [โทร](tel:025550142) ![x {PHONE}](a.png)"


def test_a_revision_is_masked_at_every_place_and_keeps_its_offsets(make: Make) -> None:
    project = make.project()
    writer, reader = make.member(project), make.member(project, Role.READER)
    entry = write(writer, project, BODY, title=f"ถาม {PHONE}", body_format="markdown")
    with session() as opened:
        source = opened.get_one(Source, entry.source_id)
        kept = heads(opened, [source])[source.id]
        assert veil_for(opened, writer, project.id).revision(kept) is kept
        for person in (reader, NOBODY):
            veil = veil_for(opened, person, project.id)
            shown = veil.revision(kept)
            assert "555" not in f"{shown.body}{shown.html}{shown.reading_text}{shown.meta}{shown.reason}"
            assert "0142" not in f"{shown.body}{shown.html}{shown.reading_text}{shown.meta}"
            assert "tel:" not in shown.html
            assert len(shown.reading_text) == len(kept.reading_text)
            assert shown.blocks == kept.blocks
            assert shown.sha256 == sha256(shown.reading_text) != kept.sha256
            assert veil.cut(kept.reading_text, 4, 8) == BLOCK * 4
        assert shown not in opened
        assert not opened.dirty
        assert count_personal(opened, project.id, kept.reading_text) == 2
        out = entry_out(opened, reader, entry_for(opened, reader, entry.id))
        assert "555" not in out.model_dump_json()


def test_a_hidden_number_is_not_found_digit_by_digit(make: Make) -> None:
    project = make.project()
    writer, reader = make.member(project), make.member(project, Role.READER)
    write(writer, project, "ก", title=f"ถาม {PHONE} ปี 02")
    write(writer, project, "ก", title="ปี 02")
    own = write(writer, project, "ก", title=f"ของเขา {PHONE}")
    with transaction() as opened:
        opened.get_one(Source, own.source_id).author_id = reader.user_id
    for text, for_all, for_reader in (("02", 3, 3), ("02-5", 2, 1), ("0142", 2, 1), ("ถาม", 1, 1)):
        filters = EntryFilters(text=text)
        with session() as opened:
            assert list_entries(opened, writer, project.id, filters)[1] == for_all
            assert list_entries(opened, reader, project.id, filters)[1] == for_reader
            counts = count_values(opened, reader, project.id, filters)
        assert sum(counts.kinds.values()) == for_reader


def test_quotes_are_cut_from_the_masked_text_and_guesses_are_not_answered(make: Make) -> None:
    project = make.project()
    writer, commenter = make.member(project), make.member(project, Role.COMMENTER)
    entry = write(writer, project, f"โทร {PHONE} ได้", body_format="plain")
    with transaction() as opened:
        source = opened.get_one(Source, entry.source_id)
        code = Code(project_id=project.id, guid="1" * 36, name_th="การออม")
        opened.add(code)
        opened.flush()
        coding.add_coding(
            opened, writer, source, CodingIn(code_id=code.id, start=0, end=9, quote="โทร 02-55", revision=1)
        )
        comments.add_comment(opened, writer, source, body="ใช่", passage=PassageIn(start=4, end=8))
        for guess in ("02-5", "03-5"):
            with pytest.raises(Invalid) as refused:
                comments.add_comment(
                    opened, commenter, source, body="ก", passage=PassageIn(start=4, end=8, quote=guess)
                )
            assert refused.value.fields["passage"].values["there"] == BLOCK * 4
        mine = comments.add_comment(
            opened, commenter, source, body=f"ของผม {PHONE}", passage=PassageIn(start=4, end=8, quote=BLOCK * 4)
        )
        mine_id = mine.id
    with session() as opened:
        rows, _ = find_codings(opened, commenter, project.id, CodingFilters())
        assert [(row.quote, row.coding.ev_quote) for row in rows] == [(f"โทร {BLOCK * 5}",) * 2]
        assert not opened.dirty
        said = {each.comment.id: each for each in thread(opened, commenter, entry.source_id).items}
        assert {each.quote for each in said.values()} == {BLOCK * 4}
        own = said[mine_id].revision
        assert own is not None
        assert own.body == f"ของผม {PHONE}"
    with session() as opened:
        said = {each.comment.id: each for each in thread(opened, writer, entry.source_id).items}
        assert {each.quote for each in said.values()} == {"02-5"}
        other = make.member(project, Role.READER)
        hidden = {each.comment.id: each for each in thread(opened, other, entry.source_id).items}[mine_id].revision
        assert hidden is not None
        assert hidden.body == f"ของผม {BLOCK * 11}"


def test_what_is_cleared_is_seen_and_searched_until_it_is_masked_again(make: Make) -> None:
    project, other = make.project(), make.project()
    writer, reader = make.member(project), make.member(project, Role.READER)
    entry = write(writer, project, "สำนักงาน ๐๒ ๕๕๕ ๐๑๔๒ และ 081-555-0199", body_format="plain")
    write(writer, project, "ไม่มีหมายเลข")
    drain()
    assert ask(writer, project, "0142").total == 0
    with transaction() as opened:
        for person, where in ((reader, project), (writer, other)):
            with pytest.raises(Forbidden):
                clear_personal(opened, person, where.id, PHONE)
        for text in ("เลขที่ 12", f"{PHONE} 081-555-0199", PHONE * 30):
            with pytest.raises(Invalid):
                clear_personal(opened, writer, project.id, text)
        with pytest.raises(Invalid):
            clear_personal(opened, writer, project.id, PHONE, reason="ก" * 501)
        cleared = clear_personal(opened, writer, project.id, f"โทร {PHONE}", reason="สำนักงาน")
        assert clear_personal(opened, writer, project.id, "+66 2 555 0142") is cleared
        cleared_id = cleared.id
    drain()
    assert ask(reader, project, "0142").total == 1
    assert ask(reader, project, "0199").total == 0
    assert not ask(reader, project, PHONE).query.notes
    with session() as opened:
        kept = revision(opened, opened.get_one(Source, entry.source_id))
        shown = veil_for(opened, reader, project.id).revision(kept).reading_text
        assert shown == f"สำนักงาน ๐๒ ๕๕๕ ๐๑๔๒ และ {BLOCK * 12}"
        assert [(row.text, row.reason, name) for row, name in cleared_in(opened, writer, project.id)] == [
            (PHONE, "สำนักงาน", writer.name)
        ]
        event = opened.query(Event).filter(Event.verb == "personal.cleared").one()
        assert event.data["texts"] == 1
        assert "0142" not in str(event.data)
    with transaction() as opened:
        with pytest.raises(NotFound):
            restore_personal(opened, make.member(other), other.id, cleared_id)
        restore_personal(opened, writer, project.id, cleared_id)
        with pytest.raises(NotFound):
            restore_personal(opened, writer, project.id, cleared_id)
    drain()
    assert ask(writer, project, "0142").total == 0
