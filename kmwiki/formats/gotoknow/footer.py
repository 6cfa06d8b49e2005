"""The platform's footer: it stands after the page, sometimes twice, and is never content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.lines import Line

_START = re.compile(r"\s*พบปัญหาการใช้งาน")
_KNOWN = re.compile(
    r"\s*(?:พบปัญหาการใช้งาน.*|ClassStart(?: Books)?|ระบบจัดการการเรียนการสอน.*|ทั้งเว็บทั้งแอปใช้งานฟรี"
    r"|โครงการหนังสือจากคลาสสตาร์ท|(?:©|\(c\)|Copyright).{0,80}GotoKnow.*|LINE ID\s*@gotoknow)\s*",
    re.IGNORECASE,
)


def cut_footer(lines: Sequence[Line], is_page_part: Sequence[bool]) -> tuple[list[Line], int | None]:
    """Return the lines without any footer, and the number of the first line of the last footer, or None.

    `is_page_part` says of each line whether it can only belong to the page (metadata, the comments' heading): a footer
    that such a line follows is cut out of the middle, any other one reaches to the end.
    """
    last_part = max((at for at, is_part in enumerate(is_page_part) if is_part), default=-1)
    kept: list[Line] = []
    footer_from = None
    at = 0
    while at < len(lines):
        if not _START.match(lines[at].text):
            kept.append(lines[at])
            at += 1
            continue
        footer_from = lines[at].no
        if at > last_part:
            return kept, footer_from
        while at < len(lines) and (lines[at].is_blank or _KNOWN.fullmatch(lines[at].text)):
            at += 1
    return _without_tail(kept, footer_from)


def _without_tail(lines: list[Line], footer_from: int | None) -> tuple[list[Line], int | None]:
    """Cut a footer whose first line is missing, too: known lines at the very end."""
    end = len(lines)
    while end and (lines[end - 1].is_blank or _KNOWN.fullmatch(lines[end - 1].text)):
        end -= 1
    known = next((line.no for line in lines[end:] if not line.is_blank), None)
    return (lines, footer_from) if known is None else (lines[:end], known)
