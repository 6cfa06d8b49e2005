"""Codings and codes as other programs see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmwiki.coding.actions.stances import version_of
from kmwiki.coding.schemas import CodeOut, CodingOut, Evidence

if TYPE_CHECKING:
    from kmwiki.coding.codebook.counts import Node
    from kmwiki.coding.models import Code
    from kmwiki.coding.queries import CodingRow
    from kmwiki.coding.schemas import CodeState, State, Status, Voice


def tell_coding(row: CodingRow, slug: str) -> CodingOut:
    """Return the coding with its present place, its evidence and its address; `slug` names the project."""
    coding = row.coding
    return CodingOut(
        id=coding.id,
        guid=coding.guid,
        source_id=coding.source_id,
        entry_id=row.entry_id,
        code_id=coding.code_id,
        start=coding.start,
        end=coding.end,
        quote=row.quote,
        revision=row.revision,
        state=cast("State", coding.state),
        status=cast("Status", coding.status),
        voice=cast("Voice | None", coding.voice),
        memo=coding.memo,
        coder=row.coder,
        round_id=coding.round_id,
        evidence=Evidence(revision=coding.ev_revision, start=coding.ev_start, end=coding.ev_end, quote=coding.ev_quote),
        created=coding.created,
        version=version_of(coding),
        url=f"/p/{slug}/e/{row.number}#c{coding.id}",
    )


def tell_code(code: Code, slug: str, *, node: Node | None = None) -> CodeOut:
    """Return the code with its counts, as far as `node` tells them, and its address; `slug` names the project."""
    return CodeOut(
        id=code.id,
        guid=code.guid,
        parent_id=code.parent_id,
        name_th=code.name_th,
        name_en=code.name_en,
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        example=code.example,
        color=code.color,
        pattern=code.pattern,
        is_codable=code.is_codable,
        aliases=list(code.aliases),
        state=cast("CodeState", code.state),
        merged_into=code.merged_into,
        count=node.count if node else 0,
        count_below=node.below if node else 0,
        url=f"/p/{slug}/codebook/{code.id}",
    )
