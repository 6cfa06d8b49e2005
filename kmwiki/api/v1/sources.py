"""The reading texts of sources over the API: that in whose code points every offset counts."""

from __future__ import annotations

from pydantic import BaseModel

from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.db import session
from kmwiki.sources import queries
from kmwiki.sources.access import demand_history, source_for
from kmwiki.sources.schemas import Id
from kmwiki.sources.veil import veil_for


class RevisionQuery(BaseModel):
    """Which revision; the newest if left out."""

    revision: Id | None = None


class BlockOut(BaseModel):
    """A block of the text: a paragraph, a heading, a list item. The end is exclusive."""

    start: int
    end: int
    tag: str


class TextOut(BaseModel):
    """The reading text of a revision. `sha256` is of the text in UTF-8, as it is given here: personal data masked."""

    source_id: int
    revision: int
    text: str
    sha256: str
    blocks: list[BlockOut]


@bp.get("/sources/<int:source_id>/text")
@spec.validate(resp=answers(TextOut, refusals=(401, 404, 422)), tags=["sources"])
def read_text(source_id: int, query: RevisionQuery) -> TextOut:
    """Give the reading text of an entry or a comment. Older revisions are given to members of its project alone."""
    with session() as opened:
        source = source_for(opened, caller(), source_id)
        if query.revision not in {None, source.head_no}:
            demand_history(caller(), source)
        veil = veil_for(opened, caller(), source.project_id).over(source)
        found = veil.revision(queries.revision(opened, source, query.revision))
        return TextOut(
            source_id=source.id,
            revision=found.no,
            text=found.reading_text,
            sha256=found.sha256,
            blocks=[BlockOut.model_validate(block) for block in found.blocks],
        )
