"""From a part of the tree to blocks: structure is kept, looks, scripts, forms and what Office left behind are not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kmwiki.formats.html.addresses import file_path, is_web, scheme_of, tamed, whole
from kmwiki.formats.html.building import Pen, leaves_of, tidied
from kmwiki.formats.html.model import PLAIN, Block, Look, Notes, Run
from kmwiki.formats.html.tables import grid_of, is_data

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kmwiki.formats.html.tree import Element

_SKIPPED = frozenset(
    (
        *(
            "script",
            "style",
            "template",
            "head",
            "title",
            "meta",
            "link",
            "base",
            "svg",
            "math",
            "canvas",
            "map",
            "area",
        ),
        *("input", "button", "select", "textarea", "option", "datalist", "progress", "meter", "colgroup", "col", "rp"),
        *("object", "applet", "param", "source", "track", "frame", "xml", "noscript"),
    )
)
_TOLD = frozenset({"iframe", "embed", "video", "audio"})
_BOLD = frozenset({"b", "strong"})
_ITALIC = frozenset({"i", "em", "cite", "dfn", "var"})
_CODE = frozenset({"code", "kbd", "tt", "samp"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)


class Walker:
    """Makes blocks of elements.

    `place_image` is asked for every image beside the page by its path and gives the target to write, or None.
    """

    def __init__(self, base: str | None, place_image: Callable[[str], str | None]) -> None:
        self.notes = Notes()
        self._base = base
        self._place_image = place_image
        self._links: dict[str, str] = {}
        self.arranging: Collection[Element] = ()
        """Tables that are known to arrange the page, whatever they look like."""

    def blocks_of(self, element: Element, without: Collection[Element] = ()) -> list[Block]:
        """Return the blocks of an element; what is in `without` is left out with all that is in it."""
        pen = Pen()
        looks: list[Look] = [PLAIN]
        skipped: Element | None = None
        for event, at, text in element.walk():
            if event == "text":
                if skipped is None:
                    pen.write(text, looks[-1])
            elif event == "start":
                if skipped is not None:
                    continue
                if at in without or self._is_skipped(at, pen) or self._takes_whole(at, pen, looks[-1]):
                    skipped = at
                    continue
                pen.open(at)
                looks.append(self._look(at, looks[-1]))
            elif skipped is not None:
                skipped = None if at == skipped else skipped
            else:
                looks.pop()
                pen.close(at)
        return pen.finish()

    def runs_of(self, element: Element) -> tuple[list[Run], bool]:
        """Return the text of a cell as runs on one line, and whether lines were joined for that."""
        blocks = self.blocks_of(element)
        runs: list[Run] = []
        leaves = [leaf for block in blocks for leaf in leaves_of(block)]
        joined = len(leaves) > 1
        for number, leaf in enumerate(leaves):
            runs += [Run(" ")] if number else []
            for run in leaf:
                joined = joined or run.is_break
                runs.append(Run(" ", run.look) if run.is_break else run)
        return runs, joined

    def _is_skipped(self, at: Element, pen: Pen) -> bool:
        if at.tag in _SKIPPED or at.has("hidden") or _HIDDEN.search(at.get("style")[:1000]):
            return True
        if at.tag not in _TOLD:
            return False
        self.notes.dropped_parts += 1
        address = whole(at.get("src"), self._base) if at.get("src") else None
        if address is not None:
            pen.add(Run(address, Look(link=address)))
        return True

    def _takes_whole(self, at: Element, pen: Pen, look: Look) -> bool:
        """Write what is not walked through: images, data tables, preformatted text."""
        if at.tag in {"img", "image"}:
            self._image(at, pen, look)
        elif at.tag in {"pre", "listing", "xmp"}:
            pen.put(Block("pre", [Run(at.text().replace("\r\n", "\n").replace("\r", "\n").strip("\n"))], line=at.line))
        elif at.tag == "table" and at not in self.arranging and is_data(at):
            rows = []
            for row in grid_of(at):
                cells = [self.runs_of(cell) if cell is not None else ([], False) for cell in row]
                self.notes.joined_cells += sum(joined for _, joined in cells)
                rows.append([tidied(runs) for runs, _ in cells])
            pen.put(Block("table", rows=rows, line=at.line))
        else:
            return False
        return True

    def _look(self, at: Element, look: Look) -> Look:
        if at.tag in _BOLD or (at.tag in {"span", "font"} and _BOLD_STYLE.search(at.get("style")[:1000])):
            return replace(look, bold=True)
        if at.tag in _ITALIC:
            return replace(look, italic=True)
        if at.tag in _CODE:
            return replace(look, code=True)
        if at.tag == "a" and at.get("href"):
            return replace(look, link=self._link(at.get("href")))
        return look

    def _link(self, address: str) -> str:
        found = whole(address, self._base)
        if found is None and not address.strip().startswith("#"):
            self.notes.dropped_links += 1
        return found or ""

    def _image(self, at: Element, pen: Pen, look: Look) -> None:
        source = (at.get("src") or at.get("data-src") or at.get("data-original")).strip()
        alt = " ".join(at.get("alt").split()) or " ".join(at.get("title").split())
        path = file_path(source)
        if path is not None:
            target = self._place_image(path)
            name = path.rpartition("/")[2]
            if target is not None:
                pen.add(Run(alt or name, look, image=target))
                return
            self.notes.missing_images.append(name or path)
            pen.add(Run(alt or name or path, replace(look, link=f"attachment:{tamed(name)}" if name else "")))
        elif scheme_of(source) == "data":
            self.notes.dropped_parts += 1
            pen.write(alt, look)
        elif is_web(source) or source.startswith("//"):
            self.notes.foreign_images += 1
            address = whole(source, self._base or "https://")
            pen.add(Run(alt or tail_of(source), replace(look, link=look.link or address or "")))


def tail_of(address: str) -> str:
    """Return the last part of an address, by which people know a file."""
    return address.split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2] or address
