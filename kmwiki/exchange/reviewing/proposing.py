"""Who may have written a comment: names to choose from. A greeting names whom it speaks to, so it only hints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki.accounts.models import Membership, User
from kmwiki.comments.models import Comment
from kmwiki.formats.gotoknow.names import is_full_name, is_nickname
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.reviewing.board import Board

MOST = 300
_GREETED = re.compile(
    r"^\W*(?:สวัสดี|หวัดดี|ดีจ้า|เรียน|ถึง)(?:ครับ|ค่ะ|คะ|จ้า|จ้ะ)?\s*"
    r"(?P<name>(?:ท่าน|คุณ|อาจารย์|อ\.|ครู|พี่|น้อง|ลุง|ป้า|ดร\.|ผศ\.|รศ\.)\s*[^\s,.!()]{1,30}(?:\s[^\s,.!()]{2,20})?)"
)
_ITEM = re.compile(r"[-*•+]\s|\d+[.)]\s")  # the last point of a list is no signature
_POLITE = re.compile(r"(?:ครับ|ค่ะ|คะ|จ้า|จ้ะ|นะ)+$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a comment's words say of its writer: a name that stands alone in it, and whom it greets."""

    signed: str = ""
    greeted: str = ""


def propose(body: str) -> Proposal:
    """Read a comment for a signature at either end and for whom it greets."""
    seen = [line.strip() for line in body.split("\n") if line.strip()]
    if not seen:
        return Proposal()
    greeting = _GREETED.match(seen[0])
    greeted = _POLITE.sub("", greeting["name"]).strip() if greeting else ""
    signed = ""
    if len(seen) > 1:
        signed = next((line for line in (seen[-1], seen[0]) if is_full_name(line)), "")
        signed = signed or (seen[-1] if is_nickname(seen[-1]) and not _ITEM.match(seen[-1]) else "")
    return Proposal(signed, greeted)


def known_names(session: Session, entry: Entry, board: Board) -> Sequence[str]:
    """Return names to type ahead: of the page first, then of its project's imported comments and members."""
    names = [author.name for author in entry.authors]
    names += [segment.comment.author_name for segment in board.segments]
    names += [proposal.signed for body in board.region.bodies(board.starts) if (proposal := propose(body)).signed]
    written = (
        select(Comment.author_name)
        .join(Source, Source.id == Comment.source_id)
        .where(Source.project_id == entry.project_id, Source.deleted.is_(None), Comment.author_name != "")
        .group_by(Comment.author_name)
        .order_by(func.count().desc())
        .limit(MOST)
    )
    members = select(User.name).join(Membership).where(Membership.project_id == entry.project_id).limit(MOST)
    names += [*session.scalars(written), *session.scalars(members)]
    return list(dict.fromkeys(name for name in names if name))[:MOST]
