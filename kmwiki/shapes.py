"""The base of what the doors take: a field that nobody knows is refused, so that a slip of the pen loses no data."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class Taken(BaseModel):
    """What somebody sends. Of unknown fields, only those in `GIVEN_ONLY` are passed over.

    These are the names that only the answers have: who sends back just what was answered is not refused.
    """

    model_config = ConfigDict(extra="forbid")

    GIVEN_ONLY: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def pass_over_given(cls, data: Any) -> Any:
        """Leave out what stands in answers alone."""
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if name not in cls.GIVEN_ONLY}
