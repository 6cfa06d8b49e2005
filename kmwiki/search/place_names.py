"""Places behind their short and full words: จ.พัทลุง and จังหวัดพัทลุง are one province to whoever searches."""

from __future__ import annotations

import re

from kmwiki.places.queries import readings
from kmwiki.search.dictionary import Equal
from kmwiki.text.thai import fold

_SHORT = {"จังหวัด": "จ.", "อำเภอ": "อ.", "ตำบล": "ต."}
_FULL = {short: full for full, short in _SHORT.items()}
_LEVELS = {"จังหวัด": "province", "อำเภอ": "district", "ตำบล": "tambon"}
_WRITTEN = re.compile(r"(จังหวัด|อำเภอ|ตำบล|[จอต]\.) ?([^ ]{2,40})")


def other_names(written: str) -> tuple[Equal, ...]:
    """Return how else a place is written with the word or the letter for its level; nothing if it is no place."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        return ()
    full = _FULL.get(match[1], match[1])
    if not any(one.level == _LEVELS[full] for one in readings(f"{full}{match[2]}")):
        return ()
    shown = f"{_SHORT[full] if match[1] == full else full}{match[2]}"
    asked = fold(written).strip()
    names = (fold(f"{word}{blank}{match[2]}") for word in (full, _SHORT[full]) for blank in ("", " "))
    return tuple(Equal(name, shown) for name in names if name != asked)
