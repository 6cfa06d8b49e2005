"""A page's text written as Markdown is read back with the same characters, blocks and structure."""

from __future__ import annotations

from html import escape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.formats.html.tree import parse_html
from kmwiki.formats.html.walking import Walker
from kmwiki.formats.html.writing import to_markdown
from kmwiki.text.markdown import render

TRAPS = (
    "# ## - + * ** _ __ ` ``` ~~~ > < & &amp; &#65; [ ] [x] (y) | --- === 1. ๑. \\ \\* ! ![ a_b _c_ : :-- "
    "http://e.th/a_b {x} \u00a0 \u00a0ก $ ~~ก~~ [^1] [a]: 😀 กํา เเ \u200b ^ a*b*c <b> </p> <http://x.y> x@y.z # ก"
)
WORDS = st.one_of(
    st.text("กขคงำเแโไาิีืุ่้๊์ฯๆ๑๒๓", min_size=1, max_size=6),
    st.sampled_from(TRAPS.split(" ")),
)
TEXT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join).filter(lambda text: text.strip())
LOOK = st.sampled_from(["", "b", "i", "b i", "code", "a"])
RUN = st.tuples(TEXT, LOOK)
LINE = st.lists(st.tuples(RUN, st.sampled_from(["", " "])), min_size=1, max_size=4)
PARAGRAPH = st.lists(LINE, min_size=1, max_size=3)
CELL = st.lists(st.tuples(RUN, st.just(" ")), max_size=2)


def html_of_line(line: Any) -> str:
    parts = []
    for (text, look), after in line:
        inner = escape(text)
        for tag in look.split():
            inner = f'<a href="http://e.th/{len(text)}">{inner}</a>' if tag == "a" else f"<{tag}>{inner}</{tag}>"
        parts.append(inner + after)
    return "".join(parts)


def text_of_line(line: Any) -> str:
    return " ".join("".join(text + after for (text, _), after in line).replace("\n", " ").split(" ")).strip(" ")


def text_of(paragraph: Any) -> str:
    return "\n".join(one_blank(text_of_line(line)) for line in paragraph)


def one_blank(text: str) -> str:
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")


def html_of(paragraph: Any) -> str:
    return "<br>".join(html_of_line(line) for line in paragraph)


@st.composite
def trees(draw: Any, depth: int = 0) -> tuple[str, list[str]]:
    """Return a block's HTML and the text of each leaf in it."""
    kinds = ["p", "p", "ul", "ol", "blockquote", "heading", "table", "pre", "div"]
    kind = draw(st.sampled_from(kinds if depth < 3 else ["p"]))
    if kind == "p" or (kind in {"heading", "table", "pre"} and depth):
        paragraph = draw(PARAGRAPH)
        return f"<p>{html_of(paragraph)}</p>", [text_of(paragraph)]
    if kind == "heading":
        line, level = draw(LINE), draw(st.integers(1, 6))
        return f"<h{level}>{html_of_line(line)}</h{level}>", [one_blank(text_of_line(line))]
    if kind == "table":
        rows = draw(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=3))
        cells = [[html_of_line(cell) for cell in row] for row in rows]
        made = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
        texts = [one_blank(text_of_line(cell)) for row in rows for cell in row]
        return f"<table>{made}</table>", [text for text in texts if text.strip()]
    if kind == "pre":
        lines = [f"x {draw(TEXT)}" for _ in range(draw(st.integers(1, 3)))]
        text = "\n".join(lines)
        return f"<pre>{escape(text)}</pre>", [text]
    inner = [draw(trees(depth + 1)) for _ in range(draw(st.integers(1, 3)))]
    if kind in {"ul", "ol"}:
        items = []
        leaves = []
        for html, texts in inner:
            lead = draw(PARAGRAPH)
            items.append(f"<li>{html_of(lead)}{html}</li>")
            leaves += [text_of(lead), *texts]
        return f"<{kind}>{''.join(items)}</{kind}>", leaves
    return f"<{kind}>{''.join(html for html, _ in inner)}</{kind}>", [text for _, texts in inner for text in texts]


@settings(max_examples=150)
@given(st.lists(trees(), min_size=1, max_size=4))
def test_every_character_of_every_block_comes_back(blocks: list[tuple[str, list[str]]]) -> None:
    page = parse_html(f"<body>{''.join(html for html, _ in blocks)}</body>")
    written = to_markdown(Walker(None, lambda _: None).blocks_of(page))
    drawn = render(written, "markdown")
    wanted = [text for _, texts in blocks for text in texts if text.strip()]
    assert [drawn.reading_text[block.start : block.end] for block in drawn.blocks] == wanted, written
