"""Places over the API: what a name may mean."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from kmwiki.api.v1.ground import Page, answers, bp, caller, page_of, spec
from kmwiki.entries.schemas import PlaceOut
from kmwiki.places.queries import find_place


class PlaceQuery(BaseModel):
    """What is looked for: the beginning of a name, Thai or English, with or without the words for its level."""

    q: str = Field(max_length=200)
    level: Literal["province", "district", "tambon"] | None = None
    within: str = Field(default="", pattern=r"^[0-9]{0,6}$", description="The code of a place it must lie in.")
    size: int = Field(default=10, ge=1, le=100)


class PlaceFound(PlaceOut):
    """A place with the places it lies in."""

    label: str
    parent: str


@bp.get("/places")
@spec.validate(resp=answers(Page[PlaceFound], refusals=(401, 422)), tags=["places"])
def find_places(query: PlaceQuery) -> Page[PlaceFound]:
    """Find places by name, best first."""
    caller()
    found = [
        PlaceFound(
            code=each.code,
            name_th=each.name_th,
            name_en=each.name_en,
            level=each.level,
            label=each.label,
            parent=each.parent,
        )
        for each in find_place(query.q, level=query.level, within=query.within, limit=query.size)
    ]
    return page_of(found, offset=0, total=len(found))
