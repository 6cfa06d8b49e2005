"""QDC, the codebook file of REFI-QDA 1.5: bytes to a codebook and back. Pure; nothing outside the file is read.

QDC has one name and one description for a code; what else a code has stands in the description, below its definition,
each part under a line of its own that people and this module read:

    == ใช้เมื่อ (Use when) ==

A line of a text that begins like such a heading is written with a backslash before it. The pattern of a code is the
last digit of its colour. See docs/decisions/0503.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.codebooks import (
    MOST_BYTES,
    MOST_CODES,
    MOST_GROUPS,
    FileBook,
    FileCode,
    FileGroup,
    hex_of,
    one_line,
    plain,
    read_guid,
    read_hex,
)
from kmwiki.formats.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMESPACE = "urn:QDA-XML:codebook:1.0"
ORIGIN = "kmwiki"
PARTS = {
    "name_en": "== ชื่ออังกฤษ (English name) ==",
    "include": "== ใช้เมื่อ (Use when) ==",
    "exclude": "== ไม่ใช้เมื่อ (Do not use when) ==",
    "example": "== ตัวอย่าง (Example) ==",
    "aliases": "== ชื่ออื่น (Other names) ==",
}
_KEYS = {heading.partition("(")[2]: name for name, heading in PARTS.items()}
_HEADING = re.compile(r"== [^(\n]{0,60}\((.{1,40}\) ==)[ \t]*")
_LIKE_HEADING = re.compile(r"^(\\*== )", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(\\*== )", re.MULTILINE)
_DECLARED = re.compile(r"^(\s*<\?xml[^>]{0,200}?)\s+encoding\s*=\s*([\"'])[^\"']{0,40}\2")
_LINES_COUNTED = 65_535  # the parser counts lines no further


def write_qdc(codes: Sequence[FileCode], groups: Sequence[FileGroup] = (), origin: str = ORIGIN) -> bytes:
    """Return codes and their groups as a QDC file; `under` tells the tree, parents first. Invalid without a code."""
    if not codes:
        raise Invalid(say("The codebook is empty, and a QDC file needs one code at least. Add a code first."))
    root = etree.Element(f"{{{NAMESPACE}}}CodeBook", nsmap={None: NAMESPACE}, origin=plain(origin))
    top = etree.SubElement(root, f"{{{NAMESPACE}}}Codes")
    made: list[Any] = []
    for code in codes:
        above = top if code.under is None else made[code.under]
        element = etree.SubElement(above, f"{{{NAMESPACE}}}Code", guid=code.guid, name=one_line(code.name))
        element.set("isCodable", "true" if code.given["is_codable"] else "false")
        element.set("color", hex_of(code.given["color"], code.given["pattern"]))
        described = describe(code)
        if described:
            etree.SubElement(element, f"{{{NAMESPACE}}}Description").text = described
        made.append(element)
    if groups:
        _write_sets(root, codes, groups)
    etree.indent(root, space="  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write_sets(root: Any, codes: Sequence[FileCode], groups: Sequence[FileGroup]) -> None:
    top = etree.SubElement(root, f"{{{NAMESPACE}}}Sets")
    for group in groups:
        element = etree.SubElement(top, f"{{{NAMESPACE}}}Set", guid=group.guid, name=one_line(group.name))
        if group.description:
            etree.SubElement(element, f"{{{NAMESPACE}}}Description").text = plain(group.description)
        for index in group.codes:
            etree.SubElement(element, f"{{{NAMESPACE}}}MemberCode", guid=codes[index].guid)


def describe(code: FileCode) -> str:
    """Return the description of a code: its definition, then each part it has under its heading."""
    parts = [_hidden(plain(code.given["definition"]))]
    for name, heading in PARTS.items():
        value = code.given[name]
        text = "\n".join(one_line(alias) for alias in value) if name == "aliases" else plain(value)
        if text:
            parts.append(f"{heading}\n{_hidden(text)}")
    return "\n\n".join(part for part in parts if part)


def read_description(text: str, *, is_ours: bool) -> dict[str, Any]:
    """Take a description apart. With none of our headings and from another program, all of it is the definition."""
    found: dict[str, list[str]] = {"definition": []}
    lines = found["definition"]
    for line in plain(text).split("\n"):
        heading = _HEADING.fullmatch(line)
        name = _KEYS.get(heading[1]) if heading else None
        if name is not None and name not in found:
            lines = found.setdefault(name, [])
        else:
            lines.append(line)
    texts = {name: plain(_ESCAPED.sub(r"\1", "\n".join(part))) for name, part in found.items()}
    if not is_ours and set(found) == {"definition"}:
        return texts
    given: dict[str, Any] = {"definition": ""} | dict.fromkeys(PARTS, "") | texts
    return given | {
        "name_en": one_line(given["name_en"]),
        "aliases": [one_line(line) for line in given["aliases"].split("\n") if line.strip()],
    }


def read_qdc(data: bytes, encoding: str | None = None) -> FileBook:
    """Read a QDC file, or the codebook of a REFI-QDA project file. Invalid if it is none, broken or far too large."""
    if len(data) > MOST_BYTES:
        raise Invalid.one("file", say("The file is larger than %(most)s MB. Divide it.", most=MOST_BYTES >> 20))
    book = _codebook(_root(data, encoding))
    is_ours = (book.get("origin") or "").split(" ")[0] == ORIGIN
    codes: list[FileCode] = []
    places: dict[Any, int] = {}
    for element in _codes_of(book):
        if len(codes) == MOST_CODES:
            raise Invalid.one("file", say("The file has more than %(most)s codes. Divide it.", most=MOST_CODES))
        places[element] = len(codes)
        codes.append(_read_code(element, places.get(element.getparent()), is_ours=is_ours))
    if not codes:
        raise Invalid.one("file", say("There is no code in this file."))
    return FileBook(tuple(codes), encoding or "utf-8", groups=_read_sets(book, codes))


def _read_sets(book: Any, codes: Sequence[FileCode]) -> tuple[FileGroup, ...]:
    """Read the groups of codes; a member that the file does not have is told and left out."""
    at = {code.guid: index for index, code in reversed(list(enumerate(codes))) if code.guid}
    found: list[FileGroup] = []
    for element in book.iterfind("{*}Sets/{*}Set"):
        if len(found) == MOST_GROUPS:
            raise Invalid.one(
                "file", say("The file has more than %(most)s groups of codes. Divide it.", most=MOST_GROUPS)
            )
        guid, note = read_guid(element.get("guid") or "")
        told = [read_guid(member.get("guid") or "")[0] for member in element.iterfind("{*}MemberCode")]
        inside = list(dict.fromkeys(at[each] for each in told if each in at))
        missing = sum(each not in at for each in told)
        notes = [note] if note else []
        if missing:
            notes.append(say("%(missing)s codes of this group are not in the file.", missing=missing))
        described = element.find("{*}Description")
        text = None if described is None else plain("".join(described.itertext()))
        found.append(FileGroup(one_line(element.get("name") or ""), tuple(inside), guid, text, tuple(notes)))
    return tuple(found)


def _read_code(element: Any, under: int | None, *, is_ours: bool) -> FileCode:
    notes: list[Message | None] = []
    guid, note = read_guid(element.get("guid") or "")
    notes.append(note)
    given: dict[str, Any] = {}
    described = element.find("{*}Description")
    if described is not None or is_ours:
        text = "" if described is None else "".join(described.itertext())
        given |= read_description(text, is_ours=is_ours)
    if element.get("color") is not None:
        colour, note = read_hex(element.get("color"))
        given |= colour
        notes.append(note)
    codable = (element.get("isCodable") or "").strip().lower()
    if codable in {"true", "1", "false", "0"}:
        given["is_codable"] = codable in {"true", "1"}
    line = element.sourceline
    return FileCode(
        line=line if line and line < _LINES_COUNTED else 0,
        name=one_line(element.get("name") or ""),
        guid=guid,
        under=under,
        given=given,
        notes=tuple(note for note in notes if note is not None),
    )


def _codes_of(book: Any) -> Iterator[Any]:
    """Give the codes from top to bottom, parents first; elements of other names between them are passed over."""
    codes = book.find("{*}Codes")
    if codes is not None:
        yield from codes.iter("{*}Code")


def _codebook(root: Any) -> Any:
    name = etree.QName(root).localname
    found = root if name == "CodeBook" else root.find("{*}CodeBook") if name == "Project" else None
    if found is None:
        raise Invalid.one(
            "file",
            say("This is no codebook of REFI-QDA: it begins with “%(name)s”, not with CodeBook.", name=name[:60]),
        )
    return found


def _root(data: bytes, encoding: str | None) -> Any:
    if encoding:
        text = _DECLARED.sub(r"\1", decode(data, encoding).text.lstrip("\ufeff"), count=1)
        data = text.encode()
    if b"<!DOCTYPE" in data.replace(b"\x00", b""):
        raise Invalid.one("file", say("The file declares a DOCTYPE, which no codebook has. It is not read."))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8" if encoding else None,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Invalid.one(
            "file",
            say(
                "The file is no whole XML file in the encoding that it declares (line %(line)s: %(reason)s). "
                "Export it again as QDC, or choose its encoding.",
                line=line,
                reason=str(error).partition(", line")[0][:200],
            ),
        ) from error


def _hidden(text: str) -> str:
    return _LIKE_HEADING.sub(r"\\\1", text)
