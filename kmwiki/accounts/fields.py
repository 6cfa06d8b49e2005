"""What people type about people and projects, checked and brought to one form. Invalid names the field."""

from __future__ import annotations

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from kmwiki.errors import Invalid, Message, say
from kmwiki.security.policy import Role

MAX_NAME = 120
MAX_DESCRIPTION = 2000
MAX_SLUG = 63
LOCALES = ("th", "en")
THEMES = ("auto", "light", "dark")

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows; in a name they make one person look like another."""
_NOTHING = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
"""Characters without width that Thai text picks up from web pages; a name loses nothing without them."""

_PUBLIC = ".example.org"
"""Put behind a host that exists inside a network only (`localhost`, `nas.local`) while its form is checked."""


def clean_email(text: str) -> str:
    """Return an e-mail address as it is kept: trimmed, NFC, lower case. Hosts without a dot are taken too."""
    bare = text.strip().translate(_NOTHING)
    inner = _PUBLIC if bare.rpartition(".")[2].rpartition("@")[2].lower() in SPECIAL_USE_DOMAIN_NAMES else ""
    try:
        found = validate_email(bare + inner, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError as error:
        raise Invalid.one("email", say("This is not an e-mail address. Write it like name@example.org.")) from error
    return found.normalized.lower().removesuffix(inner)


def find_email(text: str) -> str:
    """Return the form in which an address would be kept, or the text itself if it is none: for looking up."""
    try:
        return clean_email(text)
    except Invalid:
        return text.strip().lower().encode("utf-8", "replace").decode()


def clean_name(text: str, field: str = "name") -> str:
    """Return the name of a person, project or token: one line, at most 120 characters, nothing invisible in it."""
    name = " ".join(unicodedata.normalize("NFC", text).translate(_NOTHING).split())
    problem: Message | None = None
    if not name:
        problem = say("Write a name.")
    elif len(name) > MAX_NAME:
        problem = say(
            "The name may have at most %(count)s characters; this one has %(found)s.", count=MAX_NAME, found=len(name)
        )
    elif any(sign in _DIRECTIONS or unicodedata.category(sign) in {"Cc", "Cs", "Co"} for sign in name):
        problem = say(
            "The name holds invisible characters that would make it look like another. Type it again by hand."
        )
    if problem is not None:
        raise Invalid.one(field, problem)
    return name


def clean_label(text: str, field: str) -> str:
    """Return one line that may be empty, such as where somebody works; else as `clean_name`."""
    return clean_name(text, field) if text.translate(_NOTHING).strip() else ""


def clean_description(text: str) -> str:
    """Return a project's description: any text of at most 2,000 characters, its line ends made equal."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > MAX_DESCRIPTION:
        raise Invalid.one(
            "description", say("The description may have at most %(count)s characters.", count=MAX_DESCRIPTION)
        )
    if any(
        sign in _DIRECTIONS or (unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t") for sign in plain
    ):
        raise Invalid.one(
            "description", say("The description holds invisible control characters. Type it again by hand.")
        )
    return plain


def is_slug(text: str) -> bool:
    """Whether the text, in lower case, can be a project's short name at all."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def clean_slug(text: str) -> str:
    """Return a project's short name, which stands in addresses: a-z, 0-9 and hyphens, at most 63 characters."""
    slug = text.strip().lower()
    if not is_slug(slug):
        raise Invalid.one(
            "slug",
            say(
                "The short name stands in addresses: use the letters a-z, digits and hyphens, at most %(count)s.",
                count=MAX_SLUG,
            ),
        )
    return slug


def read_role(label: str) -> Role:
    """Return the role of that name."""
    role = Role.parse(label)
    if role is None:
        raise Invalid.one(
            "role", say("There is no such role. Choose one of %(roles)s.", roles=", ".join(each.label for each in Role))
        )
    return role


def read_choice(value: str, choices: tuple[str, ...], field: str) -> str:
    """Return the value if it is one of the choices."""
    if value not in choices:
        raise Invalid.one(field, say("Choose one of %(choices)s.", choices=", ".join(choices)))
    return value
