"""Links in memos: found in the text, drawn into safe HTML, never inside tags, links or code."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kmwiki.memos.links import MOST_LINKS, Ref, draw_links, refs_in, without_links, written
from kmwiki.text.markdown import render


def test_links_are_found_once_each_in_their_order() -> None:
    text = "ดู [[memo:12]] และ [[ coding : 3 | คำนี้ ]] [[memo:12|อีก]] [[entry:4]] [[memo:x]] [[memo:]] [memo:7]"
    assert refs_in(text) == [Ref("memo", 12), Ref("coding", 3)]
    assert written("memo", 12) == "[[memo:12]]"
    assert without_links(text).startswith("ดู … และ คำนี้ อีก [[entry:4]]")
    assert len(refs_in("".join(f"[[note:{number}]]" for number in range(MOST_LINKS + 9)))) == MOST_LINKS


def test_links_are_drawn_in_text_alone() -> None:
    html = (
        '<p title="a>[[memo:1]]">ก [[memo:1|<b>]] <a href="x">[[memo:2]]</a> <code>[[memo:3]]</code> [[memo:4|คำ]]</p>'
    )
    drawn = draw_links(html, lambda ref, said: f"({ref.kind}{ref.id}{said})")
    assert 'title="a>[[memo:1]]"' in drawn
    assert "[[memo:2]]" in drawn
    assert "[[memo:3]]" in drawn
    assert "(memo4คำ)" in drawn


@given(
    st.lists(st.sampled_from(["[[memo:1]]", "[[", "]]", "|", "`", "<a>", "**", "ก", "\n", '"', "[[note:2|x]]", "&"]))
)
def test_what_is_drawn_keeps_every_other_character(parts: list[str]) -> None:
    html = render("".join(parts), "markdown").html
    assert draw_links(html, lambda ref, said: f"[[{ref.kind}:{ref.id}{'|' + said if said else ''}]]") == html
    assert "<script" not in draw_links(html, lambda *_: "")
