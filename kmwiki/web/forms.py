"""What a form shows again: what was typed and what was wrong, with nothing where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.api.v1.errors import words

if TYPE_CHECKING:
    from kmwiki.errors import Invalid


class Blanks(dict[str, str]):
    """Texts by field; a field that is not there is empty, so that a template need not ask."""

    def __missing__(self, name: str) -> str:
        """Return nothing for a field that is not there."""
        return ""


def worded(error: Invalid) -> Blanks:
    """Return what is wrong with each field, in the reader's language."""
    return Blanks({name: words(message) for name, message in error.fields.items()})
