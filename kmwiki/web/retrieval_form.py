"""The form of a question about passages: its rows as they were typed, and what can be chosen in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Coding
from kmwiki.coding.round_models import CodingRound
from kmwiki.coding.schemas import VOICES
from kmwiki.coding.seen import seen_by
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.models import Entry, EntryPlace, EntryTag
from kmwiki.errors import N_
from kmwiki.places.queries import place
from kmwiki.retrieval.asking import AGAINST, LAYERS, MOST_CONDITIONS, NO_VOICE, STATES, STATUSES, TEXTS
from kmwiki.retrieval.book import ANY, GROUP
from kmwiki.retrieval.telling import LAYER_WORDS, STATE_WORDS, STATUS_WORDS, TEXT_WORDS, VOICE_WORDS
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for
from kmwiki.web.drawing import locale_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.telling import Tongue
    from kmwiki.security.policy import Caller

MOST_TAGS = 60
MOST_CHOICES = 300
MOST_OFFERED = 3000
"""Of more codes than these none is offered: the page would be a megabyte."""
DEEPER = "\u2003"
"""What is written before a code for each code above it: options have no other way of standing under each other."""
Option = tuple[str, str]
DEFAULTS = {"state": ["placed", "changed"], "status": ["accepted"]}
OPERATORS: tuple[tuple[str, tuple[Option, ...]], ...] = (
    (
        N_("Words and sets"),
        (
            ("and", N_("and: words that are also under")),
            ("or", N_("or: passages under")),
            ("not", N_("not: no word is under")),
        ),
    ),
    (
        N_("How it lies to another passage"),
        (
            ("overlap", N_("overlaps a passage under")),
            ("exact", N_("covers the same words as one under")),
            ("within", N_("lies inside one under")),
            ("around", N_("has inside it one under")),
            ("near", N_("is near one under")),
        ),
    ),
    (
        N_("What else stands there"),
        (
            ("text", N_("is in a text that also has")),
            ("entry", N_("is in a note that also has")),
        ),
    ),
    (
        N_("The opposite"),
        (
            (f"{AGAINST}overlap", N_("overlaps none under")),
            (f"{AGAINST}exact", N_("covers other words than any under")),
            (f"{AGAINST}within", N_("lies inside none under")),
            (f"{AGAINST}around", N_("has inside it none under")),
            (f"{AGAINST}near", N_("is near none under")),
            (f"{AGAINST}text", N_("is in a text that does not have")),
            (f"{AGAINST}entry", N_("is in a note that does not have")),
        ),
    ),
)
UNIT_WORDS = {"paragraph": N_("paragraphs"), "sentence": N_("sentences"), "character": N_("characters")}
SORT_WORDS = {
    "text": N_("Place in the notes"),
    "date": N_("Date, oldest first"),
    "date_desc": N_("Date, newest first"),
    "code": N_("Order of the codebook"),
    "entry": N_("Title of the note"),
    "newest": N_("Coded last"),
}
GROUP_WORDS = {
    "none": N_("not at all"),
    "code": N_("by code"),
    "place": N_("by province"),
    "entry": N_("by note"),
    "kind": N_("by kind of note"),
    "coder": N_("by coder"),
}


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of the form: its number (0 the first), its operator, its codes as typed, how near."""

    at: int
    op: str
    codes: list[str]
    distance: str
    unit: str

    def name(self, part: str) -> str:
        """Return how a part of the row is called in the address."""
        return f"{part}{self.at}" if self.at else part


@dataclass(frozen=True, slots=True)
class Box:
    """A set of boxes that narrow: its name in the address, its words, what can be ticked."""

    name: str
    legend: str
    options: Sequence[Option]
    ticked: frozenset[str]


def form_rows(given: Mapping[str, list[str]], book: Book) -> list[FormRow]:
    """Return the rows that were typed, and an empty one behind them."""
    rows: list[FormRow] = []
    for at in range(MOST_CONDITIONS + 1):
        end = str(at) if at else ""
        codes = [book.read(value) or value for value in given.get(f"code{end}", []) if value.strip()]
        if codes or not at:
            last = {name: (given.get(f"{name}{end}") or [""])[-1] for name in ("op", "n", "unit")}
            rows.append(FormRow(len(rows), last["op"] or "and", codes, last["n"] or "1", last["unit"] or "paragraph"))
    if len(rows) <= MOST_CONDITIONS:
        rows.append(FormRow(len(rows), "overlap", [], "1", "paragraph"))
    return rows


def has_many(book: Book) -> bool:
    """Whether there are too many codes to choose from a list in every row: then their names are typed."""
    return len(book.codes) > MOST_CHOICES


def typed_name(book: Book, tongue: Tongue, token: str) -> str:
    """Return how a set of codes stands in a field that is typed into."""
    if token == ANY:
        return str(gettext("Every code"))
    if token != book.read(token):  # whatever was typed: there is no such thing
        return token
    if token.startswith(GROUP):
        return book.written(token, book.groups[int(token[1:])].name)
    return book.written(token, tongue.code(book.codes[int(token)]))


