"""The coding rounds of the matrix's world: an open one, and a closed one with a case and a decision.

They are not blind, or the researcher of the matrix would not find the codings that its other rows ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.coding import service as coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.rounds import service, settling
from kmwiki.rounds.schemas import DecisionIn, RoundIn
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller


def run_rounds(
    session: Session, project: Project, chief: Caller, coders: tuple[Caller, Caller], places: Mapping[str, Any]
) -> dict[str, Any]:
    """Make both rounds with these coders on the world's note, and return the ids that rows of the matrix name."""
    ids = [coder.user_id or 0 for coder in coders]
    data = RoundIn(name="รอบสมมุติ", entry_ids=[places["entry"]], coder_ids=ids, is_blind=False)
    open_round = service.create_round(session, chief, project, data)
    spare = service.create_round(session, chief, project, data)
    closed = service.create_round(session, chief, project, data)
    source = session.get_one(Source, places["source"])
    made = []
    for coder, words in zip(coders, ("วันนี้มีประชุม", "มีประชุมทีม"), strict=True):
        start = "วันนี้มีประชุมทีม".index(words)
        passage = {"start": start, "end": start + len(words), "quote": words, "round_id": closed.id}
        made.append(coding.add_coding(session, coder, source, CodingIn(code_id=places["code"], **passage))[0].id)
    alone = CodingIn(code_id=places["other_code"], start=0, end=6, quote="วันนี้", round_id=closed.id)
    other = coding.add_coding(session, coders[0], source, alone)[0].id
    service.close_round(session, chief, closed)
    settled = DecisionIn(codings=[other], choice="none", reason="ตัวอย่าง")
    decision = settling.settle(session, chief, closed, settled)[0]
    return {
        "round": open_round.id,
        "spare_round": spare.id,
        "closed_round": closed.id,
        "case": " ".join(map(str, sorted(made))),
        "case_first": made[0],
        "case_second": made[1],
        "decision": decision.id,
        "coder": ids[0],
        "other_coder": ids[1],
    }
