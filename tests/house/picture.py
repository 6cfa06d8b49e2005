"""Draw docs/house.svg anew from the import contract and the rooms' own first lines: `python -m tests.house.picture`."""

from __future__ import annotations

import ast
import tomllib
from html import escape
from itertools import pairwise
from typing import NamedTuple

from tests.conftest import ROOT

PICTURE = ROOT / "docs" / "house.svg"
ROW, TOP, LEFT, NAME, RIGHT, WIDTH = 30, 64, 24, 150, 826, 1190
SAID = 98
"""Characters of a description that fit beside a room's name."""

BANDS = {
    "doors": ("#dfe9f3", ("wsgi", "main", "app", "web", "api", "cli")),
    "uses over several features": ("#e9e4f2", ("demo", "exchange", "notifications", "analysis", "search", "retrieval")),
    "features": (
        "#e3efe4",
        ("memos", "quotes", "rounds", "coding", "comments", "entries", "sources", "places", "accounts"),
    ),
    "ground": ("#f3ead9", ()),
}


class Step(NamedTuple):
    """A stop on the way through the house: what happens in which room."""

    room: str
    words: str


WAY = (
    Step("web", "the door parses"),
    Step("coding", "access checks, one verb: save_entry"),
    Step("entries", "fields, dates, places"),
    Step("sources", "a new revision; stale: Conflict"),
    Step("events", "what happened, by whom"),
    Step("jobs", "“index source:7”, same transaction"),
    Step("db", "the only commit"),
)


def layers() -> list[list[str]]:
    """Return the rooms of the import contract, highest first; rooms of one layer stand together."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return [[room.strip() for room in layer.split("|")] for layer in contract[0]["layers"]]


def purpose(room: str) -> str:
    """Return the first sentence of a room's docstring, cut to what fits."""
    package = ROOT / "kmwiki" / room / "__init__.py"
    path = package if package.exists() else ROOT / "kmwiki" / f"{room}.py"
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n", 1)[0]
    if len(said) > SAID:
        said = said[:SAID].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    return said


def draw() -> str:
    """Return the picture as SVG."""
    rooms = [room for layer in layers() for room in layer]
    height = TOP + len(rooms) * ROW + 76
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
        '<title id="t">The rooms of kmwiki and the one way through</title>',
        '<desc id="d">Rooms from top to bottom; imports go down only. On the right, how an edit is saved.</desc>',
        (
            "<style>text{font:13px system-ui,sans-serif;fill:#26302b}.n{font-weight:650}.s{fill:#5a655f;font-size:12px}"
            ".h{font-size:15px;font-weight:650}.w{fill:none;stroke:#8a3b2e;stroke-width:2}.l{fill:none;stroke:#8a3b2e;"
            "stroke-width:2;stroke-dasharray:5 4}.c{fill:#8a3b2e}.d{fill:#fff;font-size:11px;font-weight:700}</style>"
        ),
        (
            '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#8a3b2e"/></marker></defs>'
        ),
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#fdfcf9"/>',
        f'<text class="h" x="{LEFT}" y="34">Rooms: an import may point down, never up</text>',
        f'<text class="h" x="{RIGHT}" y="34">One way through: saving an edit</text>',
    ]
    for number, room in enumerate(rooms):
        parts.append(_room(room, TOP + number * ROW))
    parts.extend(_way({room: TOP + number * ROW + ROW // 2 - 2 for number, room in enumerate(rooms)}, height))
    return "\n".join([*parts, "</svg>", ""])


def _room(room: str, y: int) -> str:
    colour = next((colour for colour, names in BANDS.values() if room in names), BANDS["ground"][0])
    return (
        f'<rect x="{LEFT}" y="{y}" width="{RIGHT - LEFT - 28}" height="{ROW - 4}" rx="4" fill="{colour}"/>'
        f'<text class="n" x="{LEFT + 12}" y="{y + 18}">{room}</text>'
        f'<text class="s" x="{LEFT + NAME - 26}" y="{y + 18}">{escape(purpose(room))}</text>'
    )


def _way(middles: dict[str, int], height: int) -> list[str]:
    at = RIGHT + 14
    parts = [
        f'<path class="w" d="M{at} {middles[one.room] + 11}V{middles[other.room] - 12}" marker-end="url(#a)"/>'
        for one, other in pairwise(WAY)
    ]
    for number, step in enumerate(WAY, 1):
        y = middles[step.room]
        parts.append(f'<circle class="c" cx="{at}" cy="{y}" r="10"/>')
        parts.append(f'<text class="d" x="{at}" y="{y + 4}" text-anchor="middle">{number}</text>')
        parts.append(f'<text x="{at + 18}" y="{y + 4}">{escape(step.words)}</text>')
    worker, far = middles["search"], WIDTH - 28
    parts.append(
        f'<path class="l" d="M{far - 26} {middles["jobs"]}H{far}V{worker}H{RIGHT - 26}" marker-end="url(#a)"/>'
    )
    parts.append(f'<text x="{at + 18}" y="{worker - 8}">the worker reads the row anew: engine.put</text>')
    parts.append(
        f'<text class="s" x="{LEFT}" y="{height - 40}">Only web, api, cli, app and main know Flask. text and'
        " formats are pure. A door may call any room below; what a lower room says upward is an event or a job.</text>"
    )
    x = LEFT
    for label, (colour, _) in BANDS.items():
        parts.append(f'<rect x="{x}" y="{height - 28}" width="14" height="14" rx="3" fill="{colour}"/>')
        parts.append(f'<text class="s" x="{x + 20}" y="{height - 16}">{label}</text>')
        x += 44 + 7 * len(label)
    return parts


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
