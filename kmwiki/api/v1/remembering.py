"""Asking each shape for its JSON schema once: a hundred routes share few shapes, and a start should not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter

if TYPE_CHECKING:
    from spectree.model_adapter.protocol import SchemaMode


class RememberingAdapter(PydanticModelAdapter):
    """Pydantic for spectree, with the schemas kept that were asked for. Whoever takes one copies it (spectree does)."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[type[Any], str, str], dict[str, Any]] = {}

    def json_schema(self, model: type[Any], *, ref_template: str, mode: SchemaMode = "validation") -> dict[str, Any]:
        """Return the JSON schema of a shape, as it is taken or as it is given."""
        key = (model, ref_template, mode)
        if key not in self._kept:
            self._kept[key] = super().json_schema(model, ref_template=ref_template, mode=mode)
        return self._kept[key]
