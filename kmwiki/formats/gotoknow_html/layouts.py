"""Layouts of pages as data: named sets of CSS selectors, read from TOML, with the line of whatever is wrong in it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, cast

from kmwiki.errors import Invalid, say
from kmwiki.formats.html.tree import compiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.formats.html.tree import Element

Kind = Literal["post", "journal", "question", "html"]
KINDS = ("post", "journal", "question", "html")
PARTS = (
    *("where", "title", "lead", "body", "author", "written", "edited", "record", "licence", "tags", "facts", "count"),
    *("comments", "comment_author", "comment_written", "comment_text", "remove"),
)
"""The parts of a page for which a layout may have selectors."""

ANY = "any"
"""The layout that takes any page of the web."""

_SELECTOR = re.compile(r"(?P<css>.+?)(?:\s+@(?P<attribute>[A-Za-z][\w:.-]*))?")
_AT_LINE = re.compile(r"at line (\d+)")
_MOST_LAYOUTS, _MOST_SELECTORS, _LONGEST = 50, 50, 500


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector, and the attribute to read instead of the text, if one is named."""

    css: str
    attribute: str = ""

    def value_of(self, found: Element) -> str:
        """Return what it reads of an element that it found."""
        return found.get(self.attribute).strip() if self.attribute else found.words()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: its name, the kind of page, its selectors by part, and the projects it holds for (none named: all)."""

    name: str
    kind: Kind
    parts: Mapping[str, Sequence[Selector]] = field(default_factory=dict)
    projects: tuple[str, ...] = ()

    def elements(self, part: str, within: Element) -> list[Element]:
        """Return the elements of a part, whatever is in them."""
        return next((found for each in self.parts.get(part, ()) if (found := within.select(each.css))), [])

    def find(self, part: str, within: Element) -> list[tuple[Element, str]]:
        """Return the elements of a part with what its selector reads of each; none where nothing is found."""
        for selector in self.parts.get(part, ()):
            found = [(each, value) for each in within.select(selector.css) if (value := selector.value_of(each))]
            if found:
                return found
        return []


def read_layouts(text: str, file: str) -> list[Layout]:
    """Read layouts from TOML. Invalid names the file and, where it can be told, the line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        raise Invalid(
            say(
                "%(place)s: it is no TOML: %(reason)s.",
                place=_place(file, int(line[1]) if line else None),
                reason=error,
            )
        ) from error
    tables = data.pop("layout", [])
    if data:
        name = next(iter(data))
        raise Invalid(
            say("%(place)s: “%(name)s” is not known here.", place=_place(file, _line_of(text, name)), name=name)
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Invalid(
            say("%(place)s: each layout begins with [[layout]].", place=_place(file, _line_of(text, "layout")))
        )
    if len(tables) > _MOST_LAYOUTS:
        raise Invalid(
            say("%(place)s: there are more than %(most)s layouts.", place=_place(file, None), most=_MOST_LAYOUTS)
        )
    return [_layout(table, text, file) for table in tables]


@cache
def own_layouts() -> tuple[Layout, ...]:
    """Return the layouts that come with the program."""
    text = resources.files("kmwiki.formats.gotoknow_html").joinpath("selectors.toml").read_text(encoding="utf-8")
    return tuple(read_layouts(text, "selectors.toml"))


def _layout(table: dict[str, Any], text: str, file: str) -> Layout:
    name, kind, projects = table.pop("name", ""), table.pop("page", "post"), table.pop("projects", [])
    if not isinstance(name, str) or not name:
        raise Invalid(say("%(place)s: a layout has no name.", place=_place(file, _line_of(text, "[[layout]]"))))
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Invalid(
            say(
                "%(place)s: page must be one of %(kinds)s.",
                place=_place(file, _line_of(text, str(kind))),
                kinds=known,
            )
        )
    if not isinstance(projects, list) or not all(isinstance(each, str) for each in projects):
        raise Invalid(
            say(
                "%(place)s: projects must be a list of the projects' short names.",
                place=_place(file, _line_of(text, "projects")),
            )
        )
    for part in table:
        if part not in PARTS:
            raise Invalid(
                say("%(place)s: “%(name)s” is not known here.", place=_place(file, _line_of(text, part)), name=part)
            )
    if not table.get("body"):
        raise Invalid(
            say("%(place)s: the layout %(name)s has no body.", place=_place(file, _line_of(text, name)), name=name)
        )
    parts = {part: _selectors(part, written, text, file) for part, written in table.items()}
    return Layout(name, cast("Kind", kind), parts, tuple(projects))


def _selectors(part: str, written: object, text: str, file: str) -> tuple[Selector, ...]:
    listed = [written] if isinstance(written, str) else written
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise Invalid(
            say("%(place)s: %(name)s must be a list of selectors.", place=_place(file, _line_of(text, part)), name=part)
        )
    if len(listed) > _MOST_SELECTORS or any(len(each) > _LONGEST for each in listed):
        raise Invalid(
            say(
                "%(place)s: %(name)s has too many or too long selectors.",
                place=_place(file, _line_of(text, part)),
                name=part,
            )
        )
    selectors = []
    for each in listed:
        found = _SELECTOR.fullmatch(each.strip())
        if found is None:
            raise Invalid(
                say("%(place)s: %(name)s has an empty selector.", place=_place(file, _line_of(text, part)), name=part)
            )
        try:
            compiled(found["css"])
        except Invalid as error:
            raise Invalid(
                say(
                    "%(place)s: “%(selector)s” is no CSS selector.",
                    place=_place(file, _line_of(text, each)),
                    selector=found["css"],
                )
            ) from error
        selectors.append(Selector(found["css"], found["attribute"] or ""))
    return tuple(selectors)


def _line_of(text: str, words: str) -> int | None:
    """Return the first line in which these words stand."""
    at = text.find(words) if words else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def _place(file: str, line: int | None) -> str:
    """Name the file and, where it can be told, the line, as compilers do."""
    return file if line is None else f"{file}:{line}"
