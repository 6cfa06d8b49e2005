"""What every template can draw with: icons, dates, figures, faces, and addresses of our own files."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from flask import current_app, request, url_for
from flask_babel import format_date, format_decimal, format_time, get_locale, gettext, ngettext, to_user_timezone
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from kmwiki.db import now
from kmwiki.paths import PACKAGE
from kmwiki.text import dates, thai

if TYPE_CHECKING:
    from flask import Flask, Response

HUES = 12
"""How many colours a face (and a code) can have."""

A_MINUTE, AN_HOUR, A_WEEK = timedelta(minutes=1), timedelta(hours=1), 7

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
STATIC = PACKAGE / "static"


def register(app: Flask) -> None:
    """Give the templates their filters and globals, and the static files their times to live."""
    app.jinja_env.filters.update(
        thai_date=show_date, moment=show_moment, ago=ago, number=show_number, initials=thai.initials, hue=hue
    )
    app.jinja_env.globals.update(icon=icon, static_url=static_url, modules_of=modules_of)
    app.jinja_env.globals.update(csrf_field=csrf_field, locale_code=locale_code)
    # data for scripts as UTF-8: a Thai letter takes three bytes instead of the six of \u0e01
    app.jinja_env.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    app.after_request(_keep_static)


def locale_code() -> str:
    """Return `th` or `en`: the language of the page."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def icon(name: str, size: str = "") -> Markup:
    """Draw an icon of the sprite, smaller with size "sm". It is decoration: a word or a label stands beside it."""
    classes = "i i--sm" if size == "sm" else "i"
    return Markup(
        '<svg class="{}" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>'
    ).format(classes, name)


def show_date(value: date | datetime | dates.DateReading | None, style: str = "long") -> str:
    """Write a date in the reader's calendar: Buddhist era in Thai, common era in English. None gives nothing.

    `style` is long, short, or full: long with the day of the week.
    """
    if value is None:
        return ""
    day = to_user_timezone(value).date() if isinstance(value, datetime) else value
    written: str = dates.show(day, locale_code(), style="short" if style == "short" else "long")
    if style != "full" or not isinstance(day, date):
        return written
    return str(gettext("%(weekday)s, %(date)s", weekday=format_date(day, "EEEE"), date=written))


def show_moment(value: datetime | None, style: str = "short") -> str:
    """Write a date with its time of day, in Thai time."""
    if value is None:
        return ""
    time = format_time(value, "HH:mm")
    return str(gettext("%(date)s, %(time)s", date=show_date(value, style), time=time))


def ago(value: datetime | None) -> Markup:
    """Write how long ago something was, the full moment kept in the title. From a week on the date is given."""
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), show_moment(value, "long"), _how_long(value)
    )


def _how_long(value: datetime) -> str:
    passed = now() - value
    days = (to_user_timezone(now()).date() - to_user_timezone(value).date()).days
    if passed < A_MINUTE:
        said = gettext("just now")
    elif passed < AN_HOUR:
        said = ngettext("%(num)s minute ago", "%(num)s minutes ago", passed // A_MINUTE)
    elif days == 0:
        said = ngettext("%(num)s hour ago", "%(num)s hours ago", passed // AN_HOUR)
    elif days == 1:
        said = gettext("yesterday")
    elif days < A_WEEK:
        said = ngettext("%(num)s day ago", "%(num)s days ago", days)
    else:
        said = show_date(value, "short")
    return str(said)


def show_number(value: float | None) -> str:
    """Write a figure with its thousands apart. None gives a dash."""
    return "–" if value is None else str(format_decimal(value))


def hue(name: str) -> int:
    """Return the colour (1 to 12) of a person's face; the same name has the same one everywhere."""
    return hashlib.sha256(name.encode()).digest()[0] % HUES + 1


def csrf_field() -> Markup:
    """Draw the hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def static_url(filename: str) -> str:
    """Return the address of one of our files; it changes with the file, so that browsers may keep it for ever."""
    return url_for("static", filename=filename, v=_fingerprint(filename, (STATIC / filename).stat().st_mtime_ns))


def modules_of(folder: str, *others: str) -> dict[str, str]:
    """Return the import map of a folder of modules and some others: each address, and the one that is kept for ever.

    What a module imports is asked for by its plain name; without the map a browser would ask each time if it changed.
    """
    names = [*sorted(path.name for path in (STATIC / "js" / folder).glob("*.js"))]
    files = [*(f"js/{folder}/{name}" for name in names), *(f"js/{name}" for name in others)]
    return {url_for("static", filename=file): static_url(file) for file in files}


@cache
def _fingerprint(filename: str, changed: int) -> str:
    del changed  # part of the key: an edited file is read anew
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


def _keep_static(response: Response) -> Response:
    """Files asked for by their fingerprint never change; the fonts do not from one day to the next."""
    if request.endpoint == "static" and response.status_code < 400:  # noqa: PLR2004
        if request.args.get("v"):
            response.headers["Cache-Control"] = FOREVER
        elif request.path.startswith(f"{current_app.static_url_path}/vendor/"):
            response.headers["Cache-Control"] = A_DAY
    return response
