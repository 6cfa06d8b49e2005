"""Suggested codes over the API: what similar coded passages and the codebook say of a passage."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.coding.access import coded_source
from kmwiki.coding.batches.similar import Advisor, Spot
from kmwiki.coding.models import Code
from kmwiki.coding.passages import check_passage
from kmwiki.db import session
from kmwiki.security.policy import Permission
from kmwiki.sources.queries import heads
from kmwiki.sources.schemas import Whole


class SuggestionQuery(BaseModel):
    """A passage of the text as it is now: code points of its reading text, `end` exclusive."""

    start: Whole
    end: Whole
    most: int = Field(default=5, ge=1, le=20)


class SuggestionOut(BaseModel):
    """A code that may fit. `coding_id` is the most similar coding under it; null where only the codebook speaks."""

    code_id: int
    name_th: str
    score: float
    coding_id: int | None


class SuggestionsOut(BaseModel):
    """Codes, the likeliest first. `complete` is false while passages coded before are still being read in."""

    suggestions: list[SuggestionOut]
    complete: bool


@bp.get("/sources/<int:source_id>/suggestions")
@spec.validate(resp=answers(SuggestionsOut, refusals=(401, 403, 404, 422)), tags=["codings"])
def suggest_codes(source_id: int, query: SuggestionQuery) -> SuggestionsOut:
    """Suggest codes for a passage. Nothing is written."""
    with session() as opened:
        source = coded_source(opened, caller(), source_id, Permission.CODE)
        text = heads(opened, [source])[source.id].reading_text
        words = check_passage(text, query.start, query.end, text[max(query.start, 0) : max(query.end, 0)])
        advisor = Advisor(opened, caller(), source.project_id)
        found = advisor.suggest(words, spot=Spot(source.id, query.start, query.end), most=query.most)
        return SuggestionsOut(
            suggestions=[
                SuggestionOut(
                    code_id=one.code_id,
                    name_th=opened.get_one(Code, one.code_id).name_th,
                    score=round(one.score, 3),
                    coding_id=one.coding_id,
                )
                for one in found
            ],
            complete=advisor.is_complete,
        )
