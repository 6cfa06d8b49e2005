"""Concordances, word counts, comparisons and the stop list on a real database: figures, rights, files."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kmwiki.analysis import kwic as kwic_module
from kmwiki.analysis import stop_words
from kmwiki.analysis.files import compare_file, kwic_file, words_file
from kmwiki.analysis.telling import find_lines
from kmwiki.analysis.wordlist import Asking, Wish, compare, cross, list_words, read_wish
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound
from kmwiki.events.models import Event
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.security.policy import Role
from tests.make_search import answer, drain, write

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.analysis.schemas import KwicOut, LineOut, WordsOut
    from kmwiki.analysis.wordlist import Compared
    from kmwiki.search.request import SearchRequest
    from kmwiki.security.policy import Caller
    from tests.make import Make

CANARY = "นกขมิ้นเหลืองอ่อน"
ALL = Wish(least=1, has_numbers=True, has_stop_words=True)


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """A researcher."""
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))


class Looking:
    """Somebody who looks at concordances and counts."""

    def __init__(self, caller: Caller, project: Project) -> None:
        self.caller, self.project = caller, project

    def request(self, opened: Any, text: str = "", **given: Any) -> SearchRequest:
        """Read a selection as the doors do."""
        lists = {name.rstrip("_"): value if isinstance(value, list) else [str(value)] for name, value in given.items()}
        return read_request(opened, self.project.id, {"q": [text], "size": ["100"], **lists})

    def asking(self, opened: Any) -> Asking:
        """Ask in English, so that nothing hangs on a translation."""
        return Asking(opened, self.caller, self.project, "th", str)

    def kwic(self, text: str, *, sort: str = "position", width: int = 60, among: str = "", **given: Any) -> KwicOut:
        """Make a concordance."""
        with session() as opened:
            request = self.request(opened, text, **given)
            return find_lines(
                opened, self.caller, self.project, request,
                width=width, sort=sort, among=among, locale="th", translate=str,
            )  # fmt: skip

    def words(self, text: str = "", wish: Wish = ALL, **given: Any) -> WordsOut:
        """Count words."""
        with session() as opened:
            return list_words(self.asking(opened), self.request(opened, text, **given), wish)[0]

    def compare(self, first: dict[str, Any], second: dict[str, Any] | None, **options: Any) -> Compared:
        """Compare two selections."""
        with session() as opened:
            two = self.request(opened, **first), self.request(opened, **second) if second is not None else None
            return compare(self.asking(opened), two, ALL, **options)


@pytest.fixture
def look(writer: Caller, project: Project) -> Looking:
    """The writer, looking."""
    return Looking(writer, project)


def middle(line: LineOut) -> str:
    """Return a line as it is read."""
    return f"{line.left}[{line.keyword}]{line.right}"


def test_a_line_is_every_place_with_what_stands_beside_it(look: Looking, writer: Caller, project: Project) -> None:
    entry = write(writer, project, "ชาวบ้านตั้งกองทุนข้าว\nแล้วกองทุนก็โต", title="เรื่องกองทุน", places=["พัทลุง"])
    answer(writer, entry, "กองทุนนี้ดี")
    drain()
    found = look.kwic("กองทุน", width=20)
    assert [f"{line.left[-5:]}[{line.keyword}]{line.right[:5]}" for line in found.lines] == [
        "รื่อง[กองทุน]",
        "นตั้ง[กองทุน]ข้าว ",
        " แล้ว[กองทุน]ก็โต",
        "[กองทุน]นี้ดี",
    ]
    assert [line.part for line in found.lines] == ["title", "body", "body", "body"]
    assert [line.type for line in found.lines] == ["entry", "entry", "entry", "comment"]
    assert (found.total, found.texts, found.entries, found.cut) == (4, 2, 1, False)
    body = found.lines[1]
    assert body.url.endswith(f"?hit={entry.source_id}:{body.start}-{body.end}@1#hit")
    assert "ชาวบ้านตั้งกองทุนข้าว"[body.start : body.end] == "กองทุน"
    assert [one.name_th for one in body.provinces] == ["พัทลุง"]
    assert body.author == "คนเขียน"


def test_what_matches_is_what_search_understands(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "เงินออมวันละบาท กับ ออมทรัพย์ ปี ๒๕๕๑", title="หนึ่ง")
    write(writer, project, "กลุ่มออมทรัพย์ช่วยคนจนและคนแก่ในหมู่บ้าน", title="สอง")
    drain()

    def told(*args: Any, **given: Any) -> list[str]:
        return [line.keyword for line in look.kwic(*args, **given).lines]

    assert told("ออม") == ["ออม", "ออม", "ออม"]
    assert told("ออม -หมู่บ้าน") == ["ออม", "ออม"]
    assert told('"ออมทรัพย์ช่วย"') == ["ออมทรัพย์ช่วย"]
    assert told("2551") == ["ปี ๒๕๕๑"]  # said as a year, whatever its writing
    assert told("title:สอง ออม") == ["สอง", "ออม"]
    assert told("ออมทรัพย์ NEAR/3 คนจน") == ["ออมทรัพย์ช่วยคนจน"]
    assert told("คนจน NEAR/3 ออมทรัพย์") == ["ออมทรัพย์ช่วยคนจน"]
    assert told("ออมทรัพย์ NEAR/1 หมู่บ้าน") == []
    assert told("ออม", among="หมู่บ้าน") == ["ออม"]
    assert told("ไม่มีคำนี้เลย") == []


def test_contexts_are_sorted_by_words_as_in_the_thai_dictionary(
    look: Looking, writer: Caller, project: Project
) -> None:
    for body in ("แม่ กองทุน เอก", "กา กองทุน ขาว", "นา กองทุน กลับ"):
        write(writer, project, body, title="ก")
    drain()
    assert [line.left.strip() for line in look.kwic("กองทุน", sort="left").lines] == ["กา", "นา", "แม่"]
    assert [line.right.strip() for line in look.kwic("กองทุน", sort="right").lines] == ["กลับ", "ขาว", "เอก"]
    for sort in ("keyword", "entry", "date", "province"):
        assert look.kwic("กองทุน", sort=sort).total == 3
    with pytest.raises(Invalid):
        look.kwic("กองทุน", sort="size")
    with pytest.raises(QueryError):
        look.kwic(" ")
    with pytest.raises(QueryError):
        look.kwic("(กองทุน")


def test_dates_and_provinces_order_lines(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน หนึ่ง", title="ก", event_date="2552", places=["สงขลา"])
    write(writer, project, "กองทุน สอง", title="ข", event_date="2551", places=["พะเยา"])
    write(writer, project, "กองทุน สาม", title="ค")
    drain()
    assert [line.title for line in look.kwic("กองทุน", sort="date").lines] == ["ข", "ก", "ค"]
    assert [line.title for line in look.kwic("กองทุน", sort="province").lines] == ["ข", "ก", "ค"]
    assert [line.title for line in look.kwic("กองทุน", province="สงขลา").lines] == ["ก"]


def test_more_lines_than_the_most_are_told(
    look: Looking, writer: Caller, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(writer, project, "ออม " * 9)
    drain()
    monkeypatch.setattr(kwic_module, "MOST_LINES", 5)
    found = look.kwic("ออม")
    assert (found.total, found.cut) == (5, True)


def counts(found: WordsOut) -> dict[str, tuple[int, int]]:
    """Return how often each word stands, and in how many texts."""
    return {word.word: (word.count, word.texts) for word in found.words}


def test_words_are_counted_with_all_their_writings(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน กองทุน Fund fund FUND ๒๕๕๑", title="ข้าว")
    entry = write(writer, project, "กองทุน ข้าว 2551", title="ข้าว")
    answer(writer, entry, "กองทุน")
    drain()
    found = look.words()
    told = counts(found)
    assert told["กองทุน"] == (4, 3)
    assert told["ข้าว"] == (3, 2)
    assert max(told[word] for word in told if word.lower() == "fund") == (3, 1)
    assert sum(count for word, (count, _) in told.items() if word in {"๒๕๕๑", "2551"}) == 2
    assert found.selection.words == sum(count for count, _ in told.values())
    share = next(word for word in found.words if word.word == "กองทุน")
    assert share.per_10000 == round(4 / found.selection.words * 10_000, 2)
    assert 0 <= share.dp <= 1
    assert "2551" not in counts(look.words(wish=replace(ALL, has_numbers=False)))
    assert "๒๕๕๑" not in counts(look.words(wish=replace(ALL, has_numbers=False)))
    assert counts(look.words("ใน:ความเห็น")) == {"กองทุน": (1, 1)}
    assert counts(look.words(wish=replace(ALL, least_count=4))) == {"กองทุน": (4, 3)}
    assert look.words("ไม่มีคำนี้เลย").words == []
    assert counts(look.words()) == told  # once more, from what is kept


def test_a_changed_text_is_counted_anew(look: Looking, writer: Caller, project: Project) -> None:
    from kmwiki.coding.service import save_entry  # noqa: PLC0415
    from kmwiki.entries.access import WHOLE  # noqa: PLC0415
    from kmwiki.entries.models import Entry  # noqa: PLC0415
    from kmwiki.entries.schemas import EntryPatch  # noqa: PLC0415

    entry = write(writer, project, "มะม่วง", title="ก")
    drain()
    assert "มะม่วง" in counts(look.words())
    with transaction() as opened:
        row = opened.get_one(Entry, entry.id, options=WHOLE)
        save_entry(opened, writer, row, EntryPatch(body="มะนาว"), base_no=1)
    drain()
    told = counts(look.words())
    assert "มะนาว" in told
    assert "มะม่วง" not in told


def test_words_stand_against_the_values_of_a_facet(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "กองทุน กองทุน", title="ข้าว", places=["พัทลุง"], event_date="2551")
    write(writer, project, "กองทุน", title="ข้าว", places=["สงขลา"], event_date="2552")
    drain()
    with session() as opened:
        _, counted = list_words(look.asking(opened), look.request(opened), ALL)
        table = cross(look.asking(opened), counted, "province")
        years = cross(look.asking(opened), counted, "year")
        with pytest.raises(Invalid):
            cross(look.asking(opened), counted, "author")
    row = next(row for row in table.rows if row.word == "กองทุน")
    labels = {one.value: one.label for one in table.values}
    assert {labels[cell.value]: cell.count for cell in row.cells} == {"พัทลุง": 2, "สงขลา": 1}
    assert dict(zip([one.label for one in table.values], table.sizes, strict=True)) == {"พัทลุง": 3, "สงขลา": 2}
    assert [one.value for one in years.values] == ["2008", "2009"]


def test_selections_are_compared_in_both_directions(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "ทะเล ทะเล ทะเล ปลา", title="ก", places=["สงขลา"])
    write(writer, project, "ดอย ดอย ปลา", title="ก", places=["พะเยา"])
    drain()
    south, north = {"province": "สงขลา"}, {"province": "พะเยา"}
    one, other = look.compare(south, north), look.compare(north, south)
    told = {row[0].key: row for row in one.rows}
    turned = {row[0].key: row for row in other.rows}
    assert told["ทะเล"][1:3] == (3, 0)
    assert told["ทะเล"][3].direction == 1
    assert turned["ทะเล"][3].direction == -1
    assert told["ทะเล"][3].log_likelihood == pytest.approx(turned["ทะเล"][3].log_likelihood)
    assert one.rows[0][0].key == "ทะเล"
    rest = look.compare(south, None)
    assert {row[0].key: row[1:3] for row in rest.rows} == {row[0].key: row[1:3] for row in one.rows}
    assert {row[0].key for row in look.compare(south, north, side="second").rows} <= {"ดอย", "ปลา", "ก"}
    for sort in ("log_ratio", "count", "other_count", "word"):
        assert len(look.compare(south, north, sort=sort).rows) == len(one.rows)
    with pytest.raises(Invalid):
        look.compare(south, north, sort="size")


HIDDEN: dict[str, dict[str, str]] = {
    "draft": {"status": "draft"},
    "private": {"visibility": "private"},
    "supervisors": {"visibility": "supervisors"},
}


def test_what_is_hidden_is_in_no_line_count_comparison_or_file(
    make: Make, look: Looking, writer: Caller, project: Project
) -> None:
    reader = Looking(make.member(project, Role.RESEARCHER, user=make.user("คนอ่าน")), project)
    for name, given in HIDDEN.items():
        entry = write(writer, project, f"เห็น {CANARY} ที่นา {name}", title=CANARY, **given)
        answer(writer, entry, f"จริง {CANARY}")
    other = make.project("theirs")
    write(make.member(other, Role.OWNER), other, CANARY)
    write(writer, project, "ไม่มีอะไร", title="อื่น")
    drain()
    # the writer is no supervisor, but reads what they wrote; what is kept of it must not reach anybody else
    assert look.kwic(CANARY, mode="exact").total == 9
    assert any(CANARY in word.word or word.word in CANARY for word in look.words().words)
    assert reader.kwic(CANARY, mode="exact").total == 0
    told = reader.words()
    assert told.selection.texts == 1
    assert not [word.word for word in told.words if len(word.word) > 2 and word.word in CANARY]
    assert not [row[0].key for row in reader.compare({}, None).rows if len(row[0].key) > 2 and row[0].key in CANARY]
    with transaction() as opened:
        asking = reader.asking(opened)
        files = [
            kwic_file(asking, reader.request(opened, "ไม่มี OR เห็น"), "csv", width=60, sort="left", site="http://x"),
            words_file(asking, reader.request(opened), ALL, "csv"),
            compare_file(asking, (reader.request(opened), None), ALL, "csv", sort="count"),
        ]
    for data in files:
        assert "ขมิ้น" not in data.decode()


def test_files_hold_every_line_and_are_written_down(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "=ออม,แล้ว\nโทร 081-555-0142 ออม", title="=HYPERLINK(1)", places=["พัทลุง"], event_date="2551")
    drain()
    with transaction() as opened:
        asking = look.asking(opened)
        request = look.request(opened, "ออม")
        table = kwic_file(asking, request, "csv", width=30, sort="position", site="http://site/").decode()
        book = kwic_file(asking, request, "xlsx", width=30, sort="position", site="http://site/")
        words_file(asking, look.request(opened), ALL, "xlsx")
    assert table.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
    assert len(rows) == 3
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][9] == "ออม"
    assert rows[1][8] == "'="
    assert rows[1][11].startswith("http://site/p/village/e/1")
    assert "0142" not in table
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "ออม" in sheet
    assert "TH Sarabun New" in styles
    with session() as opened:
        events = opened.scalars(select(Event).where(Event.verb.like("%.exported")).order_by(Event.seq)).all()
    assert [(one.verb, one.data["format"]) for one in events] == [
        ("kwic.exported", "csv"), ("kwic.exported", "xlsx"), ("words.exported", "xlsx"),
    ]  # fmt: skip
    assert events[0].data["lines"] == 2


def test_numbers_of_people_are_masked_for_everybody(look: Looking, writer: Caller, project: Project) -> None:
    write(writer, project, "โทรหา 081-555-0142 เรื่องออม", title="ก")
    drain()
    assert "0142" not in "".join(middle(line) for line in look.kwic("ออม").lines)
    assert not [word.word for word in look.words().words if "0142" in word.word or "081" in word.word]


def test_the_stop_list_is_changed_told_and_taken_back(
    make: Make, look: Looking, writer: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน ที่ ข้าว", title="ก")
    drain()
    usual = Wish(least=1)
    assert counts(look.words(wish=usual)).keys() == {"กองทุน", "ข้าว", "ก"}
    with transaction() as opened:
        assert stop_words.set_stop_word(opened, writer, project, " กองทุน ", "stop") == 1
        assert stop_words.set_stop_word(opened, writer, project, "ที่", "count") == 2
    assert counts(look.words(wish=usual)).keys() == {"ที่", "ข้าว", "ก"}
    assert look.words().stop_list == 2
    reader = make.member(project, Role.READER)
    for word, state, error in (
        ("กองทุน", "stop", Conflict),
        ("ข้าว", "count", Conflict),
        ("...", "stop", Invalid),
        ("ก" * 61, "stop", Invalid),
        ("ก", "never", Invalid),
    ):
        with pytest.raises(error), transaction() as opened:
            stop_words.set_stop_word(opened, writer, project, word, state)
    with pytest.raises(Forbidden), transaction() as opened:
        stop_words.set_stop_word(opened, reader, project, "ข้าว", "stop")
    with transaction() as opened:
        assert stop_words.undo_stop_word(opened, writer, project, 1) == 3
        with pytest.raises(Conflict):
            stop_words.undo_stop_word(opened, writer, project, 1)
        with pytest.raises(NotFound):
            stop_words.undo_stop_word(opened, writer, project, 99)
        assert stop_words.set_stop_word(opened, writer, project, "ที่", "default") == 4
    assert counts(look.words(wish=usual)).keys() == {"กองทุน", "ข้าว", "ก"}
    with session() as opened:
        rows, total = stop_words.history(opened, project.id)
        own = [row for row in stop_words.all_stop_words(opened, project.id) if row.is_own]
    assert total == 4
    assert [row.state for row, _ in rows] == ["default", "default", "count", "stop"]
    assert own == []


def test_wishes_that_cannot_be_are_told() -> None:
    with pytest.raises(Invalid) as caught:
        read_wish(lambda name: {"min_length": "0", "min_count": "x"}.get(name, ""))
    assert set(caught.value.fields) == {"min_length", "min_count"}
    assert read_wish(lambda name: "1" if name == "numbers" else "") == Wish(has_numbers=True)
