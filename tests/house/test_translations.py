"""Every sentence that a reader may meet stands in Thai, once, with the placeholders that its English has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir

from kmwiki.paths import resource_dir
from kmwiki.web.i18n import LOCALES, TRANSLATIONS, read_catalogue

if TYPE_CHECKING:
    from babel.messages.catalog import Message

PACKAGE = TRANSLATIONS.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "say": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
FIRST = LOCALES[0]


@cache
def wanted() -> dict[str, set[str]]:
    """Every message id of the code and the templates (the singular of a plural), and where it stands."""
    found: dict[str, set[str]] = {}
    code = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    pages = extract_from_dir(
        resource_dir("templates"), [("**.html", "jinja2")], {"**.html": {"silent": "false"}}, KEYWORDS
    )
    for file, line, message, *_rest in (*code, *pages):
        singular = message[0] if isinstance(message, tuple) else message
        if singular:
            found.setdefault(singular, set()).add(f"{file}:{line}")
    return found


@cache
def told() -> dict[str, list[tuple[str, Message]]]:
    """Every message id that a Thai catalogue has, with the file and the entry."""
    found: dict[str, list[tuple[str, Message]]] = {}
    for file in sorted((TRANSLATIONS / FIRST).glob("*.po")):
        for message in read_catalogue(file):
            if message.id:
                found.setdefault(_singular(message), []).append((file.name, message))
    return found


def _singular(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def test_every_sentence_has_a_thai_translation() -> None:
    missing = {
        text: sorted(where)
        for text, where in wanted().items()
        if not any(all(_strings(m)) for _, m in told().get(text, ()))
    }
    assert not missing, "\n".join(
        f"{where[0]}: {text}" for text, where in sorted(missing.items(), key=lambda item: item[1])
    )


def test_a_translation_has_the_placeholders_of_its_sentence() -> None:
    wrong = [
        f"{file}: {text}"
        for text, entries in told().items()
        for file, message in entries
        for string in _strings(message)
        if not _fits(message, string)
    ]
    assert not wrong, "\n".join(wrong)


def _fits(message: Message, string: str) -> bool:
    """A Thai sentence names what its plural names; only the number may be left unsaid."""
    ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
    here = set(PLACEHOLDER.findall(string))
    return {*PLACEHOLDER.findall(ids[-1])} - {"num"} == here - {"num"} and here <= {*PLACEHOLDER.findall(ids[-1])}


def test_a_sentence_is_translated_in_one_way_only() -> None:
    torn = {
        text: entries for text, entries in told().items() if len({str(message.string) for _, message in entries}) > 1
    }
    assert not torn, "\n".join(f"{text}: " + ", ".join(file for file, _ in entries) for text, entries in torn.items())


def test_no_translation_is_left_over() -> None:
    unused = {text: entries[0][0] for text, entries in told().items() if text not in wanted()}
    assert not unused, "\n".join(f"{file}: {text}" for text, file in sorted(unused.items(), key=lambda item: item[1]))


@pytest.mark.parametrize("file", sorted((TRANSLATIONS / FIRST).glob("*.po")), ids=lambda path: Path(path).name)
def test_a_catalogue_speaks_plainly(file: Path) -> None:
    loud = [str(message.string) for message in read_catalogue(file) if message.id and "!" in str(message.string)]
    assert not loud
