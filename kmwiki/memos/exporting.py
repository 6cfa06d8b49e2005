"""Memos as files: one Markdown file each in a zip, and a table that a spreadsheet opens rightly."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

from kmwiki.text.thai import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kmwiki.memos.queries import MemoRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell may not begin with: spreadsheets would work it out."""
SLUG_LONGEST = 50


def write_csv(rows: Iterable[MemoRow], headers: Sequence[str], words: Mapping[str, str]) -> str:
    """Write memos as a table in UTF-8 with its mark; `words` names kinds and audiences in the reader's language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    for row in rows:
        cells = (str(row.memo.id), row.title, *_facts(row, words), row.head.reading_text)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def write_zip(rows: Sequence[MemoRow], headers: Sequence[str], words: Mapping[str, str]) -> bytes:
    """Write memos as Markdown files with their facts in front, and the table beside them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("memos.csv", write_csv(rows, headers, words))
        for row in rows:
            name = slugify(row.title)[:SLUG_LONGEST].strip("-")
            archive.writestr(f"memo-{row.memo.id}{f'-{name}' if name else ''}.md", write_markdown(row))
    return out.getvalue()


def write_markdown(row: MemoRow) -> str:
    """Write one memo as Markdown, what is told about it between two lines of dashes in front."""
    about = f"{row.memo.target_kind}:{row.memo.target_id}"
    told = {
        "memo": str(row.memo.id),
        "title": row.title,
        "about": about,
        "about title": row.about.title if row.about else "",
        "in note": row.about.within if row.about else "",
        "author": row.author,
        "visibility": row.source.audience,
        "created": row.source.created.isoformat(),
        "updated": row.source.updated.isoformat(),
        "revision": str(row.head.no),
    }
    lines = [f"{key}: {_quoted(value)}" for key, value in told.items() if value]
    return "\n".join(["---", *lines, "---", "", row.head.body, ""])


def _facts(row: MemoRow, words: Mapping[str, str]) -> tuple[str, ...]:
    about = row.about
    return (
        words.get(row.memo.target_kind, row.memo.target_kind),
        about.title if about else "",
        about.within if about else "",
        row.author,
        words.get(row.source.audience, row.source.audience),
        row.source.created.isoformat(timespec="seconds"),
        row.source.updated.isoformat(timespec="seconds"),
    )


def _quoted(value: str) -> str:
    """Put a value onto one line, in quotes: whatever it holds, it ends where it should."""
    flat = " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{flat}"'
