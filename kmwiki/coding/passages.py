"""Checking that two offsets and a quote name a passage of a text. Pure but for the error it raises."""

from __future__ import annotations

from kmwiki.errors import Invalid, Message, say
from kmwiki.text.clusters import clip, is_boundary

SHOWN = 120  # code points of a quote that a message repeats


def check_passage(text: str, start: int, end: int, quote: str) -> str:
    """Return text[start:end]. Invalid names the offset that cannot stand, or both quotes when they differ."""
    _check_order(text, start, end)
    _check_clusters(text, start, end)
    found = text[start:end]
    if found != quote:
        raise Invalid.one(
            "quote",
            say(
                "The quote does not match the text: sent “%(quote)s”, "
                "but from %(start)s to %(end)s the text says “%(found)s”.",
                quote=clip(quote, SHOWN),
                found=clip(found, SHOWN),
                start=start,
                end=end,
            ),
        )
    if not found.strip():
        raise Invalid.one("quote", say("Only spaces are selected. Select some words."))
    return found


def _check_order(text: str, start: int, end: int) -> None:
    length = len(text)
    for name, value in (("start", start), ("end", end)):
        if not 0 <= value <= length:
            raise Invalid.one(
                name,
                say(
                    "The passage %(start)s to %(end)s lies outside the text: "
                    "its %(name)s must be from 0 to %(length)s.",
                    start=start,
                    end=end,
                    name=name,
                    length=length,
                ),
            )
    if start > end:
        raise Invalid.one(
            "end",
            say("The passage is reversed: its end %(end)s lies before its start %(start)s.", start=start, end=end),
        )
    if start == end:
        raise Invalid.one("end", say("Nothing is selected: start and end are both %(start)s.", start=start))


def _check_clusters(text: str, start: int, end: int) -> None:
    wrong = {name: value for name, value in (("start", start), ("end", end)) if not is_boundary(text, value)}
    if not wrong:
        return
    fields: dict[str, Message] = {
        name: say("The %(name)s %(offset)s falls inside a character and its marks.", name=name, offset=value)
        for name, value in wrong.items()
    }
    first = next(iter(fields.values()))
    raise Invalid(first, fields)
