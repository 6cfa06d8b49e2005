"""Quotes: the same passage is one quote, it keeps its words through edits, and who reads it is who reads its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from kmwiki import db
from kmwiki.coding.access import coding_for
from kmwiki.coding.batches.similar import Advisor
from kmwiki.comments import service as comments
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import bin_entry, save_entry
from kmwiki.errors import Forbidden, Invalid, NotFound, Unauthenticated
from kmwiki.events.models import Event
from kmwiki.quotes import queries, service
from kmwiki.quotes.access import quote_for
from kmwiki.quotes.citing import as_citation, as_markdown, as_text
from kmwiki.security.policy import NOBODY, Permission, Role
from kmwiki.sources.models import Source
from tests.make_coding import BODY, make_desk
from tests.make_rounds import make_bench

if TYPE_CHECKING:
    from kmwiki.quotes.queries import Told
    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

SITE = "https://wiki.example.org"
WORDS = "จ่ายค่าทำศพไปสามราย"


@pytest.fixture
def desk(make: Make) -> Desk:
    return make_desk(make)


def pin(desk: Desk, words: str, *, by: Caller | None = None, revision: int | None = None) -> tuple[int, bool]:
    start = BODY.index(words)
    with transaction() as s:
        source = s.get_one(Source, desk.source_id)
        made = service.pin(
            s, by or desk.coder, source, start=start, end=start + len(words), quote=words, revision=revision
        )
        return made[0].id, made[1]


def read(caller: Caller, quote_id: int) -> Told:
    with reading() as s:
        return quote_for(s, caller, quote_id)


def sees(caller: Caller, quote_id: int) -> bool:
    try:
        read(caller, quote_id)
    except NotFound:
        return False
    return True


def stand(desk: Desk, **values: str) -> None:
    """Set state and audience of the note."""
    with transaction() as s:
        for name, value in values.items():
            setattr(s.get_one(Source, desk.source_id), name, value)


def test_the_same_passage_is_one_quote_also_in_a_revision_that_reads_the_same(desk: Desk) -> None:
    first, is_new = pin(desk, WORDS)
    assert is_new
    with transaction() as s:
        entry = s.get_one(Entry, desk.entry.id)
        save_entry(s, desk.coder, entry, EntryPatch(title="ชื่อใหม่"), base_no=1)
    assert pin(desk, WORDS) == (first, False)
    assert pin(desk, "ค่าทำศพ")[0] != first
    with reading() as s:
        assert s.query(Event).filter(Event.verb == "quote.made").count() == 2
        assert queries.known(s, [(desk.source_id, 1, 99, 100)]) == {}
        start = BODY.index(WORDS)
        place = (desk.source_id, 1, start, start + len(WORDS))
        assert queries.known(s, [place]) == {place: first}


def test_it_keeps_its_words_while_the_text_goes_on_and_tells_where_they_are(desk: Desk) -> None:
    quote, _ = pin(desk, WORDS)
    told = read(desk.coder, quote)
    assert (told.words, told.standing.state, told.words_now) == (WORDS, "same", WORDS)
    assert told.before.endswith("ปีแรก")
    assert told.after.startswith(" คนจึงสมัครเพิ่ม")
    desk.save("เกริ่นนำยาวๆ ก่อน\n\n" + BODY)
    told = read(desk.coder, quote)
    assert (told.words, told.standing.state, told.words_now, told.revision) == (WORDS, "placed", WORDS, 1)
    assert told.url.endswith(f"?hit={desk.source_id}:{told.standing.start}-{told.standing.end}#hit")
    assert not told.has_changed
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว"))
    told = read(desk.coder, quote)
    assert told.has_changed
    assert told.words == WORDS
    assert told.words_now is not None
    assert told.words_now.startswith("จ่ายค่าทำศพไป")
    desk.save("เหลือเพียงบรรทัดเดียวที่ไม่เกี่ยวกัน")
    told = read(desk.coder, quote)
    assert (told.standing.state, told.words_now, told.words) == ("lost", None, WORDS)
    assert "hit=" not in told.url
    assert told.old_url is not None
    assert told.old_url.endswith(f"/e/{desk.entry.number}/history/1")


def test_the_evidence_and_the_present_words_of_a_coding_can_be_quoted(desk: Desk) -> None:
    coding = desk.add(WORDS)
    desk.save(BODY.replace("สามราย", "แปดราย"))

    offered: list[list[str]] = []

    def quoted(of: service.Of) -> tuple[int, bool]:
        with transaction() as s:
            found, source = coding_for(s, desk.coder, coding.id, Permission.READ)
            offered.append([choice.of for choice in service.choices_of(s, desk.coder, found, source)])
            made, is_new = service.pin_coding(s, desk.coder, found, source, of=of)
            return made.id, is_new

    now, _ = quoted("now")
    evidence, _ = quoted("evidence")
    assert read(desk.coder, now).words == "จ่ายค่าทำศพไปแปดราย"
    assert read(desk.coder, evidence).words == WORDS
    assert quoted("now") == (now, False)
    desk.save("ไม่มีอะไรเหลือเลยสักคำ")
    assert quoted("now") == (evidence, False), "one that lost its words has only its evidence"
    assert offered == [["now", "evidence"]] * 3 + [["evidence"]]


def test_a_passage_that_is_none_is_refused_and_so_is_a_memo(desk: Desk) -> None:
    for start, end, quote, field in (
        (5, 2, None, "end"),
        (0, 9999, None, "end"),
        (-1, 3, None, "start"),
        (3, 3, None, "end"),
        (0, 6, "ไม่ตรง", "quote"),
        (1, 4, None, "end"),
    ):
        with pytest.raises(Invalid) as caught, transaction() as s:
            service.pin(s, desk.coder, s.get_one(Source, desk.source_id), start=start, end=end, quote=quote)
        assert field in caught.value.fields
    with pytest.raises(NotFound), transaction() as s:
        service.pin(s, desk.coder, s.get_one(Source, desk.source_id), start=0, end=4, revision=9)
    stand(desk, kind="memo")
    with pytest.raises(Invalid), transaction() as s:
        service.pin(s, desk.coder, s.get_one(Source, desk.source_id), start=0, end=6)


def test_who_reads_it_is_who_reads_its_text(desk: Desk, make: Make) -> None:
    quote, _ = pin(desk, WORDS)
    reader, outsider = make.member(desk.project, Role.READER), make.member(make.project(), Role.OWNER)
    supervisor = make.member(desk.project, Role.SUPERVISOR)
    assert sees(reader, quote)
    assert not sees(outsider, quote)
    assert not sees(NOBODY, quote)
    stand(desk, audience="supervisors")
    assert (sees(reader, quote), sees(supervisor, quote), sees(desk.coder, quote)) == (False, True, True)
    stand(desk, audience="private")
    assert (sees(supervisor, quote), sees(desk.coder, quote)) == (False, True)
    stand(desk, audience="team", state="draft")
    assert (sees(reader, quote), sees(desk.coder, quote)) == (False, True)
    stand(desk, state="published")
    with transaction() as s:
        bin_entry(s, desk.coder, entry_for(s, desk.coder, desk.entry.id))
    assert not sees(desk.coder, quote)
    assert not sees(reader, 987654)


def test_a_public_reader_sees_the_words_as_long_as_they_stand_in_the_public_text(desk: Desk) -> None:
    quote, _ = pin(desk, WORDS)
    stand(desk, audience="public")
    desk.save("บรรทัดใหม่\n\n" + BODY.replace("ออมวันละบาท", "ออมวันละสองบาท"))
    told = read(NOBODY, quote)
    assert (told.words, told.revision, told.saved, told.made_by, told.old_url) == (WORDS, None, None, "", None)
    assert told.before.startswith("บรรทัดใหม่")
    assert "ออมวันละสองบาท" in told.before, "the context is that of the public text"
    desk.save(BODY.replace("สามราย", "แปดราย"))
    assert not sees(NOBODY, quote)
    assert sees(desk.coder, quote)
    with pytest.raises(Unauthenticated):
        pin(desk, "ค่าทำศพ", by=NOBODY)


def test_who_is_not_of_the_project_makes_none(desk: Desk, make: Make) -> None:
    stand(desk, audience="public")
    with pytest.raises(Forbidden):
        pin(desk, WORDS, by=make.member(make.project(), Role.OWNER))


def test_personal_data_is_hidden_in_quotes_too(make: Make) -> None:
    desk = make_desk(make, body="โทรหาป้าสมมุติที่ 081-234-5678 ได้ทุกวัน")
    text = desk.text()
    with transaction() as s:
        source = s.get_one(Source, desk.source_id)
        whole, _ = service.pin(s, desk.coder, source, start=0, end=len(text))
        at = text.index("234")
        part, _ = service.pin(s, desk.coder, source, start=at, end=at + 8)
    reader = make.member(desk.project, Role.READER)
    assert "081-234-5678" in read(desk.coder, whole.id).words
    assert "5678" not in read(reader, whole.id).words
    told = read(reader, part.id)
    assert "234" not in told.words + told.before + told.after + (told.words_now or "")


def test_words_of_a_comment_are_quoted_with_who_wrote_it(desk: Desk, make: Make) -> None:
    other = make.member(desk.project, user=make.user("ครูสมมุติ"))
    with transaction() as s:
        said = comments.add_comment(s, other, s.get_one(Source, desk.source_id), body="เห็นด้วย *ออมวันละบาท* คือจุดเริ่ม")
    with transaction() as s:
        quote, _ = service.pin(s, desk.coder, s.get_one(Source, said.source_id), start=9, end=20)
    told = read(desk.coder, quote.id)
    assert (told.words, told.authors, told.comment_id) == ("ออมวันละบาท", "ครูสมมุติ", said.id)
    assert f"comment={said.id}&hit=" in told.url
    assert "ความคิดเห็นใต้บันทึกที่" in as_citation(told, "th", SITE)


def test_it_is_copied_as_text_markdown_and_citation_in_both_languages(desk: Desk) -> None:
    with transaction() as s:
        entry = s.get_one(Entry, desk.entry.id)
        body = "มี *ดอกจัน* และ [ลิงก์](x)\n# ไม่ใช่หัวข้อ"
        patch = EntryPatch(body=body, body_format="plain", event_date="18 กุมภาพันธ์ 2551", places=["พัทลุง"])
        save_entry(s, desk.coder, entry, patch, base_no=1)
    with transaction() as s:
        source = s.get_one(Source, desk.source_id)
        quote, _ = service.pin(s, desk.coder, source, start=0, end=len(body))
    told = read(desk.coder, quote.id)
    marked = as_markdown(told, "th", SITE)
    assert marked.startswith(r"> มี \*ดอกจัน\* และ \[ลิงก์\](x)" + "\n" + r"> \# ไม่ใช่หัวข้อ")
    assert f"[วงคุยสมมุติ]({SITE}/q/{quote.id})" in marked
    thai, english = as_citation(told, "th", SITE), as_citation(told, "en", SITE)
    assert "18 กุมภาพันธ์ 2551" in thai
    assert "18 February 2008" in english
    assert "ฉบับที่ 2" in thai
    assert "revision 2" in english
    assert thai.endswith(f"{SITE}/q/{quote.id}")
    assert as_text(told, "th", SITE).startswith(f"“{body}”\n")


def test_many_quotes_take_no_more_statements_than_one(desk: Desk) -> None:
    ids = [pin(desk, word)[0] for word in ("กองทุน", "ออมวันละบาท", "สองหมู่บ้าน", WORDS, "เงินก้อนนี้")]
    desk.save("บรรทัดใหม่\n\n" + BODY)
    counts: list[int] = []

    def told(some: list[int]) -> int:
        counts.clear()
        with reading() as s:
            assert list(queries.told(s, desk.coder, some)) == some
        return len(counts)

    event.listen(db.engine(), "before_cursor_execute", lambda *_: counts.append(1))
    assert told(ids[:1]) == told(ids)
    with reading() as s:
        found, total = queries.quotes_of(s, desk.coder, desk.project.id, source_id=desk.source_id, offset=1, size=2)
    assert ([each.id for each in found], total) == ([ids[3], ids[2]], 5)


def test_who_codes_a_text_blind_is_not_told_what_others_found_worth_quoting(make: Make) -> None:
    bench = make_bench(make)
    bench.code(bench.b, "ออมเงินทุกเดือน", "การออม")
    with transaction() as s:
        source = s.get_one(Source, bench.entries[0].source_id)
        service.pin(s, bench.b, source, start=0, end=7)
    with transaction() as s:
        service.pin(s, bench.a, s.get_one(Source, bench.entries[0].source_id), start=7, end=14)

    def listed(who: Caller) -> int:
        with reading() as s:
            found, total = queries.quotes_of(s, who, bench.project.id)
            assert len(found) == total
            assert all(
                one.coding_id is None for one in Advisor(s, bench.a, bench.project.id).suggest("ชาวบ้านออมเงินทุกเดือน")
            )
            return total

    assert [listed(who) for who in (bench.a, bench.b, bench.boss)] == [1, 1, 2]
    bench.close()
    assert listed(bench.a) == 2
