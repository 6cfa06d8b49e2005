"""Lists of quotes as one HTML file that needs nothing else: to read, to print, to keep. Pure."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmwiki.formats.docx_writing import Run

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font-family: "Noto Sans Thai Looped", "Sarabun",
  "TH Sarabun New", "Leelawadee UI", Thonburi, sans-serif; font-size: 1.0625rem;
  line-height: 1.85; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.5; } h2 { font-size: 1.25rem; margin-top: 2.5rem; line-height: 1.6; }
blockquote { margin: 1.5rem 0 0; padding-left: 1rem; border-left: 3px solid; white-space: pre-line; }
.small { margin: .25rem 0 0; font-size: .875rem; opacity: .85; } .source { padding-left: calc(1rem + 3px); }
@media print { body { max-width: none; margin: 0; font-size: 12pt; } h2 { break-after: avoid; }
  blockquote { break-inside: avoid; break-after: avoid; } .source { break-before: avoid; } a { color: inherit; } }
"""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class HtmlPaper:
    """A page in the making, written to like `formats.docx_writing.Paper`."""

    def __init__(self, title: str, *, is_thai: bool = True) -> None:
        language = "th" if is_thai else "en"
        name = _plain(title)
        self._parts = [
            f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # Whatever the texts hold: nothing is loaded, nothing runs.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{name}</title>\n<style>{_STYLE}</style></head>\n<body>\n<h1>{name}</h1>\n",
        ]

    def heading(self, words: str, level: int) -> None:
        """Write a heading; the title is above all."""
        tag = f"h{min(level + 1, 6)}"
        self._parts.append(f"<{tag}>{_plain(words)}</{tag}>\n")

    def paragraph(self, words: str, *, is_small: bool = False) -> None:
        """Write a paragraph."""
        look = ' class="small"' if is_small else ""
        self._parts.append(f"<p{look}>{_plain(words)}</p>\n")

    def quote(self, text: str, source: list[Run]) -> None:
        """Write a quote and where it comes from."""
        told = "".join(
            f'<a href="{_plain(run.link)}">{_plain(run.text)}</a>' if run.link else _plain(run.text) for run in source
        )
        self._parts.append(f'<blockquote lang="th">{_plain(text)}</blockquote>\n<p class="small source">{told}</p>\n')

    def to_bytes(self) -> bytes:
        """Return the file."""
        return ("".join(self._parts) + "</body>\n</html>\n").encode()


def _plain(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text))
