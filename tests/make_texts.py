"""Texts that hypothesis makes: all of Unicode, and Thai with everything that makes Thai hard."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st

PHRASES = (
    *(
        "กองทุนสวัสดิการ",
        "ออมวันละบาท",
        "น้ำใจ",
        "มา ",
        "ไป",
        "😀",
        "👨‍👩‍👧",
        " ",
        "\n",
        "เงินของ พมจ. ",
        "ไม่ได้ๆ",
        "ก",
        "e\u0301",
    ),
    *(
        "ทำ",
        "ที่",
        "ที่ดินทำกิน ",
        "จ่ายค่าทำศพ",
        "AAR",
        "2551",
        "๒๖ ก.พ. ๕๐",
        "ํา",
        "เเ",
        "่",
        "ิ",
        "\u200b",
        "\u00a0",
        "พ.ม.จ.",
        ".",
        "...",
    ),
)

any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
thai_text = st.lists(st.sampled_from(PHRASES) | st.text("กขคพมจเแโาำิ่้์ํ๐๑.ฯๆ \n", max_size=6), max_size=25).map("".join)
mixed_text = any_text | thai_text


class _Dom(HTMLParser):
    """Reads HTML and keeps what each element with data-start holds as text, as a browser's textContent would."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[int, int, str]] = []
        self._open: list[str] = []
        self._leaf: tuple[int, int, int] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where a leaf block begins."""
        values = dict(attrs)
        if tag not in {"br", "hr", "img"}:
            self._open.append(tag)
        if values.get("data-start") is not None:
            assert self._leaf is None, "leaf blocks do not nest"
            self._leaf = (len(self._open), int(values["data-start"] or 0), int(values["data-end"] or 0))
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        """Close an element; every tag that is opened is closed in order."""
        if self._leaf and self._leaf[0] == len(self._open):
            self.blocks.append((self._leaf[1], self._leaf[2], "".join(self._text)))
            self._leaf = None
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather text."""
        self._text.append(data)


def leaf_texts(html: str) -> list[tuple[int, int, str]]:
    """Give (data-start, data-end, textContent) of every leaf block."""
    dom = _Dom()
    dom.feed(html)
    dom.close()
    return dom.blocks
