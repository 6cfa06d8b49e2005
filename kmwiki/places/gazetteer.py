"""The places of Thailand in memory, read once from `geothai`: 77 provinces, 928 districts, 7,436 tambons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import geothai

from kmwiki.places.aliases import PROVINCE_ALIASES, Level
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

BANGKOK = "10"
_DROPPED = dict.fromkeys(map(ord, " .,-'\"’·ฯ()"))


@dataclass(frozen=True, slots=True)
class Place:
    """A province, district or tambon. `code` has 2, 4 or 6 digits; a place's code begins with its parents'."""

    code: str
    level: Level
    name_th: str
    name_en: str
    parent: str  # the places it lies in, such as `อ.ควนขนุน จ.พัทลุง`; empty for a province
    parent_en: str

    @property
    def province_code(self) -> str:
        """The code of the province it lies in, its own for a province."""
        return self.code[:2]

    @property
    def label(self) -> str:
        """Its name with the word for its level and its parents.

        `ต.ควนขนุน อ.ควนขนุน จ.พัทลุง`. `resolve` reads it back.
        """
        return f"{_titled(self.level, self.name_th, self.province_code)} {self.parent}".strip()

    @property
    def label_en(self) -> str:
        """Its English name with its parents: `Khuan Khanun, Khuan Khanun District, Phatthalung`."""
        word = {"province": "", "district": " District", "tambon": " Subdistrict"}[self.level]
        return ", ".join(part for part in (f"{self.name_en}{word}", self.parent_en) if part)

    def name(self, locale: str) -> str:
        """Its bare name in the language of the reader."""
        return self.name_en if locale == "en" else self.name_th

    def full(self, locale: str) -> str:
        """Its name with parents in the language of the reader."""
        return self.label_en if locale == "en" else self.label


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All places by code, and their codes by folded name."""

    by_code: Mapping[str, Place]
    by_key: Mapping[str, tuple[str, ...]]


def key(name: str) -> str:
    """Make the key under which a name is found: folded, without spaces, dots and signs."""
    return fold(name).translate(_DROPPED)


def _titled(level: Level, name: str, province_code: str) -> str:
    if province_code == BANGKOK:
        return {"province": "", "district": "", "tambon": "แขวง"}[
            level
        ] + name  # a Bangkok district's name begins with เขต
    return {"province": "จ.", "district": "อ.", "tambon": "ต."}[level] + name


def _read() -> dict[str, Place]:
    places: dict[str, Place] = {}
    for province in geothai.provinces():
        places[province.code] = Place(province.code, "province", province.name_th, province.name_en, "", "")
        above = _titled("province", province.name_th, province.code)
        for district in geothai.districts(province.code):
            places[district.code] = Place(
                district.code, "district", district.name_th, district.name_en, above, province.name_en
            )
            parent = f"{_titled('district', district.name_th, province.code)} {above}"
            parent_en = f"{district.name_en} District, {province.name_en}"
            for tambon in geothai.subdistricts(district.code):
                places[tambon.code] = Place(tambon.code, "tambon", tambon.name_th, tambon.name_en, parent, parent_en)
    return places


def _names(place: Place) -> set[str]:
    """All names a place goes by; a capital district is also just `เมือง`, a Bangkok one goes without เขต."""
    names = {place.name_th, place.name_en, *PROVINCE_ALIASES.get(place.code, ())}
    outer, _, inner = place.name_th.partition("(")
    if inner:
        names |= {outer.strip(), inner.rstrip(") ")}
    if place.level == "district":
        names.add(place.name_th.removeprefix("เขต"))
        if place.name_th.startswith("เมือง") and place.name_en.startswith("Mueang "):
            names |= {"เมือง", "Mueang", "Muang", place.name_en.replace("Mueang", "Muang")}
    return names


@cache
def gazetteer() -> Gazetteer:
    """Return the places, made at the first call."""
    by_code = _read()
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for place in by_code.values():
        for name in {key(each) for each in _names(place)}:
            by_key[name].append(place.code)
    return Gazetteer(by_code, {name: tuple(sorted(codes, key=lambda c: (len(c), c))) for name, codes in by_key.items()})
