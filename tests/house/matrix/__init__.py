"""Who may call which route: a row for every route of the app, in one module a page family.

`url` holds placeholders that the world of the test fills: {slug} {number} {entry} {source} {revision} {comment}
{imported_comment} {imported} {batch} {binned} {attachment} {attachment_name} {binned_attachment}
{round} {spare_round} {closed_round}
{case} {decision}
{coding} {coding_batch} {code_group} {codebook_change} {code} {other_code} {user} {email}
{job} {token_id} {session_id} {link} {letter} {term}
{cleared} {memo} {quote} {binned_memo} {search} {own_search} {own_removed_search} {feed_key} {letters_stop} {notice}
{retrieval} {own_retrieval} {own_removed_retrieval} {passages_job}.
`least` is the least role that is let through: anyone, signed_in, reader, commenter, researcher, supervisor, owner,
admin. A member below it gets 403 (or 404 where they may not even know); somebody of another project gets 404; a visitor
is sent to sign in (page) or gets 401 (API).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LEVELS = ("anyone", "signed_in", "reader", "commenter", "researcher", "supervisor", "owner", "admin")


@dataclass(frozen=True)
class Row:
    """One route and the least role that may call it. `form` or `json` is a body that would be taken."""

    endpoint: str
    method: str
    url: str
    least: str
    form: dict[str, Any] | None = None
    json: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
