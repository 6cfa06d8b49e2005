"""Find what tells of a private person: telephone numbers, e-mail addresses and the 13 digits of a Thai citizen.

Digits may be Thai or Arabic, with blanks, dashes, dots or invisible characters between them. What is found:

* **phone**: ten digits from 06, 08 and 09, nine from 01 to 09 (land lines, and mobiles as they were until 2006), the
  same after +66, (66), 0066 or 66; other countries after a plus; six to twelve digits after a word such as โทร.
  Extensions (ต่อ 12) and a further last number (081-234-5678-9) belong to it. Short numbers (191, 1300) are offices.
* **email**: also with Thai glued to both sides, names and domains in other letters, and (at), [at], "at gmail dot com".
* **national_id**: 13 digits whose last is right (below), or written 1-2345-67890-12-1, or after a word such as เลขบัตร.

What stays: years, dates, times, amounts with commas, decimals and coordinates, numbers of records and of places, what
stands inside a web address, and numbers of bank accounts (3-1-5-1): nobody is called or signed in with one, and they
cannot be told from the numbers of forms. An amount is not written with a zero in front, so 0812345678 is a telephone.

The last of the 13 digits (Department of Provincial Administration, "เลขประจำตัวประชาชน 13 หลัก"): the first twelve are
multiplied by 13, 12, ... 2 and added; the last is (11 - sum mod 11) mod 10.

Every pattern is bounded, so the time grows with the length of the text alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION = "1"
"""Raise it when something else is found: indexes are then made anew, and hold none of it."""

BLOCK = "\u2588"
"""What stands in the place of every character that is hidden."""

Kind = Literal["phone", "email", "national_id"]


@dataclass(frozen=True, slots=True, order=True)
class Personal:
    """Something personal at `text[start:end]` (code points)."""

    start: int
    end: int
    kind: Kind


# Each character becomes one other, so that offsets hold: digits Arabic, all dashes one, all blanks one, the invisible
# ones a character that no text has after this step.
_GAP = "\u200b"
_SHAPES = str.maketrans(
    {chr(base + digit): str(digit) for base in (0x0E50, 0xFF10, 0x0660, 0x06F0) for digit in range(10)}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2043\u00ad", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u034f\u061c\u180e\ufeff", _GAP)
    | dict.fromkeys("*`", _GAP)  # signs of Markdown inside a number, where they are not taken as such
    | dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufe0e\ufe0f", _GAP)
    | dict.fromkeys("\uff0e\u00b7\u2022\u2024\u2027\u30fb", ".")
    | {"\uff20": "@", "\ufe6b": "@", "\uff0b": "+", "\uff08": "(", "\uff09": ")", "\uff0c": ",", "\uff0f": "/"}
)

_SHAPED = re.compile(f"[{re.escape(''.join(map(chr, _SHAPES)))}]")
"""Most texts hold none of these; looking for them is far quicker than putting others in their places."""
_BLANKS = r"[ \u200b\\]{0,4}"
_PART = rf"(?:[ \u200b\\]{{1,8}}(?:[-.]{{1,2}}{_BLANKS})?|[-.]{{1,2}}{_BLANKS})"
_BETWEEN = rf"{_PART}?"  # only one way to read each: a failure behind many of them tries no others
_FIRM = r"[\u200b]{0,3}"  # may stand inside a word without parting it
_GROUP = re.compile(r"[0-9](?:\u200b{0,3}[0-9])*")
_DIGIT = re.compile(r"[0-9]")

_NATIONAL_ID = re.compile(rf"(?<![0-9])[0-9](?:{_BETWEEN}[0-9]){{12}}(?!{_FIRM}[0-9])")
_ID_GROUPS = [1, 4, 5, 2, 1]
_ID_LENGTH = 13
_ID_WORD = re.compile(
    r"(?:เลข(?:ที่)?(?:บัตร|ประจำตัว)|บัตรประ?ช|ปชช|13 ?หลัก|(?:national|citizen|personal|tax) ?id|id ?(?:card|no))"
    r"[^0-9\n]{0,40}\Z",
    re.IGNORECASE,
)

_PHONE_WORD = re.compile(
    r"(?:โทร(?:ศัพท์|สาร)?|โทน|มือถือ|เบอร์(?:โทร)?|แฟกซ์|แฟ็กซ์|(?<![a-z])(?:tel|phone|fax|mobile|call|whatsapp|line))"
    r"(?:ติดต่อ|บ้าน|ที่ทำงาน|มือถือ|ศัพท์|สาร|no|number|id|หมายเลข|เบอร์|ที่|ephone|[-.:=() \u200b]){0,6}\Z",
    re.IGNORECASE,
)
_AFTER_WORD = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{5,11}}(?!{_FIRM}[0-9])")

# Where a number of nine or ten digits may begin: alone, or after the signs of the country.
_COUNTRY = (
    rf"(?:[+]{_BLANKS}\(?{_BLANKS}66{_BLANKS}\)?|\({_BLANKS}[+]?{_BLANKS}66{_BLANKS}\)|(?<![0-9])00[0-9]?{_BLANKS}-?{_BLANKS}66"
    r"|(?<![0-9.,])66(?=[689]|[- ]))"
    rf"{_BETWEEN}(?:\({_BLANKS}0{_BLANKS}\)|0)?{_BETWEEN}"
)
_ABROAD = re.compile(rf"{_COUNTRY}(?P<rest>[2-9](?:{_BETWEEN}[0-9]){{7,8}})(?!{_FIRM}[0-9])")
_OTHER_COUNTRY = re.compile(rf"[+]{_BLANKS}[1-9](?:(?:[()]?{_PART}[()]?|[()]{{0,2}})[0-9]){{7,14}}(?!{_FIRM}[0-9])")
_AREA = rf"\({_BLANKS}0{_FIRM}[1-9]{_FIRM}[0-9]?{_BLANKS}\){_BETWEEN}[0-9](?:{_BETWEEN}[0-9]){{5,6}}(?!{_FIRM}[0-9])"
_MOBILE = rf"0{_BETWEEN}[689](?:{_BETWEEN}[0-9]){{8}}(?!{_FIRM}[0-9])"
_LAND = rf"0{_BETWEEN}[1-9](?:{_BETWEEN}[0-9]){{7}}(?!{_FIRM}[0-9])"
_HOME = re.compile(rf"(?<![0-9])(?:{_MOBILE}|{_LAND}|{_AREA})|{_AREA}")

_EXTENSION = re.compile(
    rf"{_BLANKS}\(?(?:ต่อ|ext(?:ension)?\.?|x|#){_BLANKS}[:.]?{_BLANKS}[0-9]{{1,6}}(?:{_BLANKS}[-,]{_BLANKS}[0-9]{{1,6}}(?![0-9./])){{0,4}}",
    re.IGNORECASE,
)
_OWN_EXTENSION = re.compile(r"(?<=[0-9]) {0,3}\(?(?:ต่อ|ext|x(?=[ 0-9])|#)")
_FURTHER = re.compile(
    rf"{_BLANKS}(?:[-/]|ถึง|to){_BLANKS}[0-9]{{1,4}}(?!{_FIRM}[0-9]|[./:,-][0-9])"
    rf"|(?:{_BLANKS},{_BLANKS}[0-9]{{1,4}}(?={_BLANKS}(?:\Z|[\n,;)/]|\.(?![0-9])|และ|หรือ|ต่อ))){{1,4}}"
)

_ADDRESS = re.compile(r"(?:https?|ftp)://[!-~]{1,2000}|(?<![A-Za-z0-9])www\.[!-~]{1,2000}", re.IGNORECASE)
_CALLING = re.compile(r"(?:wa\.me/|tel[:=]|phone=|mobile=|line\.me/[!-~]*[~/])\+?\Z", re.IGNORECASE)

_OTHER = "\u00a1-\u024f\u0370-\u058f\u05d0-\u05ea\u0620-\u064a\u0900-\u0dff\u0e80-\u1fff\u3041-\u30fa\u3105-\ud7ff"
_THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
_LOCAL = re.compile(
    rf"(?:[A-Za-z0-9{_OTHER}_%+'.\\-]{{1,64}}|[{_THAI}A-Za-z0-9._%+-]{{0,63}}[{_THAI}]){_BLANKS}\Z", re.IGNORECASE
)
_LABEL = rf"[A-Za-z0-9{_OTHER}][A-Za-z0-9{_OTHER}_-]{{0,62}}"
_TOP = rf"(?:xn--[A-Za-z0-9-]{{2,40}}|[A-Za-z{_OTHER}]{{2,24}})"
_THAI_LABEL = rf"[{_THAI}A-Za-z0-9-]{{1,63}}"
_DOT = rf"{_FIRM}\\?\.{_FIRM}"
_DOMAIN = re.compile(
    rf"{_BLANKS}(?:(?:{_THAI_LABEL}{_DOT}){{1,4}}(?:ไทย|คอม|เน็ต|องค์กร|ธุรกิจ)|(?:{_LABEL}{_DOT}){{1,6}}{_TOP}"
    r"|\[[0-9]{1,3}(?:\.[0-9]{1,3}){3}\])"
)
_AT = "at|แอท|แอ็ท|แอด"
_SPOKEN_AT = re.compile(
    rf"@|[(\[{{<]{{1,2}} {{0,2}}(?:{_AT}|a|@) {{0,2}}[)\]}}>]{{1,2}}|(?<= )(?:{_AT})(?= )", re.IGNORECASE
)
_SPOKEN_DOT = r" {0,2}(?:[(\[{<] {0,2}(?:dot|\.|ดอท|ดอต|จุด) {0,2}[)\]}>]| (?:dot|ดอท|ดอต|จุด) |\.) {0,2}"
_SPOKEN_DOMAIN = re.compile(
    rf"{_BLANKS}[A-Za-z0-9-]{{1,63}}(?:{_SPOKEN_DOT}[A-Za-z0-9-]{{2,40}}){{1,4}}", re.IGNORECASE
)
_LONE_DOMAIN = re.compile(
    r" {1,2}(?:(?:gmail|hotmail|yahoo|outlook|live|msn|icloud|windowslive|ymail|thaimail|chaiyo|sanook|googlemail)"
    rf"{_SPOKEN_DOT}[A-Za-z0-9-]{{2,40}}|[A-Za-z0-9-]{{1,63}}(?: (?:dot|ดอท|ดอต|จุด) [A-Za-z0-9-]{{2,40}}){{1,4}})",
    re.IGNORECASE,
)

_RUN = re.compile(r"(?:[+(][+( \u200b]{0,4})?[0-9][0-9 .()+\u200b\\-]*[0-9]")
_FEWEST_DIGITS = 6
_MOST_LOOKS = 6
_BEGIN = re.compile(r"[+(]|(?<![0-9])[0-9]")
_SEPARATORS = re.compile(r"[^0-9]+")
_DIGIT_NEAR = re.compile(r"[ -]?[0-9]")
_LAST_OF_ACCOUNT = re.compile(r"-[0-9](?![0-9])")
_LISTED = re.compile(r"(?:\A|[\s(])[0-9]{1,2}\.\Z")
_TIME = re.compile(r"[0-2][0-9]\.[0-5][0-9](?![0-9.])")
_DATE = re.compile(r"[0-3]?[0-9][-. ][01]?[0-9][-. ](?:25[0-9]{2}|20[0-9]{2}|19[0-9]{2})\Z")
_LEAST_LAST, _MOST_GROUPS = 3, 4


def find_personal(text: str) -> list[Personal]:
    """Find everything personal in a text, in order and without overlaps."""
    shape = text.translate(_SHAPES) if _SHAPED.search(text) else text
    found: list[Personal] = []
    for _ in range(_MOST_LOOKS):
        more = [*_emails(shape), *_numbers(shape)]
        if not more:
            break
        found = _apart(sorted([*found, *more]))
        shape = hide(shape, found)  # what stood beside a number may be one, seen without it
    return found


def masked(text: str, keep: Iterable[str] = ()) -> str:
    """Put blocks in the place of everything personal but what `keep` holds; the length stays the same."""
    return hide(text, wanted(text, find_personal(text), keep))


def wanted(text: str, found: Iterable[Personal], keep: Iterable[str]) -> list[Personal]:
    """Leave out of what was found in `text` what somebody has cleared; numbers are compared by their digits."""
    cleared = _forms(frozenset(keep))
    if not cleared:
        return list(found)
    return [each for each in found if plain_form(text[each.start : each.end]) not in cleared]


@lru_cache(maxsize=32)
def _forms(keep: frozenset[str]) -> frozenset[str]:
    """Give the plain forms of what is cleared; a page asks for the same hundreds of times."""
    return frozenset(plain_form(each) for each in keep)


def plain_form(written: str) -> str:
    """Give the form in which two ways of writing the same number or address are equal: digits alone, small letters."""
    shape = written.translate(_SHAPES).casefold()
    shape = _OWN_EXTENSION.split(shape, maxsplit=1)[0]  # an office's number is cleared with all its extensions
    if "@" in shape or not _DIGIT.search(shape) or re.search(r"\bat\b|แอท|แอด", shape):
        return re.sub(r"[ \u200b]", "", shape)
    digits = "".join(_DIGIT.findall(shape))
    return re.sub(r"^(?:00[0-9]?)?66(?=[0-9]{8,9}$)", "0", digits)


def hide(text: str, spans: Iterable[Personal]) -> str:
    """Put blocks in the place of these spans of the text."""
    out: list[str] = []
    at = 0
    for span in spans:
        out += (text[at : span.start], BLOCK * (span.end - span.start))
        at = span.end
    return "".join(out) + text[at:] if out else text


def _apart(found: list[Personal]) -> list[Personal]:
    """Join what overlaps: of two, the kind of the first."""
    apart: list[Personal] = []
    for each in found:
        if apart and each.start < apart[-1].end:
            apart[-1] = Personal(apart[-1].start, max(apart[-1].end, each.end), apart[-1].kind)
        else:
            apart.append(each)
    return apart


def _emails(shape: str) -> Iterator[Personal]:
    for at in _SPOKEN_AT.finditer(shape):
        before = shape[max(0, at.start() - 70) : at.start()]
        name = _LOCAL.search(before)
        if name is None:
            continue
        sign = at[0]
        if sign == "@":
            domain = _DOMAIN.match(shape, at.end())
        else:
            domain = (_SPOKEN_DOMAIN if sign[0] in "([{<" else _LONE_DOMAIN).match(shape, at.end())
        if domain is not None and name[0].strip(" .\\'\u200b-"):
            start = at.start() - len(before) + name.start()
            lead = len(name[0]) - len(name[0].lstrip(".'\\ \u200b-"))
            yield Personal(start + lead, domain.end(), "email")


def _numbers(shape: str) -> Iterator[Personal]:
    if not _DIGIT.search(shape):
        return
    addresses: list[tuple[int, int]] | None = None
    for run in _RUN.finditer(shape):
        if run.end() - run.start() < _FEWEST_DIGITS:
            continue
        if addresses is None:
            addresses = [match.span() for match in _ADDRESS.finditer(shape)]
        inside = any(start <= run.start() < end for start, end in addresses)
        if not inside or _CALLING.search(shape, max(0, run.start() - 30), run.start()):
            yield from _in_run(shape, run.start(), run.end())


def _in_run(shape: str, start: int, end: int) -> Iterator[Personal]:
    """Read a run of digits and separators from left to right. A word such as โทร. can only stand before all of it."""
    called = bool(_PHONE_WORD.search(shape, max(0, start - 40), start))
    at = start
    while candidate := _BEGIN.search(shape, at, end):
        found = _at(shape, candidate.start(), (start, end), called=called)
        if found is not None:
            yield found
        at = found.end if found is not None else candidate.end()
        called = called and candidate[0] in "+("


def _at(shape: str, at: int, run: tuple[int, int], *, called: bool) -> Personal | None:
    """Give what begins exactly at `at`."""
    sign = shape[at]
    if sign in "+(60" and (found := _ABROAD.match(shape, at) or _OTHER_COUNTRY.match(shape, at)):
        return _with_rest(shape, at, found.end())
    if (found := _NATIONAL_ID.match(shape, at)) and _is_national_id(shape, found, run):
        return Personal(at, found.end(), "national_id")
    if sign in "(0" and (found := _HOME.match(shape, at)) and _is_phone(shape, found, called=called):
        return _with_rest(shape, at, found.end())
    if called and (found := _AFTER_WORD.match(shape, at)) and not _DATE.match(found[0]):
        return _with_rest(shape, at, found.end())
    return None


def _groups(written: str) -> list[str]:
    return [each.replace(_GAP, "") for each in _GROUP.findall(written)]


def _is_national_id(shape: str, found: re.Match[str], run: tuple[int, int]) -> bool:
    groups = _groups(found[0])
    if [len(each) for each in groups] == _ID_GROUPS:
        return True
    if len(groups) > len(_ID_GROUPS) and (
        len(groups) != _ID_LENGTH or found.end() != run[1] or _DIGIT.search(shape, run[0], found.start())
    ):
        return False  # a list of figures; a citizen's are five groups, or 13 boxes of a form
    if not _DIGIT.search(shape, run[0], found.start()) and _ID_WORD.search(shape, max(0, run[0] - 80), run[0]):
        return True
    digits = "".join(groups)
    letter = shape[found.start() - 1] if found.start() else ""
    is_product = digits[0] == "9" or "A" <= letter <= "Z" or "a" <= letter <= "z"
    return not is_product and has_right_check_digit(digits)


def has_right_check_digit(digits: str) -> bool:
    """Tell whether the last of 13 Arabic digits follows from the first twelve (see above)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(_ID_LENGTH, 1, -1), strict=False))
    return len(digits) == _ID_LENGTH and (11 - total % 11) % 10 == int(digits[-1])


