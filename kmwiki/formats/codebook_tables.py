"""A codebook as a table: CSV that spreadsheets open as UTF-8, or the first sheet of an xlsx file. Pure.

The columns, in Thai and English, are those of `COLUMNS`, in any order; all but the Thai name may be left out.
A code stands under what `path` says: the names from the top, joined by " / "; one name alone will do where it stands
once. Empty is the top; without the column a code stays where it is. A slash or backslash in a name is written with a
backslash before it.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.codebooks import (
    MOST_BYTES,
    MOST_CODES,
    MOST_GROUPS,
    PATTERNS,
    TEXTS,
    FileBook,
    FileCode,
    FileGroup,
    one_line,
    plain,
    read_guid,
    read_hex,
)
from kmwiki.formats.decoding import decode
from kmwiki.formats.spreadsheets import LONGEST_CELL, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = {
    "path": ("อยู่ใต้", "stands under"),
    "name_th": ("ชื่อไทย", "thai name"),
    "name_en": ("ชื่ออังกฤษ", "english name"),
    "definition": ("นิยาม", "definition"),
    "include": ("ใช้เมื่อ", "use when"),
    "exclude": ("ไม่ใช้เมื่อ", "do not use when"),
    "example": ("ตัวอย่าง", "example"),
    "aliases": ("ชื่ออื่น", "other names"),
    "color": ("สี", "colour"),
    "pattern": ("ลาย", "pattern"),
    "is_codable": ("ลงรหัสได้", "codable"),
    "guid": ("GUID", "guid"),
    "groups": ("กลุ่ม", "groups"),
}
_OTHER_HEADS = {"name": "name_th", "code": "name_th", "รหัส": "name_th", "ชื่อ": "name_th", "color": "color"}
_HEADS = {head.lower(): key for key, heads in COLUMNS.items() for head in (*heads, key)} | _OTHER_HEADS
YES = frozenset({"ใช่", "yes", "true", "1", "y", "x"})
NO = frozenset({"ไม่ใช่", "ไม่", "no", "false", "0", "n"})
MOST_UNPACKED = 80 << 20
MOST_COLUMNS = 100
MOST_ROWS = MOST_CODES + 5000  # empty rows between the codes
_QUOTED = re.compile(r"^'(?='*[=+\-@\t\r])")
_TO_QUOTE = re.compile(r"^(?='+[=+\-@\t\r])")
_NUMBER = re.compile(r"([0-9]{1,2})(?:\.0+)?")


def write_table(codes: Sequence[FileCode], form: str, *, title: str = "", is_thai: bool = True) -> bytes:
    """Return codes as a `csv` or `xlsx` file, one a row, parents before their children."""
    header = [heads[0 if is_thai else 1] for heads in COLUMNS.values()]
    rows = _rows_of(codes, is_thai=is_thai)
    if form == "xlsx":
        return write_xlsx(title, header, rows)
    return write_csv(header, ([_TO_QUOTE.sub("'", cell) for cell in row] for row in rows)).encode()


def _rows_of(codes: Sequence[FileCode], *, is_thai: bool) -> Iterator[list[str]]:
    paths: list[tuple[str, ...]] = []
    words = ("ใช่", "ไม่ใช่") if is_thai else ("yes", "no")
    for code in codes:
        above = () if code.under is None else paths[code.under]
        name = one_line(code.name)
        paths.append((*above, name))
        given = code.given
        cells = {
            "path": " / ".join(_slashed(each) for each in above),
            "name_th": name,
            "aliases": _listed(given["aliases"]),
            "groups": _listed(given.get("groups", ())),
            "color": str(given["color"]),
            "pattern": str(given["pattern"]),
            "is_codable": words[0 if given["is_codable"] else 1],
            "guid": code.guid,
        } | {field: plain(given[field]) for field in TEXTS}
        yield [cells[key] for key in COLUMNS]


def read_csv(data: bytes, encoding: str | None = None) -> FileBook:
    """Read a CSV file, its cells parted by commas, semicolons or tabs. Invalid if it is no table or far too large."""
    _check_size(data)
    decoded = decode(data, encoding)
    text = decoded.text.lstrip("\ufeff")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def lines() -> Iterator[tuple[int, list[str]]]:
        try:
            for cells in reader:
                yield reader.line_num, [_QUOTED.sub("", cell) for cell in cells]
        except csv.Error as error:
            raise Invalid.one("file", say("Line %(line)s cannot be read as a table.", line=reader.line_num)) from error

    codes = _codes(lines())
    return FileBook(codes, decoded.encoding, decoded.is_guess, groups=_groups(codes))


def read_xlsx(data: bytes) -> FileBook:
    """Read the first sheet of an xlsx file; of a formula the value that was kept. Invalid if it is none."""
    _check_size(data)
    _check_zip(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that we do not look at
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                sheet = book.worksheets[0]
                rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
                codes = _codes((at, [_cell(value) for value in row]) for at, row in enumerate(rows, start=1))
            finally:
                book.close()
        except Invalid:
            raise
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, AttributeError,
                OSError, SyntaxError, RecursionError) as error:  # fmt: skip
            raise _no_workbook() from error
    return FileBook(codes, "xlsx", groups=_groups(codes))


def _check_size(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise Invalid.one("file", say("The file is larger than %(most)s MB. Divide it.", most=MOST_BYTES >> 20))


def _check_zip(data: bytes) -> None:
    """Refuse what is no zip, unpacks to far more than it should, or declares what no workbook declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            if sum(info.file_size for info in opened.infolist()) > MOST_UNPACKED:
                raise Invalid.one(
                    "file", say("The file is larger than %(most)s MB. Divide it.", most=MOST_UNPACKED >> 20)
                )
            for info in opened.infolist():
                if info.filename.endswith((".xml", ".rels")):
                    with opened.open(info) as member:
                        if b"<!DOCTYPE" in member.read(4096).replace(b"\x00", b""):
                            raise _no_workbook()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _no_workbook() from error


