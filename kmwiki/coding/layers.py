"""A coding belongs to its coder's own layer, made when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.models import Layer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def own_layer(session: Session, project_id: int, coder_id: int) -> Layer:
    """Return the coder's own layer in a project, locked: what one coder adds is added one after the other."""
    wanted = (Layer.project_id == project_id, Layer.coder_id == coder_id, Layer.kind == "own")
    layer = session.scalar(select(Layer).where(*wanted).with_for_update())
    if layer is None:
        layer = Layer(project_id=project_id, coder_id=coder_id, kind="own")
        session.add(layer)
        session.flush()
    return layer
