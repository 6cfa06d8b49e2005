"""Words in the reader's language: catalogues held in memory, and the choice of the language.

Message ids are English sentences, so English needs no catalogue. Every other locale is a folder of plain `.po` files,
one an area, read and merged once a process; no compiled file lies anywhere.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import request
from flask_babel import Babel, Domain, get_locale
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.utils import cached_property

from kmwiki.paths import PACKAGE
from kmwiki.web.context import caller

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

LOCALES = ("th", "en")
"""The languages of the pages; the first is used where nothing else is known."""

LOCALE_COOKIE = "kmwiki_locale"
TIMEZONE = "Asia/Bangkok"
TRANSLATIONS = PACKAGE / "translations"


class Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """The merged catalogue of the request's locale, from memory."""

    def get_translations(self) -> Translations:
        """Return the sentences of the request's language; outside a request they stay English."""
        locale = get_locale()
        return merged(locale.language if locale else "en")


class HouseBabel(Babel):  # type: ignore[misc]  # as above
    """Flask-Babel over our catalogues instead of compiled files."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The only domain that we have."""
        return Catalogues()


def register(app: Flask) -> None:
    """Give the app its languages and read the catalogues, so that a broken one stops the start and not a reader."""
    for locale in LOCALES:
        merged(locale)
    HouseBabel(app, default_locale=LOCALES[0], default_timezone=TIMEZONE, locale_selector=choose_locale)


@cache
def merged(locale: str) -> Translations:
    """Return the catalogue of a language: all its `.po` files as one. Without files every sentence stays English."""
    whole = Catalog(locale=locale)
    for file in sorted((TRANSLATIONS / locale).glob("*.po")):
        for message in read_catalogue(file):
            if message.id:
                whole.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def translate(locale: str, text: str) -> str:
    """Return a message id in a language, for what is written outside a request."""
    return str(merged(locale).gettext(text))


def read_catalogue(file: Path) -> Catalog:
    """Read one `.po` file. PoFileError where it is malformed."""
    with file.open(encoding="utf-8") as opened:
        return read_po(opened, locale=file.parent.name, abort_invalid=True)


def choose_locale() -> str:
    """Return the language to answer in: the person's own, the cookie's, the browser's, else Thai."""
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    for wish in (_own_locale(), chosen, request.accept_languages.best_match(LOCALES)):
        if wish in LOCALES:
            return str(wish)
    return LOCALES[0]


def _own_locale() -> str:
    try:
        person = caller()
    except SQLAlchemyError:  # the page that says so must still find its words
        return ""
    return "" if person.user_id is None else person.locale
