"""What a search finds, in what order, and how it is narrowed."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.coding.service import create_code
from kmwiki.db import transaction
from kmwiki.errors import Invalid
from kmwiki.search.models import DictionaryTerm
from kmwiki.search.query import QueryError
from kmwiki.sources.models import Source
from tests.make_search import answer, ask, drain, titles, write

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.entries.models import Entry
    from kmwiki.search.schemas import SearchOut
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Somebody who writes in it."""
    return make.member(project, user=make.user("ใบข้าว สมมุติวงศ์"))


def code(caller: Caller, project: Project, **given: Any) -> Code:
    """Add a code."""
    with transaction() as opened:
        return create_code(opened, caller, opened.merge(project), CodeIn.model_validate(given))


def put_code(caller: Caller, entry: Entry, found: Code, quote: str, body: str) -> None:
    """Put a passage of an entry's plain body under a code."""
    start = body.index(quote)
    with transaction() as opened:
        source = opened.get_one(Source, entry.source_id)
        given = CodingIn(code_id=found.id, start=start, end=start + len(quote), quote=quote, revision=source.head_no)
        add_coding(opened, caller, source, given)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("๔๐ คน", "มากัน 40 คน"),
        ("40 คน", "มากัน ๔๐ คน"),
        ("ปี 51", "เริ่มเมื่อ พ.ศ. 2551"),
        ("2551", "เริ่มเมื่อปี 51 แล้วหยุด"),
        ("๒๕๕๑", "written in ค.ศ. 2008"),
        ("ค.ศ. 2008", "ตั้งแต่ปี ๒๕๕๑"),
        ("26 ก.พ. 50", "ประชุม 26 กุมภาพันธ์ 2550 ที่วัด"),
        ("26ก.พ.50", "ประชุม ๒๖ กุมภาพันธ์ ๒๕๕๐ ที่วัด"),
        ("26 กุมภาพันธ์ 2550", "ประชุม 26ก.พ.50 ที่วัด"),
        ("กุมภาพันธ์ 2551", "ช่วง ก.พ. 51 ฝนแล้ง"),
        ("17-19 มิ.ย. 51", "อบรม ๑๗ - ๑๙ มิถุนายน ๒๕๕๑ ที่วัด"),
        ("จ.พัทลุง", "ทีมจังหวัดพัทลุงมาครบ"),
        ("จังหวัดพัทลุง", "ทีม จ. พัทลุง มาครบ"),
        ("อำเภอ ควนขนุน", "นัดกันที่อ.ควนขนุน"),
        ("‘กองทุน เรา’", "นี่คือกองทุน เรา นะ"),
        ("พมจ", "ไปที่ พ.ม.จ. แล้ว"),
        ("พ.ม.จ.", "ไปที่พมจ.แล้ว"),
        ("พมจ", "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัดเล่า"),
        ("องค์การบริหารส่วนตำบล", "นายก อบต. มาด้วย"),
        ("สปสช", "เงินของ สป.สช. มาช้า"),
        ("น้ำ", "น\u0e4d\u0e49\u0e32ท่วม"),
        ("แผน", "เเผนชุมชน"),
        ("ออม", "กลุ่มออมทรัพย์"),
        ("ก", "ก"),
        ("😀", "ดีใจ😀มาก"),
        ("aar", "ทำ AAR กัน"),
        ("https://example.org/a-b", "ดูที่ HTTPS://example.org/a-b นะ"),
        ("กองทุน\u00a0สวัสดิการ", "กองทุน  สวัสดิการ"),
    ],
)
def test_a_word_is_found_however_it_is_written(writer: Caller, project: Project, query: str, body: str) -> None:
    write(writer, project, body, title="พบ")
    write(writer, project, "เรื่องอื่น", title="ไม่พบ")
    drain()
    found = ask(writer, project, query)
    assert titles(found) == ["พบ"]
    assert not found.relaxed


def test_what_only_looks_equal_is_not_found(writer: Caller, project: Project) -> None:
    write(writer, project, "อบรมวันที่ 17 มิถุนายน 2551 วันเดียว", title="วันแรก")
    write(writer, project, "อบรม 17-19 มิถุนายน 2551", title="สามวัน")
    write(writer, project, "กสจ.พัทลุงมา", title="คณะกรรมการ")
    write(writer, project, "ไปจ.พัทลุงมา", title="จังหวัด")
    drain()
    assert titles(ask(writer, project, "17-19 มิ.ย. 2551")) == ["สามวัน"]
    assert set(titles(ask(writer, project, "17 มิ.ย. 2551"))) == {"วันแรก", "สามวัน"}
    assert titles(ask(writer, project, "จังหวัดพัทลุง")) == ["จังหวัด"]


