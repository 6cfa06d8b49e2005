"""Numbers in what the doors are sent, none larger than the database can hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kmwiki.db import LARGEST_INTEGER

Id = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
"""The id of a row, or the number of a revision."""

Whole = Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
"""A whole number whose range is checked where it is used, in words that tell the text's length."""
