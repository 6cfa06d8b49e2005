"""The codes that a passage can be put under, as the type-ahead needs them: told briefly, for there may be 10,000."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Code
from kmwiki.text.clusters import clip
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST = 80
"""Characters of a definition that the type-ahead shows."""
MANY = 500
"""Of more codes than these it shows no definitions: they would be most of what is sent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A live code: its names, the folded keys it is found by, the code it stands under."""

    id: int
    name_th: str
    name_en: str
    parent_id: int | None
    color: int
    pattern: int
    is_codable: bool
    keys: tuple[str, ...]
    definition: str

    def as_json(self, *, is_brief: bool = False) -> dict[str, object]:
        """Return what the type-ahead is handed: keys that are but the names in small letters it makes itself."""
        told: dict[str, object] = {"id": self.id, "th": self.name_th, "color": self.color, "pattern": self.pattern}
        more = {
            "en": self.name_en or None,
            "up": self.parent_id,
            "heading": True if not self.is_codable else None,
            "keys": None if self.keys == _plain_keys(self.name_th, self.name_en) else list(self.keys),
            "about": None if is_brief else clip(self.definition, LONGEST) or None,
        }
        return told | {name: value for name, value in more.items() if value is not None}


def choices_of(session: Session, project_id: int) -> list[Choice]:
    """Return the live codes of a project in the order of the tree; headings name what stands under them."""
    columns = (
        Code.id, Code.name_th, Code.name_en, Code.parent_id, Code.color, Code.pattern, Code.is_codable, Code.aliases,
        Code.definition,
    )  # fmt: skip
    wanted = select(*columns).where(Code.project_id == project_id, Code.state == "live")
    return [
        Choice(
            id=row.id,
            name_th=row.name_th,
            name_en=row.name_en,
            parent_id=row.parent_id,
            color=row.color,
            pattern=row.pattern,
            is_codable=row.is_codable,
            keys=tuple(dict.fromkeys(fold(name) for name in (row.name_th, row.name_en, *row.aliases) if name)),
            definition=row.definition,
        )
        for row in session.execute(wanted.order_by(Code.position, Code.id))
    ]


def _plain_keys(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.lower() for name in names if name))
