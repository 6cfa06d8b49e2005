"""The codes that a passage can be put under, as the type-ahead of the desk needs them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.coding.models import Code


@dataclass(frozen=True, slots=True)
class Choice:
    """A code as the type-ahead needs it: its names, and folded keys to find it by."""

    id: int
    name_th: str
    name_en: str
    path: str
    color: int
    pattern: int
    keys: tuple[str, ...]
    definition: str

    def as_json(self) -> dict[str, object]:
        """Return what the page hands to the type-ahead."""
        return asdict(self)


def choices_of(codes: Sequence[Code]) -> list[Choice]:
    """Return the codable ones of the live codes for the type-ahead, each with the names of the codes above it."""
    by_id = {code.id: code for code in codes}
    return [
        Choice(
            code.id,
            code.name_th,
            code.name_en,
            " / ".join(_names_above(code, by_id)),
            code.color,
            code.pattern,
            tuple(dict.fromkeys(fold(name) for name in (code.name_th, code.name_en, *code.aliases) if name)),
            code.definition,
        )
        for code in codes
        if code.is_codable
    ]


def _names_above(code: Code, by_id: dict[int, Code]) -> list[str]:
    names: list[str] = []
    above = by_id.get(code.parent_id) if code.parent_id else None
    while above is not None:
        names.insert(0, above.name_th)
        above = by_id.get(above.parent_id) if above.parent_id else None
    return names
