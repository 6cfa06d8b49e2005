"""Which passwords are guessed first: much-used words dressed up with digits, runs along the keyboard, repeated bits.

Guessers do not try lists as they stand: they add years, digits and signs and write 0 for o. So a password is undressed
first, and what is left of it is looked up among the words that head every published list of stolen passwords.
"""

from __future__ import annotations

import re
from functools import cache

TOP = 3000
"""How many of the most used passwords are refused, as they stand or dressed up."""
LONGEST_UNIT = 6
"""A password made of one bit of at most so many characters, over and over, is easy."""

_RUNS = (
    "01234567890123456789",
    "๐๑๒๓๔๕๖๗๘๙๐",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm",
    "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "ๆไำพะัีรนยบล",
    "ฟหกดเ้่าสวง",
    "ผปแอิืทมใฝ",
    "ๅ/-ภถุึคตจขช",
)

_WORDS = frozenset(
    """
    password passwort passw passwd pass parola admin administrator root user guest login logmein letmein welcome
    changeme changeit default secret test testing tester hello hallo access master superman batman spiderman
    starwars pokemon naruto minecraft roblox fortnite dragon monkey tiger lion panda shadow sunshine princess
    angel baby babygirl lovely love iloveyou ilovehim loveyou loveme lover forever friends family mother father
    sister brother daniel michael jessica michelle jennifer ashley nicole anthony matthew andrew joshua charlie
    thomas robert jordan hunter george william samantha elizabeth alexander christopher stephanie christian
    jonathan football baseball basketball soccer hockey liverpool chelsea arsenal manchester manutd barcelona
    realmadrid juventus ronaldo messi computer internet google facebook youtube instagram twitter microsoft
    windows samsung iphone apple android linkedin whatever trustno freedom killer ninja mustang corvette ferrari
    mercedes porsche yamaha honda toyota flower butterfly chocolate cookie cheese orange banana strawberry
    pepper ginger summer winter spring autumn monday friday january december london paris thailand bangkok
    phuket chiangmai sawasdee sawatdee kmwiki wiki research researcher community welfare abc abcd abcabc asdf
    qwer qwerty azerty zxcv รหัสผ่าน รหัส สวัสดี สวัสดีครับ สวัสดีค่ะ ประเทศไทย ไทยแลนด์ กรุงเทพ กรุงเทพมหานคร
    เชียงใหม่ ฉันรักเธอ ผมรักคุณ รักนะ ที่รัก คิดถึง นักวิจัย สวัสดิการ สวัสดิการชุมชน ชุมชน โครงการ
    โครงการวิจัย
    """.split()  # noqa: SIM905 - a list of words reads better than a list of strings
)

_LEET = str.maketrans("0134578@$!", "oieastbasi")
_EDGE = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(rf"(.{{1,{LONGEST_UNIT}}}?)\1+.{{0,2}}", re.DOTALL)


def is_common(password: str) -> bool:
    """Whether the password, given in lower case, is one of those that are tried first."""
    return (
        bool(_REPEATED.fullmatch(password))
        or _is_run(password)
        or password in most_used()
        or any(_is_worded(form) or form in most_used() for form in _undressed(password))
    )


@cache
def most_used() -> frozenset[str]:
    """Return the most used passwords, in lower case, of the list that zxcvbn ships (Wheeler, 2016). Read once."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - a tenth of a second that a start can do without

    return frozenset(FREQUENCY_LISTS["passwords"][:TOP])


def _is_run(password: str) -> bool:
    """Whether a run along the keyboard or the alphabet, either way, is all of it but a few characters at the end."""
    body = password[: max(6, len(password) - 3)]
    return any(body in line or body in line[::-1] for line in _RUNS)


def _undressed(password: str) -> set[str]:
    bare = _EDGE.sub("", password)
    plain = {bare, _EDGE.sub("", password.translate(_LEET)), bare.translate(_LEET)}
    return {re.sub(r"[\W\d_]", "", form) if form.isascii() else form for form in plain}


def _is_worded(form: str) -> bool:
    """Whether nothing is left (digits alone), or one or two such words make all of it."""
    if not form or form in _WORDS:
        return True
    return any(form[:cut] in _WORDS and form[cut:] in _WORDS for cut in range(1, len(form)))
