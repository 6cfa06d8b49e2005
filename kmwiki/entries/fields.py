"""Checking a kind's own fields: pydantic models are made from the kinds' data, once a kind."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from kmwiki.entries.events import read_event
from kmwiki.entries.kinds import KINDS, LONGTEXT_LONGEST, MOST_ROWS, TEXT_LONGEST, known_kind
from kmwiki.errors import Invalid, Message, say
from kmwiki.sources.texts import problem_of
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmwiki.entries.kinds import Field


class _RefusedError(ValueError):
    """A value that cannot be taken; carries the message through pydantic."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.said = message


def _text(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if problem := problem_of(value, longest=longest):
            raise _RefusedError(problem)
        return value.strip()

    return check


def _number(value: Any) -> Any:
    """Take numbers, and what people write for one: `๒๓`, `1,250`, `57.5`. Empty is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _RefusedError(say("Write a number, for example 40."))
    if isinstance(value, str):
        text = fold(value).replace(",", "").strip()
        if not text:
            return None
        try:
            value = float(text) if "." in text else int(text)
        except ValueError:
            raise _RefusedError(
                say("“%(text)s” is not a number. Write it in digits, for example 40.", text=value.strip()[:40])
            ) from None
    if not abs(value) <= 1e15:  # noqa: PLR2004 - beyond any count or sum of money; so are "inf" and "nan"
        raise _RefusedError(say("This number is too large."))
    return int(value) if float(value).is_integer() else value


def _date(value: Any) -> Any:
    written = value.get("written") if isinstance(value, dict) else value
    choice = value.get("start") if isinstance(value, dict) else None
    if not isinstance(written, str) or not isinstance(choice, str | None):
        raise _RefusedError(say("Write a date in words or digits."))
    if problem := problem_of(written):
        raise _RefusedError(problem)
    try:
        found = read_event(written, choice=choice)
    except Invalid as error:
        raise _RefusedError(error.message) from None
    return found.as_json() if found else None


_NOTE = re.compile(r"(?:\S*/e/(\d{1,9})(?:[-?#/].*)?|(?:no\.|เลขที่|#)?\s*(\d{1,9})(?:\s*·.*)?)", re.IGNORECASE)


def _note(value: Any) -> int | str | None:
    """Take the number of a note, its address, an offered line such as `14 · ประชุม`, or a title to look for."""
    if isinstance(value, dict):
        value = value.get("number")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _RefusedError(say("Write the number of a note, for example 12."))
    if isinstance(value, int):
        return value
    if problem := problem_of(value, longest=TEXT_LONGEST):
        raise _RefusedError(problem)
    match = _NOTE.fullmatch(" ".join(value.split()))
    return int(match[1] or match[2]) if match else value.strip() or None


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _type_of(field: Field) -> Any:
    if field.type in _READERS:
        shape, read = _READERS[field.type]
        return Annotated[shape | None, BeforeValidator(lambda value: None if value is None else read(value))]
    if field.type == "choice":
        values = tuple(choice.value for choice in field.choices)
        return Annotated[Literal[values] | None, BeforeValidator(_empty_is_none)]
    if field.type == "yes":
        return bool
    if field.type == "rows":
        return Annotated[list[_model(field.columns)], AfterValidator(_rows)]  # type: ignore[misc]
    return Annotated[str, AfterValidator(_text(TEXT_LONGEST if field.type == "text" else LONGTEXT_LONGEST))]


_READERS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "number": (int | float, _number),
    "date": (dict[str, str], _date),
    "entry": (int | str, _note),
}
"""What a value may be once it is read, and how it is read from what was sent."""


def _rows(rows: list[BaseModel]) -> list[BaseModel]:
    kept = [row for row in rows if any(row.model_dump().values())]
    if len(kept) > MOST_ROWS:
        raise _RefusedError(say("At most %(most)s rows fit here.", most=MOST_ROWS))
    return kept


_EMPTY: dict[str, Any] = {"text": "", "longtext": "", "yes": False}


@cache
def _model(fields: tuple[Field, ...]) -> type[BaseModel]:
    shape: dict[str, Any] = {
        each.key: (_type_of(each), [] if each.type == "rows" else _EMPTY.get(each.type)) for each in fields
    }
    return create_model("KindFields", __config__=ConfigDict(extra="forbid"), **shape)


def check_fields(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of that kind, checked, without the empty ones.

    Invalid names each wrong one as `fields.key.row.column`.
    """
    known = KINDS[known_kind(kind)]
    try:
        checked = _model(known.fields).model_validate(dict(given))
    except ValidationError as error:
        raise Invalid(say("Some fields cannot be taken as they are."), _complaints(error)) from None
    return {
        key: value for key, value in checked.model_dump().items() if value not in (None, "", []) and value is not False
    }


def _complaints(error: ValidationError) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for item in error.errors(include_url=False, include_input=False):
        cause = item.get("ctx", {}).get("error")
        path = ".".join(["fields", *(str(part) for part in item["loc"])])
        if isinstance(cause, _RefusedError):
            found.setdefault(path, cause.said)
        elif item["type"] == "extra_forbidden":
            found.setdefault(path, say("This kind has no such field."))
        else:
            found.setdefault(path, say("This value does not fit the field."))
    return found