def _is_phone(shape: str, found: re.Match[str], *, called: bool) -> bool:
    """Tell a telephone number from dates, times, decimals and accounts that have as many digits."""
    groups = _groups(found[0])
    letter = shape[found.start() - 1] if found.start() else ""
    if not called and ("A" <= letter <= "Z" or "a" <= letter <= "z" or _stands_in_figure(shape, found, groups)):
        return False
    return found[0][0] == "(" or len(groups) == 1 or _is_grouped_so(shape, found, groups, called=called)


def _is_grouped_so(shape: str, found: re.Match[str], groups: list[str], *, called: bool) -> bool:
    """Tell whether somebody would write a telephone number in these groups."""
    sizes = [len(each) for each in groups]
    if set(sizes) == {1}:  # 0 8 1 2 ...: a longer list of ones and noughts is no telephone
        return not _DIGIT_NEAR.match(shape, found.end())
    if set(sizes) == {2}:  # 08 12 34 56 78, but not 06 07 08 09 10
        signs = set(_SEPARATORS.findall(found[0]))
        return len(signs) == 1 and any(int(after) - int(before) != 1 for before, after in pairwise(groups))
    if sizes[-1] < _LEAST_LAST or len(groups) > _MOST_GROUPS:
        return False
    is_account = sizes == [3, 1, 5] and _LAST_OF_ACCOUNT.match(shape, found.end())
    is_figure = is_account or (sizes[0] == 1 and "." in found[0]) or (" " in found[0] and _TIME.match(found[0]))
    return called or not is_figure


def _stands_in_figure(shape: str, found: re.Match[str], groups: list[str]) -> bool:
    """Tell whether digits stand right before it, parted by a sign that figures have inside."""
    at = found.start()
    if at < 2 or shape[at - 1] not in ".-" or not _DIGIT.match(shape, at - 2):  # noqa: PLR2004
        return False
    if shape[at - 1] == ".":  # "1.081-2345678" is the first of a list
        listed = _LISTED.search(shape, max(0, at - 5), at)
        return listed is None or (len(groups) == 1 and not (listed.start() == 0 or shape[listed.start()] == "\n"))
    return not (groups[0][:2] in {"06", "08", "09"} and len(groups[0]) in {3, 10} and len(groups[-1]) > 1)


def _with_rest(shape: str, start: int, end: int) -> Personal:
    """Add what belongs to a number: further last digits, an extension, the bracket it opened."""
    if further := _FURTHER.match(shape, end):
        end = further.end()
    if extension := _EXTENSION.match(shape, end):
        end = extension.end()
    return Personal(start, end, "phone")
