"""A project's dictionary: equal at once, versioned, undone, read from tables, followed by the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid
from kmwiki.events.models import Event
from kmwiki.jobs.models import Job
from kmwiki.search import cutting, documents, index, indexing, terms, terms_queries
from kmwiki.search.dictionary import Term, dictionary
from kmwiki.search.terms_table import changes_for, read_table, write_table
from kmwiki.security.policy import Role
from tests.make_search import ask, drain, titles, write

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Document
    from kmwiki.search.models import DictionaryTerm
    from kmwiki.security.policy import Caller
    from kmwiki.text.words import Segmenter
    from tests.make import Make

FULL = "คณะทำงานกลางทุ่งนา"


@pytest.fixture
def project(make: Make) -> Project:
    """A project."""
    return make.project("village")


@pytest.fixture
def editor(make: Make, project: Project) -> Caller:
    """Who may change its dictionary."""
    return make.member(project, Role.RESEARCHER)


def add(editor: Caller, project: Project, *given: str, reason: str = "") -> DictionaryTerm:
    """Add a term."""
    with transaction() as opened:
        return terms.add_term(opened, editor, project, Term(*given), reason=reason)


def present(project: Project) -> list[Term]:
    """Return what the dictionary holds."""
    with session() as opened:
        return [terms.told(row) for row in terms.all_terms(opened, project.id)]


def test_an_abbreviation_is_equal_at_once_and_the_index_follows(editor: Caller, project: Project) -> None:
    write(editor, project, f"ประชุมกับ{FULL}เมื่อวาน")
    drain()
    assert ask(editor, project, "คกท").total == 0
    row = add(editor, project, "คกท.", FULL, reason="ใช้บ่อย")
    found = ask(editor, project, "คกท")
    assert found.total == 1
    assert found.query.also == [f"คกท = {FULL}"]
    assert not found.complete
    with session() as opened:
        assert terms_queries.progress(opened, project.id).state == "queued"
        assert opened.scalars(select(Job.kind).where(Job.kind == "rebuild")).all() == ["rebuild"]
        assert opened.scalars(select(Event.verb).where(Event.verb.like("dictionary.%"))).all() == ["dictionary.added"]
    assert not indexing.check().is_equal
    drain()
    assert indexing.check().is_equal  # the texts are cut by the new words
    with session() as opened:
        assert terms_queries.progress(opened, project.id).state == ""
    assert ask(editor, project, "คกท").complete
    with transaction() as opened:
        terms.remove_term(opened, editor, opened.get_one(type(row), row.id))
    assert ask(editor, project, "คกท", mode="exact").total == 0
    assert ask(editor, project, "คกท").query.also == []


@pytest.mark.parametrize("at_once", [400, 1])
def test_the_index_follows_a_dictionary_only_where_its_words_stand(
    editor: Caller, project: Project, make: Make, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Few texts are one commit, more than `at_once` go into a copy of the index that takes its place."""
    other = make.project("faraway")
    stranger = make.member(other, Role.RESEARCHER, user=make.user())
    for number in range(3):
        write(editor, project, f"คุยกับ{FULL}รอบที่ {number}")
    write(editor, project, "ฝนตกทั้งวัน")
    write(stranger, other, f"ที่นี่ก็มี{FULL}")
    drain()
    monkeypatch.setattr(cutting, "BULK", at_once)
    cut: list[str] = []
    really = documents.make_document

    def watched(outline: documents.Outline, body: str, segmenter: Segmenter) -> Document:
        cut.append(outline.key)
        return really(outline, body, segmenter)

    monkeypatch.setattr(documents, "make_document", watched)
    add(editor, project, "คกท.", FULL)
    during = [ask(editor, project, "ฝนตก").total, ask(stranger, other, FULL).total]
    drain()
    assert len(cut) == 3
    assert during == [ask(editor, project, "ฝนตก").total, ask(stranger, other, FULL).total] == [1, 1]
    assert indexing.check().is_equal
    assert ask(editor, project, FULL).total == 3
    cut.clear()
    row = add(editor, project, "ไม่มีที่ไหน", "คำที่ไม่มีใครเขียนไว้")
    drain()
    assert cut == []
    with transaction() as opened:
        terms.remove_term(opened, editor, opened.get_one(type(row), row.id))
    indexing.rebuild_now(lambda done, total: None)  # noqa: ARG005 - nobody watches
    assert len(cut) == 5
    assert indexing.check().is_equal
    root = index.engine().root  # type: ignore[attr-defined]
    for damage in ("", "[]", '{"words": {"x": 1, "1": 2}}'):
        (next(root.glob("index-*")) / "labels.json").write_text(damage, encoding="utf-8")
        assert not indexing.check().is_equal  # how the texts were cut is not known any more
        drain()
        assert indexing.check().is_equal


