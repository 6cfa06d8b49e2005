"""A question in words: one clause for what is found first, one for each condition, one for all that narrows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_
from kmwiki.places.queries import place
from kmwiki.retrieval.asking import NO_VOICE
from kmwiki.retrieval.book import ANY, GROUP
from kmwiki.text.dates import DateReading, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from kmwiki.coding.models import Code
    from kmwiki.entries.models import Entry
    from kmwiki.retrieval.asking import Question, Term
    from kmwiki.retrieval.book import Book
    from kmwiki.text.date_forms import Calendar, Precision

CLAUSES: Mapping[str, str] = {
    "and": N_("and also under %(codes)s: only the words that both share"),
    "or": N_("or passages under %(codes)s"),
    "not": N_("no word of which is under %(codes)s"),
    "overlap": N_("that overlap another passage under %(codes)s"),
    "not-overlap": N_("that overlap no other passage under %(codes)s"),
    "exact": N_("that cover exactly the same words as another passage under %(codes)s"),
    "not-exact": N_("that do not cover exactly the same words as another passage under %(codes)s"),
    "within": N_("that lie inside another passage under %(codes)s"),
    "not-within": N_("that lie inside no other passage under %(codes)s"),
    "around": N_("that have another passage under %(codes)s inside them"),
    "not-around": N_("that have no other passage under %(codes)s inside them"),
    "near": N_("that are %(far)s from another passage under %(codes)s"),
    "not-near": N_("that have no other passage under %(codes)s %(far)s"),
    "text": N_("in a text where a passage under %(codes)s stands too"),
    "not-text": N_("in a text where no passage under %(codes)s stands"),
    "entry": N_("in a note where, its comments included, a passage under %(codes)s stands too"),
    "not-entry": N_("in a note where, its comments included, no passage under %(codes)s stands"),
}
FAR: Mapping[str, str] = {
    "character": N_("at most %(num)s characters away"),
    "sentence": N_("at most %(num)s sentences away"),
    "paragraph": N_("at most %(num)s paragraphs away"),
}
BESIDE: Mapping[str, str] = {
    "character": N_("right beside it"),
    "sentence": N_("in the same sentence"),
    "paragraph": N_("in the same paragraph"),
}
VOICE_WORDS: Mapping[str, str] = {
    "informant": N_("The informant"),
    "author": N_("The writer’s own view"),
    "commenter": N_("The commenter"),
    "document": N_("A document"),
    NO_VOICE: N_("Not told"),
}
STATUS_WORDS: Mapping[str, str] = {
    "accepted": N_("Accepted"),
    "auto": N_("Coded in one go, not accepted yet"),
    "proposed": N_("Suggested, not accepted yet"),
}
STATE_WORDS: Mapping[str, str] = {
    "placed": N_("Words as they were coded"),
    "changed": N_("The words changed"),
    "lost": N_("The words are gone"),
}
TEXT_WORDS: Mapping[str, str] = {"entry": N_("Notes"), "comment": N_("Comments")}
LAYER_WORDS: Mapping[str, str] = {"own": N_("Each coder’s own"), "adjudicated": N_("Settled in a round")}


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language in which files and sentences are written: `translate` turns message ids, `day` writes a date."""

    locale: str
    translate: Callable[[str], str]
    day: Callable[[date], str] = str

    def fill(self, text: str, **values: object) -> str:
        """Translate a message and put values into it."""
        return self.translate(text) % values

    def code(self, code: Code) -> str:
        """Name a code."""
        return code.name_en if self.locale == "en" and code.name_en else code.name_th

    def place(self, code: str) -> str:
        """Name a place in full."""
        return place(code).full(self.locale)

    def event(self, entry: Entry) -> str:
        """Write when a note's event was, as exactly as it is known; nothing where it is not told."""
        if entry.event_start is None or entry.event_end is None:
            return ""
        reading = DateReading(
            entry.event_start,
            entry.event_end,
            cast("Precision", entry.event_precision or "day"),
            cast("Calendar", entry.event_calendar or "be"),
            entry.event_written or "",
        )
        return show(reading, self.locale)

    def kind(self, key: str) -> str:
        """Name a kind of note."""
        return self.translate(KINDS[key].label) if key in KINDS else key


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a question: its words, and how the part is called (`code`, `op1`, `place`)."""

    name: str
    text: str


def clauses(question: Question, book: Book, tongue: Tongue) -> list[Clause]:
    """Return the question in words, part by part: what is found, the conditions in their order, what narrows it."""
    made = [Clause("code", _first(question.terms[0], book, tongue))]
    made += [Clause(f"op{at}", _condition(term, book, tongue)) for at, term in enumerate(question.terms[1:], start=1)]
    return made + _narrowing(question, tongue)


def sentence(question: Question, book: Book, tongue: Tongue) -> str:
    """Return the question as one line: for titles of files and lists."""
    return " · ".join(clause.text for clause in clauses(question, book, tongue))


def codes_in_words(names: Iterable[str], book: Book, tongue: Tongue) -> str:
    """Name a set of codes: “การออม” or “หนี้สิน”."""
    told = []
    for name in names:
        if name == ANY:
            return tongue.translate(N_("any code"))
        if name.startswith(GROUP):
            group = book.groups.get(int(name[1:]))
            told.append(tongue.fill(N_("a code of the group “%(name)s”"), name=group.name if group else name))
        else:
            told.append(f"“{tongue.code(book.codes[int(name)])}”")
    return f" {tongue.translate(N_('or'))} ".join(told)


def _first(term: Term, book: Book, tongue: Tongue) -> str:
    if term.codes == (ANY,):
        return tongue.translate(N_("All coded passages"))
    return tongue.fill(N_("Passages under %(codes)s"), codes=codes_in_words(term.codes, book, tongue))


def _condition(term: Term, book: Book, tongue: Tongue) -> str:
    condition = term.condition
    key = f"not-{condition.op}" if condition.is_against else condition.op
    values = {"codes": codes_in_words(term.codes, book, tongue)}
    if condition.op == "near":
        words = FAR if condition.distance else BESIDE
        values["far"] = tongue.fill(words[condition.unit], num=f"{condition.distance:,}")
    return tongue.fill(CLAUSES[key], **values)


def _narrowing(question: Question, tongue: Tongue) -> list[Clause]:
    tell = tongue.translate
    first, last = (tongue.day(day) if day else "" for day in (question.first, question.last))
    known = {
        "below": [] if question.below else [tell(N_("without the codes below"))],
        "place": [tongue.place(code) for code in question.places],
        "kind": [tongue.kind(kind) for kind in question.kinds],
        "from": [tongue.fill(N_("from %(day)s"), day=first)] if first else [],
        "to": [tongue.fill(N_("until %(day)s"), day=last)] if last else [],
        "coder": list(question.coders),
        "voice": [tell(VOICE_WORDS[voice]) for voice in question.voices],
        "actor": [question.actor] if question.actor else [],
        "tag": [f"#{tag}" for tag in question.tags],
        "status": [] if question.statuses == ("accepted",) else [tell(STATUS_WORDS[one]) for one in question.statuses],
        "state": []
        if question.states == ("placed", "changed")
        else [tell(STATE_WORDS[one]) for one in question.states],
        "in": [tell(TEXT_WORDS[one]) for one in question.texts],
        "layer": [tell(LAYER_WORDS.get(question.layer, N_("A round")))] if question.layer else [],
        "entry": [tongue.fill(N_("No. %(number)s"), number=question.entry)] if question.entry else [],
    }
    labels = {
        "coder": N_("Coder"),
        "voice": N_("Voice"),
        "actor": N_("Person or group"),
        "status": N_("Status"),
        "state": N_("Words"),
        "layer": N_("Layer"),
    }
    return [
        Clause(name, f"{tell(labels[name])}: {' / '.join(values)}" if name in labels else " / ".join(values))
        for name, values in known.items()
        if values
    ]