def code_options(book: Book, given: Mapping[str, list[str]], tongue: Tongue) -> list[tuple[str, list[Option]]]:
    """Return what a row can name: all, the groups, the codes as their tree; those out of use only where they stand."""
    if len(book.codes) > MOST_OFFERED:
        return []
    typed = {value for name, values in given.items() if name.startswith("code") for value in values}
    codes = [
        (str(code.id), DEEPER * depth + tongue.code(code))
        for code, depth in book.tree
        if code.state == "live" or str(code.id) in typed
    ]
    groups = [(f"{GROUP}{group.id}", group.name) for group in book.groups.values()]
    found = [("", [(ANY, gettext("Every code"))]), (gettext("Codes"), codes)]
    return [*found, (gettext("Groups of codes"), groups)] if groups else found


def boxes(session: Session, caller: Caller, project: Project, given: Mapping[str, list[str]]) -> list[Box]:
    """Return what can be ticked to narrow a question: what stands in the notes that the caller may read."""
    known: list[tuple[str, str, Sequence[Option]]] = [
        ("kind", N_("Kind of note"), [(key, gettext(kind.label)) for key, kind in KINDS.items()]),
        ("place", N_("Province"), _provinces(session, caller, project)),
        ("coder", N_("Coder"), _coders(session, caller, project)),
        ("voice", N_("Whose voice"), [(each, gettext(VOICE_WORDS[each])) for each in (*VOICES, NO_VOICE)]),
        ("in", N_("Stands in"), [(each, gettext(TEXT_WORDS[each])) for each in TEXTS]),
        ("tag", N_("Tag"), _tags(session, caller, project)),
        ("state", N_("Words"), [(each, gettext(STATE_WORDS[each])) for each in STATES]),
        ("status", N_("Status"), [(each, gettext(STATUS_WORDS[each])) for each in STATUSES]),
    ]
    made = []
    for name, legend, options in known:
        ticked = frozenset(given.get(name) or DEFAULTS.get(name, []))
        others = [(value, _typed(name, value)) for value in sorted(ticked - {value for value, _ in options})]
        if options or others:
            made.append(Box(name, gettext(legend), [*options, *others], ticked))
    return made


def count_narrowing(given: Mapping[str, list[str]]) -> int:
    """Count the filters that are set: what is folded away tells how many there are."""
    names = ("kind", "place", "coder", "voice", "in", "tag", "from", "to", "actor", "layer", "entry", *DEFAULTS)
    told = {name: [value for value in given.get(name, []) if value] for name in names}
    return sum(bool(values) and values != DEFAULTS.get(name) for name, values in told.items())


def layers(session: Session, project: Project) -> list[Option]:
    """Return the layers that can be chosen: own, settled, and each closed round."""
    rounds = select(CodingRound.id, CodingRound.name).where(
        CodingRound.project_id == project.id, CodingRound.state == "closed"
    )
    closed = [(str(key), gettext("Round “%(name)s”", name=name)) for key, name in session.execute(rounds)]
    return [("", gettext("All that count")), *((each, gettext(LAYER_WORDS[each])) for each in LAYERS), *closed]


def _typed(name: str, value: str) -> str:
    """Show a value that was typed into an address and is no box: a district by its name."""
    if name == "place" and value.isdigit():
        return place(value).full(locale_code())
    return value


def _provinces(session: Session, caller: Caller, project: Project) -> list[Option]:
    rows = (
        select(EntryPlace.province_code)
        .join(Entry, Entry.id == EntryPlace.entry_id)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project.id, visible_to(caller))
        .distinct()
    )
    found = [place(code) for code in session.scalars(rows)]
    is_english = locale_code() == "en"
    return sorted(
        ((each.code, each.name_en if is_english else each.name_th) for each in found), key=lambda option: option[1]
    )


def _tags(session: Session, caller: Caller, project: Project) -> list[Option]:
    rows = (
        select(EntryTag.tag)
        .join(Entry, Entry.id == EntryTag.entry_id)
        .join(Source, Source.id == Entry.source_id)
        .where(Entry.project_id == project.id, visible_to(caller))
        .distinct()
        .order_by(EntryTag.tag)
        .limit(MOST_TAGS)
    )
    veil = veil_for(session, caller, project.id)
    return [(tag, tag) for tag in session.scalars(rows) if veil.text(tag) == tag]


def _coders(session: Session, caller: Caller, project: Project) -> list[Option]:
    coded = (
        select(Coding.coder_id)
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.project_id == project.id, Coding.deleted.is_(None), seen_by(caller), visible_to(caller))
    )
    rows = select(User.id, User.name).where(User.id.in_(coded)).order_by(User.name)
    return [(str(key), name) for key, name in session.execute(rows)]
