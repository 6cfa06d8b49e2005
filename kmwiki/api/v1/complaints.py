"""pydantic's complaints in our words, so that they can be read in Thai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.errors import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 80
"""Characters of a wrong value that are said back."""

_WHOLE = N_("This must be a whole number.")
_NUMBER = N_("This must be a number.")
_YES_OR_NO = N_("This must be true or false.")
_TEXT = N_("This must be a text.")
_TIME = N_("Write a time like 2008-02-19T19:36:00+07:00.")
_OBJECT = N_("This must be a JSON object.")
_CHOICE = N_("“%(given)s” cannot be chosen here. Choose of: %(expected)s.")

WORDS: Mapping[str, str] = {
    "missing": N_("This field is missing."),
    "extra_forbidden": N_("There is no field “%(name)s” here."),
    "string_type": _TEXT,
    "string_too_long": N_("This is too long: at most %(max_length)s characters fit."),
    "string_too_short": N_("This is too short: it needs at least %(min_length)s characters."),
    "string_pattern_mismatch": N_("“%(given)s” is not written as this field wants it."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "list_type": N_("This must be a list."),
    "too_long": N_("This list is too long: at most %(max_length)s fit."),
    "too_short": N_("This list is too short: it needs at least %(min_length)s."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
}
"""The sentence for each type of complaint; its placeholders are pydantic's context, `name` and `given`."""


def put_in_words(item: Mapping[str, Any]) -> Message:
    """Put one of `ValidationError.errors()` into words; a rare kind keeps pydantic's own."""
    text = WORDS.get(str(item["type"]))
    if text is None:
        return Message(str(item["msg"]).replace("%", "%%"))
    values = {
        **item.get("ctx", {}),
        "name": str(item["loc"][-1])[:SHOWN] if item["loc"] else "",
        "given": str(item.get("input", ""))[:SHOWN],
    }
    if text is _CHOICE:
        values["expected"] = str(values["expected"]).replace(" or ", ", ").replace("'", "")
    return Message(text, values)
