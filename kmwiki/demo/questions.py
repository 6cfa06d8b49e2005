"""The questions about coded passages that the demo project keeps for all its members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.retrieval.saved import Draft, save_retrieval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller


def ask(
    session: Session,
    project: Project,
    rows: Sequence[Mapping[str, Any]],
    people: Mapping[str, Caller],
    codes: Mapping[str, Code],
) -> None:
    """Keep the questions of the demo's file; their codes are named by the keys of the starter codebook."""
    for row in rows:
        query = {
            name: [str(codes[value].id) if name.startswith("code") else value for value in values]
            for name, values in row["query"].items()
        }
        save_retrieval(session, people[row["by"]], project, Draft(row["name"], query, is_shared=True))