def _no_workbook() -> Invalid:
    return Invalid.one("file", say("This is no xlsx file that can be read. Save it again as “Excel Workbook (.xlsx)”."))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _codes(lines: Iterable[tuple[int, list[str]]]) -> tuple[FileCode, ...]:
    found: list[FileCode] = []
    heads: dict[str, int] = {}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not heads:
            heads = _heads(cells)
            continue
        if len(found) == MOST_CODES:
            raise Invalid.one("file", say("The file has more than %(most)s codes. Divide it.", most=MOST_CODES))
        found.append(_code(line, {key: cells[at] for key, at in heads.items() if at < len(cells)}, set(heads)))
    if not found:
        raise Invalid.one("file", say("There is no code in this file."))
    return tuple(found)


def _heads(cells: Sequence[str]) -> dict[str, int]:
    heads: dict[str, int] = {}
    for at, cell in enumerate(cells):
        key = _HEADS.get(one_line(cell).lower())
        if key is not None:
            heads.setdefault(key, at)
    if "name_th" not in heads:
        wanted = ", ".join(head for head, _ in COLUMNS.values())
        raise Invalid.one(
            "file", say("The first row must name the columns, “ชื่อไทย” among them. They are: %(names)s.", names=wanted)
        )
    return heads


def _code(line: int, cells: dict[str, str], heads: set[str]) -> FileCode:
    notes: list[Message | None] = []
    guid, note = read_guid(cells.get("guid", ""))
    notes.append(note)
    texts = {key: plain(cells.get(key, "")) for key in TEXTS if key in heads}
    given: dict[str, Any] = {**texts}
    if "name_en" in given:
        given["name_en"] = one_line(given["name_en"])
    if "aliases" in heads:
        given["aliases"] = _read_list(cells.get("aliases", ""))
    if "groups" in heads:
        given["groups"] = _read_list(cells.get("groups", ""))
    for key in ("color", "pattern"):
        values, note = _read_pair(key, cells.get(key, "").strip())
        given |= values
        notes.append(note)
    codable = one_line(cells.get("is_codable", "")).lower()
    if codable in YES | NO:
        given["is_codable"] = codable in YES
    elif codable:
        notes.append(say("“%(value)s” is neither yes nor no; it stays as it is.", value=codable[:40]))
    is_cut = any(len(text) >= LONGEST_CELL for text in texts.values())
    return FileCode(
        line=line,
        name=one_line(cells.get("name_th", "")),
        guid=guid,
        path=_path(cells.get("path", "")),
        has_place="path" in heads,
        given=given,
        notes=tuple(note for note in notes if note is not None),
        problem=say("A cell is as long as a cell can be: its text may have been cut.") if is_cut else None,
    )


def _read_pair(key: str, text: str) -> tuple[dict[str, int], Message | None]:
    if not text:
        return {}, None
    number = _NUMBER.fullmatch(text)
    if number is not None and 1 <= int(number[1]) <= PATTERNS:
        return {key: int(number[1])}, None
    if key == "color":
        return read_hex(text)
    return {}, say("The pattern “%(pattern)s” is none from 1 to 12; one is chosen.", pattern=text[:40])


def _listed(names: Iterable[str]) -> str:
    """Return names one a line; a sign that would part them has a backslash before it."""
    return "\n".join(re.sub(r"([\\;|])", r"\\\1", one_line(name)) for name in names)


def _read_list(text: str) -> list[str]:
    """Read names parted by line ends, semicolons or bars."""
    parts = [""]
    signs = iter(plain(text))
    for sign in signs:
        if sign == "\\":
            parts[-1] += next(signs, "\\")
        elif sign in "\n;|":
            parts.append("")
        else:
            parts[-1] += sign
    return [name for part in parts if (name := one_line(part))]


def _groups(codes: Sequence[FileCode]) -> tuple[FileGroup, ...]:
    """Return the groups that a column of the table names."""
    inside: dict[str, list[int]] = {}
    for index, code in enumerate(codes):
        for name in dict.fromkeys(code.given.get("groups", ())):
            inside.setdefault(name, []).append(index)
    if len(inside) > MOST_GROUPS:
        raise Invalid.one("file", say("The file has more than %(most)s groups of codes. Divide it.", most=MOST_GROUPS))
    return tuple(FileGroup(name, tuple(members)) for name, members in inside.items())


def _slashed(name: str) -> str:
    return name.replace("\\", "\\\\").replace("/", "\\/")


def _path(text: str) -> tuple[str, ...]:
    parts = [""]
    signs = iter(one_line(text))
    for sign in signs:
        if sign == "\\":
            parts[-1] += next(signs, "\\")
        elif sign == "/":
            parts.append("")
        else:
            parts[-1] += sign
    return tuple(name for part in parts if (name := one_line(part)))
