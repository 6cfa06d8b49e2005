"""A codebook out and in as a file: told row by row first, then one change; the way round is equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree
from sqlalchemy import func, select

from kmwiki.coding import service
from kmwiki.coding.codebook.going_out import codebook_file, codes_out, read_file
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.coding.codebook.taking_in import look_over, take_in
from kmwiki.coding.codebook.tree import MAX_DEPTH, ancestors_of, live_codes
from kmwiki.coding.models import Code, CodeAncestor, CodebookChange, CodeVersion
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.formats.codebooks import FileBook, FileCode
from kmwiki.security.policy import Role
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.incoming import Report
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def book(*codes: FileCode) -> FileBook:
    """Make a file of these codes."""
    return FileBook(codes)


def code(name: str, under: int | None = None, **more: Any) -> FileCode:
    """Make a code of a file; what is no place, path or GUID is given."""
    own: dict[str, Any] = {
        key: more.pop(key) for key in ("guid", "path", "has_place", "line", "problem") if key in more
    }
    values: dict[str, Any] = {"line": 0, "name": name, "under": under, "given": more}
    return FileCode(**(values | own))


def look(desk: Desk, *codes: FileCode) -> Report:
    """Look a file over."""
    with session() as s:
        return look_over(s, desk.coder, desk.project, book(*codes))


def verdicts(report: Report) -> list[str]:
    """What becomes of each row."""
    return [row.verdict for row in report.rows]


def take(desk: Desk, *codes: FileCode, **more: Any) -> Report:
    """Take a file in."""
    with transaction() as s:
        return take_in(s, desk.coder, desk.project, book(*codes), **more)


def out(project: Project, caller: Caller) -> list[tuple[Any, ...]]:
    """What a file of the codebook would hold."""
    with session() as s:
        return [(each.name, each.guid, each.under, dict(each.given)) for each in codes_out(s, caller, project)]


@pytest.mark.parametrize("form", ["qdc", "csv", "xlsx"])
def test_the_starter_codebook_goes_out_and_comes_in_equal_and_twice_is_once(
    make: Make, form: str, refi_dir: Path
) -> None:
    one, other = make.project(), make.project()
    user = make.user()
    make.member(one, user=user)
    coder = make.member(other, user=user)
    with transaction() as s:
        install_starter(s, coder, one)
        data = codebook_file(s, coder, one, form)
    if form == "qdc":
        schema = etree.XMLSchema(etree.parse(refi_dir / "Codebook.xsd"))
        schema.assertValid(etree.fromstring(data))
    kind, read = read_file(data, f"สมุดรหัส.{form.upper()}")
    with transaction() as s:
        report = take_in(s, coder, other, read, reason="เริ่มโครงการ", form=kind)
    assert set(verdicts(report)) == {"new"}
    assert out(other, coder) == out(one, coder)
    with transaction() as s:
        again = take_in(s, coder, other, read)
        assert set(verdicts(again)) == {"same"}
        changes = s.scalars(select(CodebookChange).where(CodebookChange.project_id == other.id)).all()
        assert [(change.verb, change.reason) for change in changes] == [("codebook.imported", "เริ่มโครงการ")]
        touched = s.scalar(select(func.count()).where(CodeVersion.project_id == other.id))
        assert touched == len(report.rows)
        deepest = live_codes(s, other.id)[-1]
        assert [above.id for above in ancestors_of(s, deepest)] == ([deepest.parent_id] if deepest.parent_id else [])
        events = s.scalars(select(Event.verb).where(Event.project_id.in_([one.id, other.id])).order_by(Event.seq)).all()
    assert [verb for verb in events if verb.startswith("codebook.") and verb != "codebook.installed"] == [
        "codebook.exported",
        "codebook.imported",
    ]


def test_the_ancestors_that_an_import_writes_are_those_that_moving_by_hand_would_write(desk: Desk) -> None:
    top = desk.more_code("บน")
    low = desk.more_code("ล่าง", parent_id=desk.code.id)
    take(desk, code("การออม", path=("บน",)), code("ใหม่", path=("ล่าง",)))
    with session() as s:
        new = s.scalars(select(Code).where(Code.name_th == "ใหม่")).one()
        assert [above.id for above in ancestors_of(s, new)] == [top.id, desk.code.id, low.id]
        assert s.get(CodeAncestor, (top.id, low.id)) is not None
        before = sorted((row.ancestor_id, row.code_id, row.depth) for row in s.scalars(select(CodeAncestor)))
    with transaction() as s:
        service.move_code(s, desk.coder, s.get_one(Code, desk.code.id), parent_id=None)
        service.move_code(s, desk.coder, s.get_one(Code, desk.code.id), parent_id=top.id)
        after = sorted((row.ancestor_id, row.code_id, row.depth) for row in s.scalars(select(CodeAncestor)))
    assert after == before


def test_a_code_is_known_by_its_guid_then_by_its_name_in_its_place(desk: Desk) -> None:
    guid = desk.code.guid
    renamed = look(desk, code("ออมทรัพย์", guid=guid))
    assert verdicts(renamed) == ["changed"]
    assert [each.field for each in renamed.rows[0].differences] == ["name_th", "aliases"]
    foreign = "d097e6fd-7671-4d95-a8b6-7795fa4a72e1"
    assert verdicts(look(desk, code("การออม", guid=foreign))) == ["same"]
    assert verdicts(look(desk, code("กลุ่ม"), code("การออม", 0, guid=foreign))) == ["new", "new"]
    assert verdicts(look(desk, code("กลุ่ม"), code("การออม", 0))) == ["new", "changed"]


def test_what_an_import_renames_keeps_its_former_name_and_no_name_is_taken_away(desk: Desk) -> None:
    given = code("ออมทรัพย์", guid=desk.code.guid, aliases=["ฝาก"], color=4, definition="ใหม่")
    assert verdicts(take(desk, given)) == ["changed"]
    assert verdicts(look(desk, given)) == ["same"]
    with session() as s:
        kept = s.get_one(Code, desk.code.id)
        assert (kept.name_th, kept.aliases, kept.color, kept.definition) == ("ออมทรัพย์", ["ฝาก", "การออม"], 4, "ใหม่")
        assert kept.name_en == "Savings"


def test_two_codes_may_change_places_and_names_in_one_file(desk: Desk) -> None:
    other = desk.more_code("สวัสดิการ")
    rows = (code("สวัสดิการ", guid=desk.code.guid), code("การออม", guid=other.guid))
    assert verdicts(take(desk, *rows)) == ["changed", "changed"]
    turned = (code("การออม", guid=other.guid, path=()), code("สวัสดิการ", 0, guid=desk.code.guid))
    assert verdicts(take(desk, *turned)) == ["same", "changed"]
    assert verdicts(take(desk, code("สวัสดิการ", guid=desk.code.guid), code("การออม", 0, guid=other.guid))) == [
        "changed",
        "changed",
    ]


def test_loops_and_doubles_are_told_row_by_row_and_the_rest_is_taken(desk: Desk) -> None:
    below = desk.more_code("ย่อย", parent_id=desk.code.id)
    guid = "d097e6fd-7671-4d95-a8b6-7795fa4a72e1"
    report = look(
        desk,
        code("ก", path=("ข",)),
        code("ข", path=("ก",)),
        code("ค", path=("ข",)),
        code("ตัวเอง", path=("ตัวเอง",)),
        code("การออม", path=("ย่อย",)),
        code("ง", guid=guid),
        code("ง ซ้ำ", guid=guid),
        code("ง วน", 5, guid=guid),
        code("ง"),
        code("ไม่มีที่", path=("ไม่มี", "จริง")),
        code(""),
        code("น" * 201),
        code("ใต้คนที่ผิด", 10),
        code("พอดี"),
    )
    assert verdicts(report) == [
        "loop", "loop", "wrong", "loop", "loop", "new", "twice", "loop", "twice", "conflict",
        "wrong", "wrong", "wrong", "new",
    ]  # fmt: skip
    assert all(row.message for row in report.rows if row.verdict not in {"new", "changed", "same"})
    assert len(report.written) == 2
    assert below.parent_id == desk.code.id


def test_a_name_that_the_place_holds_already_is_a_conflict(desk: Desk) -> None:
    other = desk.more_code("สวัสดิการ")
    assert verdicts(look(desk, code("การออม", guid=other.guid))) == ["conflict"]
    assert verdicts(look(desk, code("การออม"), code("การออม"))) == ["same", "twice"]
    assert verdicts(look(desk, code("ใหม่"), code("ใหม่"))) == ["new", "twice"]


def test_without_a_place_a_code_stays_where_it_is_and_a_name_borne_twice_must_be_told(desk: Desk) -> None:
    desk.more_code("ย่อย", parent_id=desk.code.id)
    assert verdicts(look(desk, code("ย่อย", has_place=False, definition="ก"))) == ["changed"]
    desk.more_code("ย่อย")
    assert verdicts(look(desk, code("ย่อย", has_place=False), code("x", path=("ย่อย",)))) == ["conflict", "wrong"]


def test_a_path_that_several_codes_answer_to_is_refused(desk: Desk) -> None:
    for parent in (desk.code, desk.more_code("สอง")):
        desk.more_code("ย่อย", parent_id=parent.id)
    report = look(desk, code("x", path=("ย่อย",)), code("y", path=("สอง", "ย่อย")))
    assert verdicts(report) == ["conflict", "new"]


def test_a_code_that_was_retired_here_is_not_brought_back_by_a_file(desk: Desk) -> None:
    with transaction() as s:
        service.retire_code(s, desk.coder, s.get_one(Code, desk.code.id))
    report = look(desk, code("การออม", guid=desk.code.guid), code("ใต้", 0))
    assert verdicts(report) == ["conflict", "wrong"]
    assert verdicts(look(desk, code("การออม"))) == ["new"]


def test_a_tree_that_would_be_too_deep_is_refused_from_there_on(desk: Desk) -> None:
    chain = [code(f"ชั้น {level}", level - 1 if level else None) for level in range(MAX_DEPTH + 2)]
    assert verdicts(look(desk, *chain)) == ["new"] * MAX_DEPTH + ["wrong"] * 2
    desk.more_code("ย่อย", parent_id=desk.code.id)
    moved = look(desk, *chain[: MAX_DEPTH - 1], code("การออม", MAX_DEPTH - 2, guid=desk.code.guid))
    assert verdicts(moved)[-1] == "wrong"


def test_ten_thousand_codes_are_told_row_by_row_and_hundreds_are_one_change(desk: Desk) -> None:
    many = [code(f"รหัส {number}", None if number % 20 == 0 else number - number % 20) for number in range(10_000)]
    assert look(desk, *many).counts == {"new": 10_000}
    assert take(desk, *many[:300], reason="มาก").counts == {"new": 300}
    with session() as s:
        assert s.scalar(select(func.count()).where(Code.project_id == desk.project.id)) == 301
        numbers = s.scalars(select(CodebookChange.no).where(CodebookChange.project_id == desk.project.id)).all()
    assert list(numbers) == [1, 2]


def test_a_report_that_the_codebook_has_outrun_is_not_written(desk: Desk) -> None:
    base = look(desk, code("ใหม่")).base_no
    desk.more_code("ระหว่างนี้")
    with pytest.raises(Conflict):
        take(desk, code("ใหม่"), base_no=base)


def test_readers_take_a_codebook_out_with_personal_data_hidden_but_bring_none_in(make: Make, desk: Desk) -> None:
    desk.more_code("ติดต่อ", example="โทร 081-234-5678")
    reader, stranger = make.member(desk.project, Role.READER), make.caller(make.user())
    with transaction() as s:
        data = codebook_file(s, reader, desk.project, "qdc").decode()
        assert "ติดต่อ" in data
        assert "081-234-5678" not in data
        assert "081-234-5678" in codebook_file(s, desk.coder, desk.project, "qdc").decode()
        with pytest.raises(Forbidden):
            look_over(s, reader, desk.project, book(code("ใหม่")))
        with pytest.raises(NotFound):
            codebook_file(s, stranger, desk.project, "qdc")
        with pytest.raises(NotFound):
            take_in(s, stranger, desk.project, book(code("ใหม่")))


def test_an_empty_codebook_an_unknown_format_and_an_unknown_file_are_refused_in_words(make: Make) -> None:
    project = make.project()
    coder = make.member(project)
    with transaction() as s:
        with pytest.raises(Invalid, match="empty"):
            codebook_file(s, coder, project, "qdc")
        with pytest.raises(Invalid, match="none of"):
            codebook_file(s, coder, project, "pdf")
    with pytest.raises(Invalid, match="no codebook"):
        read_file(b"x", "codes.pdf")
