"""What is kept of a page's text: blocks of runs, free of everything that only says how it looked."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmwiki.errors import Message, say

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Look:
    """How a run stands out, and where it leads."""

    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Run:
    """Some text, a line break (a line feed alone), or an image.

    Of an image, `text` is what stands for it and `image` its target.
    """

    text: str
    look: Look = PLAIN
    image: str = ""

    @property
    def is_break(self) -> bool:
        """Whether it is a line break."""
        return self.text == "\n" and not self.image


@dataclass(slots=True)
class Block:
    """A block; what it holds depends on its kind.

    paragraph, heading: `runs`; pre: one run; list, quote, item: `blocks`; table: `rows`; rule: nothing.
    """

    kind: str
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    rows: list[list[list[Run]]] = field(default_factory=list)
    level: int = 0
    """Of a heading, 1 to 6; of a list the number of its first item, 0 for a list with bullets."""
    line: int | None = None
    """The line of the file on which it begins."""

    def text(self) -> str:
        """Return the characters of the runs directly in it, images left out."""
        return "".join(run.text for run in self.runs if not run.image)


@dataclass(slots=True)
class Notes:
    """What of a page did not come along, counted; and the images that were missing."""

    dropped_links: int = 0
    dropped_parts: int = 0
    missing_images: list[str] = field(default_factory=list)
    foreign_images: int = 0
    joined_cells: int = 0

    def messages(self) -> list[Message]:
        """Say it to the person who imports."""
        said: list[Message] = []
        if self.missing_images:
            names = list(dict.fromkeys(self.missing_images))
            said.append(
                say(
                    "%(count)s images are not among the files and stay as links: %(names)s. Send the page together "
                    "with its folder to have them.",
                    count=len(names),
                    names=", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else ""),
                )
            )
        if self.foreign_images:
            said.append(
                say(
                    "%(count)s images lie on the web; they stay as links, for nothing is fetched.",
                    count=self.foreign_images,
                )
            )
        if self.dropped_links:
            said.append(
                say(
                    "%(count)s links lead nowhere or would act on the page; their words stay.", count=self.dropped_links
                )
            )
        if self.dropped_parts:
            said.append(
                say(
                    "%(count)s embedded things (videos, frames, drawings) did not come along; the original file is "
                    "kept as it was.",
                    count=self.dropped_parts,
                )
            )
        if self.joined_cells:
            said.append(say("The lines in %(count)s cells of tables were joined.", count=self.joined_cells))
        return said
