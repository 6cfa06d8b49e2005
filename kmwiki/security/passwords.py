"""Passwords: argon2id hashes, and what a new password must be.

argon2id (RFC 9106) with 32 MiB and 3 passes: above the least that OWASP names (19 MiB, 2 passes), and eight people who
sign in at once still fit a small machine. A hash made with other parameters is renewed at the next sign-in.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kmwiki.errors import Invalid, Message, say
from kmwiki.security.weak import is_common

MIN_LENGTH = 10
MAX_LENGTH = 512
MIN_DISTINCT = 5
"""How many different characters a password must have; `1212121212` is long and yet no secret."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and the new hash to store if the old one was made with other parameters."""

    is_right: bool
    renewed: str | None = None


def shipped() -> PasswordHasher:
    """Return the hasher that the product uses: 3 passes over 32 MiB in one lane."""
    return PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


class _Hashing:
    hasher = shipped()
    decoy: str | None = None


def tune(hasher: PasswordHasher) -> PasswordHasher:
    """Hash with these parameters from now on and return the hasher used before."""
    before, _Hashing.hasher, _Hashing.decoy = _Hashing.hasher, hasher, None
    return before


def hash_password(password: str) -> str:
    """Return the argon2id hash to store. The password is taken in its NFKC form, as `verify` does."""
    return _Hashing.hasher.hash(_canonical(password))


def verify(stored: str | None, password: str) -> Verdict:
    """Compare a password with a stored hash; without one (no such account, no password) work as long and say no."""
    if len(password) > MAX_LENGTH:
        return Verdict(is_right=False)
    try:
        _Hashing.hasher.verify(stored or _decoy(), _canonical(password))
    except (VerificationError, InvalidHashError):
        return Verdict(is_right=False)
    if stored is None:
        return Verdict(is_right=False)
    is_old = _Hashing.hasher.check_needs_rehash(stored)
    return Verdict(is_right=True, renewed=hash_password(password) if is_old else None)


def check_new(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is short, over-long, much used, or the person's own address or name. Invalid says why."""
    problem = _problem(password, email, name)
    if problem is not None:
        raise Invalid.one("password", problem)


def _problem(password: str, email: str, name: str) -> Message | None:
    plain = _canonical(password).casefold().strip()
    if len(plain) < MIN_LENGTH:
        return say(
            "The password needs at least %(count)s characters. Several words in a row are good.", count=MIN_LENGTH
        )
    if len(password) > MAX_LENGTH:
        return say("The password may have at most %(count)s characters.", count=MAX_LENGTH)
    if plain in _own_words(email, name):
        return say("The password is your own name or e-mail address. Choose another.")
    if len(set(plain)) < MIN_DISTINCT:
        return say("The password repeats the same few characters. Mix in others.")
    if is_common(plain):
        return say(
            "The password is among those that are guessed first. Choose several words that do not belong together."
        )
    return None


def _own_words(email: str, name: str) -> set[str]:
    local = email.partition("@")[0]
    own = {email, local, local + local, name, name.replace(" ", "")}
    return {_canonical(word).casefold() for word in own if word}


def _canonical(password: str) -> str:
    """One spelling for what looks the same: Thai sara am, full-width letters and the like come in several."""
    return unicodedata.normalize("NFKC", password)


def _decoy() -> str:
    if _Hashing.decoy is None:
        _Hashing.decoy = _Hashing.hasher.hash("nobody has this password")
    return _Hashing.decoy