def test_a_word_that_was_never_committed_means_nothing(editor: Caller, project: Project) -> None:
    write(editor, project, f"ประชุมกับ{FULL}เมื่อวาน")
    drain()

    with session() as opened:  # closed without a commit
        terms.add_term(opened, editor, project, Term("คกท.", FULL))
        opened.flush()
        assert dictionary(opened, project.id).equals("คกท")
    assert ask(editor, project, "คกท").query.also == []
    add(editor, project, "คคท.", FULL)
    assert ask(editor, project, "คคท").total == 1
    assert ask(editor, project, "คกท").query.also == []


def test_a_project_may_explain_or_turn_off_what_the_product_knows(editor: Caller, project: Project) -> None:
    write(editor, project, "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัด", title="เก่า")
    write(editor, project, "พวกเรามาจากจังหวัด", title="ใหม่")
    drain()
    assert titles(ask(editor, project, "พมจ.")) == ["เก่า"]
    row = add(editor, project, "พ.ม.จ.", "พวกเรามาจากจังหวัด")
    assert titles(ask(editor, project, "พมจ.")) == ["ใหม่"]
    with transaction() as opened:
        terms.change_term(opened, editor, opened.get_one(type(row), row.id), Term("พมจ", "", "abbreviation"))
    assert ask(editor, project, "พมจ.").query.also == []
    with session() as opened:
        known = terms_queries.built_in(terms.all_terms(opened, project.id), "พมจ")
    assert [is_own for _, is_own in known] == [True, True]


