"""The lines of a page's comments: whatever the cuts, nothing is lost; a person's cuts hold when the page changes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kmwiki.coding.carrying import Place
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.exchange.importing.reading import read_draft
from kmwiki.exchange.reviewing.keeping import OwnCut, carry_cuts, with_own_cuts
from kmwiki.exchange.reviewing.placing import bases, to_piece, to_region
from kmwiki.exchange.reviewing.regions import Region, find_starts, joined, region_of
from tests.features.test_importing import COMMENTS, page

LINES = st.lists(
    st.sampled_from(["", " ", "สวัสดีค่ะ", "  ย่อหน้า  ", "ขอบคุณครับ", "\xa0", "•  ข้อ", "ๆ"]), min_size=1, max_size=12
)


def region(*lines: str) -> Region:
    return Region(lines, tuple(range(10, 10 + len(lines))))


@st.composite
def cut_regions(draw: st.DrawFn) -> tuple[Region, list[int]]:
    made = region(*draw(LINES))
    inner = draw(st.sets(st.integers(1, max(1, len(made.lines) - 1)), max_size=5))
    return made, [0, *sorted(at for at in inner if at < len(made.lines))]


@given(cut_regions())
def test_the_pieces_of_any_cut_are_the_whole_again(given_: tuple[Region, list[int]]) -> None:
    made, starts = given_
    assert "\n".join(made.pieces(starts)) == made.text
    assert Region.from_json(made.as_json()) == made
    places = bases(made, starts)
    assert [made.text[left:right] for left, right in places] == made.bodies(starts)


@given(cut_regions(), cut_regions(), st.data())
def test_a_passage_keeps_its_words_or_is_in_doubt(
    given_: tuple[Region, list[int]], other: tuple[Region, list[int]], data: st.DataObject
) -> None:
    made, starts = given_
    new = [start for start in other[1] if start < len(made.lines)]
    old, aims = bases(made, starts), bases(made, new)
    number = data.draw(st.integers(0, len(starts) - 1))
    body = made.bodies(starts)[number]
    if not body.strip():
        return
    start = data.draw(st.integers(0, len(body) - 1))
    end = data.draw(st.integers(start + 1, len(body)))
    spot = to_piece(to_region(Place(start, end, "placed"), old[number], (body, body)), aims, made.text)
    if spot is None:
        assert not body[start:end].strip()
        return
    assert spot.place.start is not None
    assert spot.place.end is not None
    there = made.bodies(new)[spot.piece][spot.place.start : spot.place.end]
    if spot.place.state == "placed":
        assert body[start:end].strip() in there
    else:
        assert there.strip()[:1] in body


def test_a_passage_through_which_a_cut_goes_stands_on_its_longer_part_and_is_in_doubt() -> None:
    made = region("สั้น", "ยาวกว่ามาก", "ท้าย")
    old, new = bases(made, [0]), bases(made, [0, 1])
    spot = to_piece(to_region(Place(0, 15, "placed"), old[0], (made.text, made.text)), new, made.text)
    assert spot is not None
    assert (spot.piece, spot.place) == (1, Place(0, 10, "changed"))
    assert to_piece(Place(None, None, "lost"), new, made.text) is None
    assert to_region(Place(None, None, "lost"), old[0], ("ก", "ข")).state == "lost"
    assert to_region(Place(0, 1, "placed"), old[0], ("กข", "คงจ")).state == "lost"
    moved = to_region(Place(0, 4, "placed"), old[0], ("สั้น แก้แล้ว", "สั้น"))
    assert moved.start == 0


def test_the_region_is_found_in_the_page_and_joined_where_the_comments_stand_nowhere() -> None:
    draft = read_draft("a.txt", page().encode(), Options())
    found = region_of(draft)
    assert found.expected == 2
    assert found.region.bodies(found.starts) == list(COMMENTS)
    first = found.region.number_span(*found.region.spans(found.starts)[0])
    assert first == draft.comments[0].lines
    apart = region_of(replace(draft, comments=tuple(replace(one, text=f"ไม่มีที่ใด {one.text}") for one in draft.comments)))
    assert apart.region.numbers[0] is None
    assert apart.region.bodies(apart.starts)[1] == f"ไม่มีที่ใด {COMMENTS[1]}"
    assert region_of(replace(draft, comments=())).starts == ()
    assert find_starts(region("ก", "ข"), ["ก"]) is None
    assert joined([]).starts == ()
    assert apart.region.number_span(0, 1) is None


def test_a_person_s_cuts_hold_for_the_lines_that_stay() -> None:
    old = region("ก1", "", "ก2", "", "ข1", "", "ค1")
    own = [OwnCut(0, "แดง"), OwnCut(4, ""), OwnCut(6, "ดำ")]
    same = carry_cuts(old, own, old, [0, 2, 6])
    assert same == [(0, "แดง"), (4, ""), (6, "ดำ")]
    more = region("ก1", "", "ก2", "", "ใหม่", "", "ข1", "แทรก", "", "ค1", "", "ท้าย")
    assert carry_cuts(old, own, more, [0, 4, 7, 9, 11]) == [(0, "แดง"), (4, None), (6, ""), (9, "ดำ"), (11, None)]
    fewer = region("ก2", "", "ค1")
    assert carry_cuts(old, own, fewer, [0, 2]) == [(0, "แดง"), (2, "ดำ")]
    other = region("", "อื่น", "", "ค1")
    assert carry_cuts(old, own, other, [1]) == [(0, None), (3, "ดำ")]


def test_a_draft_is_left_as_read_unless_a_person_cut_it() -> None:
    draft = read_draft("a.txt", page().encode(), Options())
    read = region_of(draft)
    review = ImportReview(
        entry_id=1, region=read.region.as_json(), cuts=[{"start": 0, "comment": 1}], has_own_cuts=False
    )
    assert with_own_cuts(draft, None, {}) is draft
    assert with_own_cuts(draft, review, {}) is draft
    review.has_own_cuts = True
    joined_draft = with_own_cuts(draft, review, {1: "แดง"})
    assert [(one.text, one.author, one.confidence) for one in joined_draft.comments] == [
        (read.region.text.strip(), "แดง", 1.0)
    ]