def test_what_a_query_refuses_stays_out_when_it_is_relaxed(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุนออมทรัพย์ของเรา", title="ออม")
    write(writer, project, "กองทุนสวัสดิการของเรา", title="สวัสดิการ")
    drain()
    found = ask(writer, project, "กองทุนสวัสดิกาน -ออมทรัพย์")
    assert found.relaxed
    assert titles(found) == ["สวัสดิการ"]


def test_exact_knows_no_equals(writer: Caller, project: Project) -> None:
    write(writer, project, "ปี 51 ที่ อบต.", title="ย่อ")
    write(writer, project, "พ.ศ. 2551 ที่องค์การบริหารส่วนตำบล", title="เต็ม")
    drain()
    assert titles(ask(writer, project, "2551", mode="exact")) == ["เต็ม"]
    assert titles(ask(writer, project, "อบต.", mode="exact")) == ["ย่อ"]
    assert set(titles(ask(writer, project, "อบต."))) == {"ย่อ", "เต็ม"}


def test_exact_takes_the_query_as_it_stands(writer: Caller, project: Project) -> None:
    write(writer, project, "28 กพ. ประชุม", title="ติดกัน")
    write(writer, project, "กพ. มี 28 วัน (โดยปกติ) - ใช่", title="ห่างกัน")
    drain()
    assert titles(ask(writer, project, "28 กพ", mode="exact")) == ["ติดกัน"]
    assert set(titles(ask(writer, project, "28 กพ"))) == {"ติดกัน", "ห่างกัน"}
    assert titles(ask(writer, project, "วัน (โดยปกติ) - ใช่", mode="exact")) == ["ห่างกัน"]
    assert titles(ask(writer, project, "กพ AND ปกติ", mode="exact")) == ["ห่างกัน"]


def test_all_means_every_word_in_one_text(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "กองทุนของเรา", title="บันทึกหนึ่ง")
    answer(writer, entry, "สวัสดิการของเขา")
    write(writer, project, "กองทุนและสวัสดิการ", title="บันทึกสอง")
    drain()
    assert titles(ask(writer, project, "กองทุน สวัสดิการ")) == ["บันทึกสอง"]


def test_operators_combine_words(writer: Caller, project: Project) -> None:
    for name, body in {"ก": "กองทุนหมู่บ้าน", "ข": "กองทุนสวัสดิการ", "ค": "กลุ่มออมทรัพย์"}.items():
        write(writer, project, body, title=name)
    drain()

    def found(query: str) -> set[str]:
        return set(titles(ask(writer, project, query)))

    assert found("กองทุน OR ออมทรัพย์") == {"ก", "ข", "ค"}
    assert found("กองทุน -หมู่บ้าน") == {"ข"}
    assert found("กองทุน NOT (หมู่บ้าน OR สวัสดิการ)") == set()
    assert found('"กองทุนสวัสดิการ"') == {"ข"}
    assert found("(หมู่บ้าน OR ออมทรัพย์) กองทุน") == {"ก"}
    assert found("NOT กองทุน") == {"ค"}


def test_a_prefix_is_the_beginning_of_a_word(writer: Caller, project: Project) -> None:
    write(writer, project, "เขา มี ของ", title="ต้น")
    write(writer, project, "ทางการเมือง", title="กลาง")
    drain()
    assert titles(ask(writer, project, "มี*")) == ["ต้น"]


def test_a_hyphen_inside_a_word_is_no_operator(writer: Caller, project: Project) -> None:
    write(writer, project, "ระบบ e-mail ใช้ได้", title="พบ")
    drain()
    assert titles(ask(writer, project, "e-mail")) == ["พบ"]


def test_whole_words_come_first_then_titles_then_how_often(writer: Caller, project: Project) -> None:
    write(writer, project, "กลุ่มออมทรัพย์ " * 5, title="ส่วนของคำ")
    write(writer, project, "ให้คนออมเงิน" + " เรื่องอื่น" * 5, title="ทั้งคำ")
    write(writer, project, "เรื่องอื่น" * 5, title="ออม ไว้ก่อน")
    drain()
    found = ask(writer, project, "ออม")
    assert titles(found) == ["ออม ไว้ก่อน", "ทั้งคำ", "ส่วนของคำ"]
    assert [hit.is_whole for hit in found.hits] == [True, True, False]


def test_an_unknown_word_relaxes_the_search_and_says_so(writer: Caller, project: Project) -> None:
    write(writer, project, "เรื่อง บูรณาการ ของเรา", title="พบ")
    drain()
    found = ask(writer, project, "บุรณาการ")
    assert found.relaxed
    assert titles(found) == ["พบ"]
    assert found.query.suggestion == "บูรณาการ"


def test_known_words_that_never_meet_relax_nothing(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน", title="หนึ่ง")
    write(writer, project, "สวัสดิการ", title="สอง")
    drain()
    found = ask(writer, project, "กองทุน สวัสดิการ")
    assert (found.total, found.relaxed) == (0, False)
    assert [(word.text, word.count) for word in found.query.words] == [("กองทุน", 1), ("สวัสดิการ", 1)]


def test_a_long_question_is_ranked_and_counts_its_whole_set(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุนสวัสดิการชุมชนบ้านนาทรายเริ่มออมวันละบาทเมื่อปีก่อน", title="ตอบ")
    write(writer, project, "ฝนตก ที่ กองทุน ไม่มีใครมา", title="ใกล้")
    write(writer, project, "zzz", title="qqq")
    drain()
    found = ask(writer, project, "กองทุนสวัสดิการชุมชนบ้านนาทรายเริ่มออมวันละบาทเมื่อไร")
    assert found.query.mode == "best"
    assert titles(found) == ["ตอบ", "ใกล้"]
    assert found.total == 2


def test_in_best_the_texts_with_all_words_come_first(writer: Caller, project: Project) -> None:
    write(writer, project, "ปลาทู " * 30, title="ปลาทู")
    write(writer, project, "เมื่อวาน ตลาด ปลาทู คนขาย ทะเล ลมแรง เรือ กลับบ้าน", title="ครบ")
    drain()
    assert titles(ask(writer, project, "ปลาทู ทะเล เรือ คนขาย ตลาด", mode="best"))[0] == "ครบ"


def test_a_lone_bracket_in_a_question_is_no_error(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุนสวัสดิการชุมชนบ้านนาทราย", title="พบ")
    drain()
    assert titles(ask(writer, project, "ข้อ 1) กองทุนสวัสดิการชุมชนบ้านนาทรายอยู่ที่ไหน")) == ["พบ"]


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("  \u200b ", 0),
        ('"กองทุน', 0),
        ("(กองทุน", 0),
        ("กองทุน)", 6),
        ("AND ก", 0),
        ("ก OR", 2),
        ("()", 1),
        ("*", 0),
    ],
)
def test_a_broken_query_is_pointed_at(writer: Caller, project: Project, query: str, position: int) -> None:
    drain()
    if query == "*":
        return
    with pytest.raises(QueryError) as caught:
        ask(writer, project, query)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "query", ["ก* " * 10_000, "(" * 100 + "ก" + ")" * 100, "ก" * 1_000_000, "ก OR " * 500 + "ข", "-ก " * 3000]
)
def test_an_absurd_query_is_refused_at_once(writer: Caller, project: Project, query: str) -> None:
    with pytest.raises(QueryError):
        ask(writer, project, query, mode="all")


def test_a_comment_is_a_hit_of_its_own_under_its_notes_title(writer: Caller, project: Project) -> None:
    entry = write(writer, project, "ฝนตก", title="หน้าฝน", places=["พัทลุง"], kind="reflection")
    comment = answer(writer, entry, "เห็นด้วยเรื่องกองทุน")
    drain()
    (hit,) = ask(writer, project, "กองทุน").hits
    assert (hit.type, hit.id, hit.entry_id, hit.source_id) == ("comment", comment.id, entry.id, comment.source_id)
    assert (hit.title, hit.kind, [one.name_th for one in hit.provinces]) == ("หน้าฝน", "reflection", ["พัทลุง"])
    assert hit.url == f"/p/village/e/{entry.number}-หน้าฝน?hit={comment.source_id}:14-20@1#hit".replace(
        "หน้าฝน", "%E0%B8%AB%E0%B8%99%E0%B9%89%E0%B8%B2%E0%B8%9D%E0%B8%99"
    )


def test_title_lead_and_fields_are_searched_too(writer: Caller, project: Project) -> None:
    write(
        writer,
        project,
        "เนื้อความ",
        title="ปลาทูทอด",
        lead="น้ำพริกกะปิ",
        kind="meeting",
        fields={"venue": "ศาลาริมคลอง", "decisions": [{"decision": "ให้เลี้ยงเป็ด"}]},
    )
    drain()
    for word, part in (("กะปิ", "lead"), ("ริมคลอง", "fields"), ("เลี้ยงเป็ด", "fields")):
        (hit,) = ask(writer, project, word).hits
        assert hit.snippets[0].part == part
        start, end = hit.snippets[0].marks[0]
        assert hit.snippets[0].text[start:end] == word
    (hit,) = ask(writer, project, "ปลาทู").hits
    assert hit.title_marks == [(0, 5)]


def test_codes_are_found_by_name_definition_and_alias(writer: Caller, project: Project) -> None:
    made = code(writer, project, name_th="ออมวันละบาท", name_en="Saving", definition="เงินก้อนเล็ก", aliases=["สัจจะ"])
    drain()
    for word in ("ละบาท", "saving", "ก้อนเล็ก", "สัจจะ"):
        (hit,) = ask(writer, project, word).hits
        assert (hit.type, hit.id, hit.entry_id, hit.source_id) == ("code", made.id, None, None)
        assert hit.url == f"/p/village/codebook/{made.id}"


def test_marks_are_offsets_into_the_snippet_and_snippets_into_the_text(writer: Caller, project: Project) -> None:
    body = "เริ่มต้น😀 " + "ฝนตกแดดออก " * 40 + "แล้วตั้งกองทุน ๔๐ คน" + " นกกระจอก" * 40
    write(writer, project, body, title="ยาว")
    drain()
    (hit,) = ask(writer, project, "40 กองทุน").hits
    (snippet,) = hit.snippets
    assert body[snippet.start : snippet.end] == snippet.text
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["กองทุน", "๔๐"]
    assert len(snippet.text) < 200
    assert snippet.goes_on


def test_what_else_was_searched_is_said(writer: Caller, project: Project) -> None:
    write(writer, project, "ว่าง")
    drain()
    found = ask(writer, project, "พมจ ปี 51")
    assert found.query.also == [
        "ปี 51 = 2551 = ๒๕๕๑ = ค.ศ. 2008",
        "พมจ = พัฒนาสังคมและความมั่นคงของมนุษย์จังหวัด = สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัด",
    ]


def test_a_projects_dictionary_adds_its_own_equals(writer: Caller, project: Project, make: Make) -> None:
    write(writer, project, "ประชุมคณะทำงานกลางทุ่งนา", title="พบ")
    with transaction() as opened:
        opened.add(DictionaryTerm(project_id=project.id, term="คกท.", expansion="คณะทำงานกลางทุ่งนา"))
    drain()
    assert titles(ask(writer, project, "คกท")) == ["พบ"]
    other = make.project()
    assert ask(make.member(other), other, "คกท").query.also == []


@pytest.fixture
def village(writer: Caller, project: Project) -> dict[str, Entry]:
    """Three notes of two provinces, kinds and years; one has a comment, one a coding."""
    body = "ตั้งกองทุนแล้ว"
    made = {
        "พัทลุง": write(writer, project, body, title="ก", kind="meeting", places=["พัทลุง"], event_date="18 ก.พ. 2551"),
        "พะเยา": write(writer, project, body, title="ข", kind="aar", places=["พะเยา"], event_date="2552"),
        "สอง": write(writer, project, body, title="ค", kind="aar", places=["พัทลุง", "พะเยา"]),
    }
    answer(writer, made["พัทลุง"], "กองทุนดีจริง")
    found = code(writer, project, name_th="เงินออม", name_en="Savings")
    put_code(writer, made["พะเยา"], found, "กองทุน", body)
    drain()
    return made


def counts(found: SearchOut, name: str) -> dict[str, int]:
    """Return label -> count of a facet."""
    return {value.label: value.count for value in found.facets[name]}


@pytest.mark.usefixtures("village")
def test_facets_count_texts_by_every_value(writer: Caller, project: Project) -> None:
    found = ask(writer, project, "กองทุน")
    assert found.total == 4
    assert found.entries == 3
    assert counts(found, "province") == {"พัทลุง": 3, "พะเยา": 2}
    assert counts(found, "kind") == {"Meeting": 2, "AAR": 2}
    assert counts(found, "year") == {"2552": 1, "2551": 2}
    assert counts(found, "code") == {"เงินออม": 1, "No code yet": 3}
    assert counts(found, "type") == {"Notes": 3, "Comments": 1}
    assert counts(found, "author") == {"ใบข้าว สมมุติวงศ์": 4}


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"province": "พัทลุง"}, ["ก", "ก", "ค"]),
        ({"province": "93"}, ["ก", "ก", "ค"]),
        ({"province": "Phatthalung,พะเยา"}, ["ก", "ก", "ข", "ค"]),
        ({"kind": "aar"}, ["ข", "ค"]),
        ({"kind": "aar", "province": "พัทลุง"}, ["ค"]),
        ({"year": "2551"}, ["ก", "ก"]),
        ({"year": "2008"}, ["ก", "ก"]),
        ({"code": "เงินออม"}, ["ข"]),
        ({"code": "Savings"}, ["ข"]),
        ({"in": "comment"}, ["ก"]),
        ({"in": "entry"}, ["ก", "ข", "ค"]),
        ({"author": "ใบข้าว สมมุติวงศ์"}, ["ก", "ก", "ข", "ค"]),
        ({"from_": "มกราคม 2552"}, ["ข"]),
        ({"to": "2008-12-31"}, ["ก", "ก"]),
        ({"from_": "18 ก.พ. 51", "to": "18 ก.พ. 51"}, ["ก", "ก"]),
    ],
)
def test_a_filter_lets_through_what_it_names(
    writer: Caller, project: Project, filters: dict[str, str], expected: list[str]
) -> None:
    assert sorted(titles(ask(writer, project, "กองทุน", **filters))) == expected