def test_every_change_is_told_and_can_be_undone(editor: Caller, project: Project) -> None:
    row = add(editor, project, "คกท", FULL)
    with transaction() as opened:
        kept = opened.get_one(type(row), row.id)
        terms.change_term(opened, editor, kept, Term("คกท", "คณะกรรมการ", "abbreviation"), reason="ผิด")
        terms.change_term(opened, editor, kept, Term("คกท", "คณะกรรมการ", "abbreviation"))
        terms.remove_term(opened, editor, kept)
    with session() as opened:
        told, total = terms_queries.history(opened, project.id)
    assert total == 3
    assert [(one.no, one.verb, one.reason) for one in told] == [
        (3, "removed", ""),
        (2, "changed", "ผิด"),
        (1, "added", ""),
    ]
    assert told[1].terms == [(Term("คกท", FULL), Term("คกท", "คณะกรรมการ"))]
    with transaction() as opened, pytest.raises(Conflict):
        terms.undo_change(opened, editor, project, 2)
    for no in (3, 2, 1):
        with transaction() as opened:
            terms.undo_change(opened, editor, project, no)
        assert present(project) == {3: [Term("คกท", "คณะกรรมการ")], 2: [Term("คกท", FULL)], 1: []}[no]
    with transaction() as opened:
        assert terms.undo_change(opened, editor, project, 6) == 7
    assert present(project) == [Term("คกท", FULL)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("ก", "กองทุน"), "term"),
        (("  ", "กองทุน"), "term"),
        (("ก" * 81, "กองทุน"), "term"),
        (("กท", "ก" * 301), "expansion"),
        (("พ.อ.ช.", "พอช"), "expansion"),
        (("กขค", ""), "expansion"),
        (("กขค", "กองทุน", "poem"), "kind"),
        (("กข\x07ค", "กองทุน"), "term"),
    ],
)
def test_what_cannot_be_a_word_is_refused(editor: Caller, project: Project, given: tuple[str, ...], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        add(editor, project, *given)
    assert field in caught.value.fields


def test_the_same_pair_stands_once_whichever_side_comes_first(editor: Caller, project: Project) -> None:
    add(editor, project, "คกท", FULL)
    for given in (("ค.ก.ท.", FULL), (FULL, "คกท", "term")):
        with pytest.raises(Conflict):
            add(editor, project, *given)


def test_readers_change_nothing(make: Make, project: Project) -> None:
    with pytest.raises(Forbidden):
        add(make.member(project, Role.READER), project, "คกท", FULL)


def test_a_table_is_judged_row_by_row_before_anything_is_written(editor: Caller, project: Project) -> None:
    add(editor, project, "คกท", FULL)
    add(editor, project, "ใบข้าว", "", "term")
    lines = [
        "คำ,ชื่อเต็มหรือชื่ออื่น,ชนิด",
        f"คกท.,{FULL},คำย่อ",
        "ใบข้าว,,คน",
        "กทน,กองทุนนา,คำย่อ",
        "กทน,กองทุนนา,",
        "กองทุนนา,กองทุนใหญ่,คำ",
        "กองทุนใหญ่,กทน,คำ",
        "ก,กองทุน,คำย่อ",
        "'=สูตร,,คำ",
        "",
    ]
    data = "\ufeff".encode() + "\r\n".join(lines).encode()
    with transaction() as opened:
        rows = terms.all_terms(opened, project.id)
        report = read_table(data, rows)
        assert [row.verdict for row in report.rows] == [
            "changed", "changed", "new", "twice", "new", "loop", "wrong", "new",
        ]  # fmt: skip
        assert [row.line for row in report.rows][:2] == [2, 3]
        assert report.counts["loop"] == 1
        no = terms.change_many(opened, editor, project, changes_for(report.wanted, rows), reason="จากตาราง")
    assert {one.term for one in present(project)} == {"คกท.", "ใบข้าว", "กทน", "กองทุนนา", "=สูตร"}
    with transaction() as opened:
        assert changes_for(report.wanted, terms.all_terms(opened, project.id)) == []
        terms.undo_change(opened, editor, project, no or 0)
    assert {one.term for one in present(project)} == {"คกท", "ใบข้าว"}


def test_a_table_comes_back_as_it_went_out(editor: Caller, project: Project) -> None:
    for given in (("คกท", FULL), ("อ.ภีม", "ภีม", "person"), ("=1+1", "", "term"), ('ก"ข,ค', "", "place")):
        add(editor, project, *given)
    with session() as opened:
        rows = terms.all_terms(opened, project.id)
        for locale in ("th", "en"):
            written = write_table(map(terms.told, rows), locale)
            assert written.startswith("\ufeff")
            assert "\n=1" not in written
            assert {row.verdict for row in read_table(written.encode(), rows).rows} == {"same"}


@pytest.mark.parametrize(
    "data",
    [
        "kind,expansion,term\nabbreviation,กองทุนนาของเรา,กทน",
        "ชนิด,ชื่อเต็มหรือชื่ออื่น,คำ\nคำย่อ,กองทุนนาของเรา,กทน",
        "คำ,ความหมาย\nกทน,กองทุนนาของเรา",
        "กทน,กองทุนนาของเรา,คำย่อ",
    ],
)
def test_the_names_of_the_columns_say_where_they_stand(data: str) -> None:
    assert [row.term for row in read_table(data.encode(), []).rows] == [Term("กทน", "กองทุนนาของเรา")]
    word = read_table("กองทุน,,คำ\n".encode(), []).rows  # the kind of a word is named like the first column
    assert [row.term for row in word] == [Term("กองทุน", "", "term")]


@pytest.mark.parametrize("encoding", ["cp874", "utf-16", "utf-8"])
def test_a_table_is_read_in_whatever_encoding(encoding: str) -> None:
    report = read_table("กทน;กองทุนนาของเรา;คำย่อ\nอบก;องค์การบริหารก้าวหน้า".encode(encoding), [])
    assert [row.term for row in report.rows] == [Term("กทน", "กองทุนนาของเรา"), Term("อบก", "องค์การบริหารก้าวหน้า")]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02\xff" * 50, "ก,ข\n".encode() * 10_001, b"a" * (5 << 20), b"\n\n"],
    ids=["empty", "binary", "too many rows", "too large", "blank lines"],
)
def test_a_file_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_table(data, [])


def test_a_whole_list_replaces_what_was_there_as_one_change(editor: Caller, project: Project) -> None:
    add(editor, project, "คกท", FULL)
    add(editor, project, "กทน", "กองทุนนา")
    with transaction() as opened:
        no = terms.replace_all(opened, editor, project, [Term("กทน", "กองทุนนา", "term"), Term("ใบข้าว", "", "person")])
        assert no == 3
        assert (
            terms.replace_all(opened, editor, project, [Term("ใบข้าว", "", "person"), Term("กทน", "กองทุนนา", "term")])
            is None
        )
    assert present(project) == [Term("กทน", "กองทุนนา", "term"), Term("ใบข้าว", "", "person")]
    with transaction() as opened, pytest.raises(Invalid) as caught:
        terms.replace_all(opened, editor, project, [Term("กทน", "ข้าว"), Term("กทน", "ข้าว")])
    assert "terms.1.term" in caught.value.fields


def test_words_of_another_project_mean_nothing_here(make: Make, editor: Caller, project: Project) -> None:
    other = make.project("town")
    owner = make.member(other, Role.OWNER)
    write(editor, project, FULL)
    drain()
    add(owner, other, "คกท", FULL)
    found = ask(editor, project, "คกท")
    assert (found.total, found.query.also) == (0, [])
    with transaction() as opened, pytest.raises(Forbidden):
        terms.add_term(opened, editor, other, Term("กทน", "กองทุนนา"))
