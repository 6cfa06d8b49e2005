"""QDC files: valid by the schema, read back as they were written, and nothing that a hostile one could do."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kmwiki.errors import Invalid
from kmwiki.formats.codebooks import HUES, PAIRS, FileCode, FileGroup, hex_of, one_line, plain, read_guid, read_hex
from kmwiki.formats.qdc import read_qdc, write_qdc

if TYPE_CHECKING:
    from pathlib import Path

ENDS = st.sampled_from(["== ", "\\== ", "== ใช้เมื่อ (Use when) ==", "\n", "<&>\"'", "]]>", "น้ำ", "=1+1", "🙂", " "])
LINES = st.lists(st.one_of(ENDS, st.text(max_size=12)), max_size=6).map("".join)


@st.composite
def codebooks(draw: st.DrawFn) -> list[FileCode]:
    made: list[FileCode] = []
    for number in range(draw(st.integers(1, 8))):
        under = draw(st.one_of(st.none(), st.integers(0, number - 1))) if number else None
        texts: dict[str, Any] = {name: draw(LINES) for name in ("definition", "include", "exclude", "example")}
        name_en = " ".join(draw(LINES).split())
        aliases = [" ".join(each.split()) for each in draw(st.lists(LINES, max_size=3))]
        pair = {"color": draw(st.integers(1, 12)), "pattern": draw(st.integers(1, 12))}
        values = texts | pair | {"name_en": name_en, "aliases": aliases, "is_codable": draw(st.booleans())}
        guid = f"{number:08x}-0000-4000-8000-000000000000"
        made.append(FileCode(line=number, name=f"รหัส {draw(LINES)}", guid=guid, under=under, given=values))
    return made


def in_tree_order(codes: list[FileCode]) -> list[FileCode]:
    """Return the codes as a file nests them: each followed by those under it."""
    below: dict[int | None, list[int]] = {}
    for index, code in enumerate(codes):
        below.setdefault(code.under, []).append(index)
    order: list[int] = []

    def walk(at: int | None) -> None:
        for index in below.get(at, []):
            order.append(index)
            walk(index)

    walk(None)
    where = {old: new for new, old in enumerate(order)}
    return [
        FileCode(
            line=0,
            name=codes[old].name,
            guid=codes[old].guid,
            under=None if codes[old].under is None else where[codes[old].under or 0],
            given=codes[old].given,
        )
        for old in order
    ]


def told(code: FileCode) -> tuple[Any, ...]:
    texts = [plain(code.given[name]) for name in ("definition", "include", "exclude", "example")]
    aliases = [one_line(each) for each in code.given["aliases"] if one_line(each)]
    rest = (code.given["color"], code.given["pattern"], code.given["is_codable"], one_line(code.given["name_en"]))
    return (one_line(code.name), code.guid, code.under, *texts, aliases, *rest)


@st.composite
def groups(draw: st.DrawFn, most: int = 6) -> list[FileGroup]:
    """Groups of codes by their numbers; those that a codebook does not have are left out where they are used."""
    words = st.text("กขคง -=<&\n🙂", max_size=8)
    return [
        FileGroup(f"{one_line(draw(words))} {number}".strip(), tuple(sorted(draw(st.sets(st.integers(0, most - 1))))),
                  f"{number:08x}-0000-4000-9000-000000000000", plain(draw(words)))
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip


def fitting(found: list[FileGroup], codes: list[FileCode]) -> list[FileGroup]:
    return [replace(group, codes=tuple(each for each in group.codes if each < len(codes))) for group in found]


@settings(max_examples=150)
@given(codebooks(), groups())
def test_what_is_written_is_read_back_tree_texts_colours_and_groups(
    codes: list[FileCode], found: list[FileGroup]
) -> None:
    wanted, sets = in_tree_order(codes), fitting(found, codes)
    book = read_qdc(write_qdc(wanted, sets))
    assert [(each.name, each.codes, each.guid, each.description or "") for each in book.groups] == [
        (each.name, each.codes, each.guid, each.description) for each in sets
    ]
    assert [told(code) for code in book.codes] == [told(code) for code in wanted]
    assert not any(code.notes for code in book.codes)


@settings(max_examples=40)
@given(codes=codebooks(), found=groups())
def test_what_is_written_is_valid_by_the_schema(
    codebook_schema: Any, codes: list[FileCode], found: list[FileGroup]
) -> None:
    codebook_schema.assertValid(etree.fromstring(write_qdc(codes, fitting(found, codes))))


@pytest.fixture(scope="module")
def codebook_schema(refi_dir: Path) -> Any:
    return etree.XMLSchema(etree.parse(refi_dir / "Codebook.xsd"))


def test_each_pair_of_colour_and_pattern_has_a_colour_of_its_own_that_looks_like_the_colour() -> None:
    assert len(PAIRS) == 144
    for (color, _), text in ((pair, text) for text, pair in PAIRS.items()):
        assert abs(int(text[5:], 16) - HUES[color - 1][2]) < 16
    assert read_hex(hex_of(3, 7)) == ({"color": 3, "pattern": 7}, None)


def test_a_foreign_colour_becomes_the_nearest_and_an_unknown_one_is_told() -> None:
    red, note = read_hex("#F00")
    assert red == {"color": 1}
    assert note is not None
    unknown, note = read_hex("scarlet")
    assert unknown == {}
    assert "scarlet" in str(note)


def test_a_guid_is_read_in_braces_and_capitals_and_anything_else_is_told() -> None:
    assert read_guid("{D097E6FD-7671-4D95-A8B6-7795FA4A72E1}")[0] == "d097e6fd-7671-4d95-a8b6-7795fa4a72e1"
    assert read_guid("12")[0] == ""
    assert read_guid("12")[1] is not None


def foreign(body: str, *, namespace: str = "urn:QDA-XML:codebook:1.0", head: str = "") -> bytes:
    return f'{head}<CodeBook xmlns="{namespace}" origin="Other"><Codes>{body}</Codes></CodeBook>'.encode()


def test_a_file_of_another_program_gives_only_what_it_says() -> None:
    book = read_qdc(
        foreign(
            '<Code guid="{D097E6FD-7671-4D95-A8B6-7795FA4A72E1}" name=" การ  ออม " isCodable="true"'
            ' color="#12345">'
            "<Description>ออม</Description>"
            '<Code guid="x" name="ย่อย" isCodable="nonsense"/></Code>',
            namespace="urn:QDA-XML:codebook:0:4",
        )
    )
    first, second = book.codes
    assert (first.name, dict(first.given)) == ("การ ออม", {"definition": "ออม", "is_codable": True})
    assert "#12345" in str(first.notes[0])
    assert (second.under, dict(second.given), len(second.notes)) == (0, {}, 1)


def test_of_a_group_the_codes_of_the_file_are_read_and_others_are_told() -> None:
    guid = "d097e6fd-7671-4d95-a8b6-7795fa4a72e1"
    sets = (
        '<Sets><Set guid="" name=" x  y "><Description>ไว้ใช้</Description>'
        f'<MemberCode guid="{{{guid.upper()}}}"/><MemberCode guid="{guid}"/><MemberCode guid="?"/></Set>'
        '<Set guid="" name=""/></Sets></CodeBook>'
    )
    data = foreign(f'<Code guid="{guid}" name="ก" isCodable="true"/>').replace(b"</CodeBook>", sets.encode())
    first, second = read_qdc(data).groups
    assert (first.name, first.codes, first.description) == ("x y", (0,), "ไว้ใช้")
    assert "1" in str(first.notes[0])
    assert (second.name, second.codes, second.description) == ("", (), None)
    with pytest.raises(Invalid, match="1000"):
        read_qdc(data.replace(b'<Set guid="" name=""/>', b'<Set guid="" name=""/>' * 1001))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no whole XML"),
        (b"just words", "no whole XML"),
        (b"<Codes/>", "no codebook"),
        (foreign(""), "no code in this file"),
        (foreign("<Code name='a'"), "no whole XML"),
        ("<?xml version='1.0' encoding='UTF-8'?><CodeBook>ออม</CodeBook>".encode("cp874"), "encoding"),
        (b"<?xml version='1.0' encoding='klingon'?><CodeBook/>", "encoding"),
        (foreign("&lol;", head='<!DOCTYPE l [<!ENTITY lol "lol">]>'), "DOCTYPE"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><CodeBook/>'.encode("utf-16"), "DOCTYPE"),
        (foreign('<Code name="a">' * 400 + "</Code>" * 400), "no whole XML"),
        (foreign(" " * (6 << 20)), "larger"),
        (foreign("<Code name='a'/>" * 20_001), "20000"),
    ],
    ids=["empty", "words", "other", "none", "torn", "cp874", "klingon", "entities", "utf16", "deep", "large", "many"],
)
def test_what_is_no_codebook_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_qdc(data)


def test_a_wrong_encoding_can_be_put_right_by_hand() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?>' + foreign('<Code name="การออม" guid=""/>').decode()
    assert read_qdc(body.encode("cp874"), "cp874").codes[0].name == "การออม"


def test_the_codebooks_of_real_projects_are_read(refi_dir: Path) -> None:
    for path in sorted((refi_dir / "samples").glob("*.qdpx")):
        with zipfile.ZipFile(path) as opened:
            name = next(name for name in opened.namelist() if name.endswith(".qde"))
            book = read_qdc(opened.read(name))
        assert book.codes, path.name
        assert all(code.name and code.guid for code in book.codes)