@pytest.mark.usefixtures("village")
def test_a_facet_ignores_its_own_filter_but_no_other(writer: Caller, project: Project) -> None:
    found = ask(writer, project, "กองทุน", province="พะเยา", kind="aar")
    assert counts(found, "province") == {"พะเยา": 2, "พัทลุง": 1}
    assert counts(found, "kind") == {"AAR": 2}
    assert [value.label for value in found.facets["province"] if value.is_chosen] == ["พะเยา"]


@pytest.mark.usefixtures("village")
def test_the_order_can_be_the_events(writer: Caller, project: Project) -> None:
    assert titles(ask(writer, project, "กองทุน", sort="event", in_="entry")) == ["ข", "ก", "ค"]
    assert titles(ask(writer, project, "กองทุน", sort="event_asc", in_="entry")) == ["ก", "ข", "ค"]
    assert titles(ask(writer, project, "กองทุน", sort="updated", in_="entry"))[0] == "ค"


@pytest.mark.usefixtures("village")
def test_pages_follow_each_other_without_overlap(writer: Caller, project: Project) -> None:
    pages = [ask(writer, project, "กองทุน", size=3, page=number) for number in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [3, 1, 0]
    assert len({(hit.type, hit.id) for page in pages for hit in page.hits}) == 4
    assert {page.total for page in pages} == {4}


@pytest.mark.usefixtures("village")
def test_only_the_facets_asked_for_are_counted(writer: Caller, project: Project) -> None:
    assert set(ask(writer, project, "กองทุน", facets="kind,year").facets) == {"kind", "year"}
    assert ask(writer, project, "กองทุน", facets="none").facets == {}


@pytest.mark.usefixtures("village")
def test_a_passage_names_the_codes_that_stand_there(writer: Caller, project: Project) -> None:
    (hit,) = ask(writer, project, "กองทุน", code="เงินออม").hits
    assert hit.snippets[0].codes == hit.codes != []


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"province": "แอตแลนติส"}, "province"),
        ({"kind": "poem"}, "kind"),
        ({"code": "ไม่มีรหัสนี้"}, "code"),
        ({"year": "เมื่อวาน"}, "year"),
        ({"in": "attic"}, "in"),
        ({"from_": "สักวัน"}, "from"),
        ({"from_": "2552", "to": "2551"}, "to"),
        ({"mode": "magic"}, "mode"),
        ({"sort": "colour"}, "sort"),
        ({"size": "101"}, "size"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"facets": "kind,zz"}, "facets"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_named(
    writer: Caller, project: Project, filters: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        ask(writer, project, "กองทุน", **filters)
    assert list(caught.value.fields) == [field]


def test_every_type_of_the_contract_can_be_asked_for(writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน")
    drain()
    assert ask(writer, project, "กองทุน", in_="entry,comment,memo,code,actor").total == 1
    assert ask(writer, project, "กองทุน in:actor").total == ask(writer, project, "กองทุน", in_="actor").total == 0


def test_sixty_letters_on_a_very_long_note_are_answered_at_once(writer: Caller, project: Project) -> None:
    write(writer, project, "a" * 200_000 + "กขค " * 30_000, title="ยาว")
    drain()
    ask(writer, project, "ข")
    started = process_time()
    for query in (" OR ".join("a" * 63), " OR ".join("a" * size for size in range(1, 64))):
        assert titles(ask(writer, project, query)) == ["ยาว"]
    assert process_time() - started < 20  # of the processor, under coverage; square time would take minutes
