"""Concordances and word counts as table files; each one that leaves is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kmwiki.analysis.frequencies import per_share
from kmwiki.analysis.kwic import concordance
from kmwiki.analysis.stop_words import stop_list
from kmwiki.analysis.telling import told
from kmwiki.analysis.wordlist import MOST_ROWS, compare, count, key_word_out
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_, Invalid, say
from kmwiki.events.service import record
from kmwiki.formats.spreadsheets import write_csv, write_xlsx
from kmwiki.search.facets import TYPE_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kmwiki.analysis.schemas import LineOut
    from kmwiki.analysis.wordlist import Asking, Wish
    from kmwiki.formats.spreadsheets import Cell
    from kmwiki.search.request import SearchRequest

Format = Literal["csv", "xlsx"]
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
LINE_HEADS = (
    N_("Number"),
    N_("Title"),
    N_("What it is"),
    N_("Kind"),
    N_("Province"),
    N_("Date of the event"),
    N_("Who wrote it"),
    N_("Part"),
    N_("Before"),
    N_("Keyword"),
    N_("After"),
    N_("Link"),
)
PART_LABELS = {"title": N_("Title"), "lead": N_("Lead"), "body": N_("Text"), "fields": N_("Fields")}
WORD_HEADS = (N_("Word"), N_("How often"), N_("Per 10,000 words"), N_("Texts"), N_("Dispersion (DP)"))
COMPARE_HEADS = (
    N_("Word"),
    N_("How often in A"),
    N_("Per 10,000 in A"),
    N_("How often in B"),
    N_("Per 10,000 in B"),
    N_("More in"),
    N_("Log-likelihood"),
    N_("p below"),
    N_("Log ratio"),
    N_("Difference in percent"),
)


def read_format(value: str) -> Format:
    """Read which kind of file is wanted. Invalid for one that is not made here."""
    if value == "xlsx":
        return "xlsx"
    if value in {"", "csv"}:
        return "csv"
    raise Invalid.one("format", say("%(value)s is none of: %(names)s.", value=value[:80], names="csv, xlsx"))


def _file(asking: Asking, form: Format, title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    header = [asking.translate(head) for head in heads]
    if form == "csv":
        return write_csv(header, rows).encode()
    return write_xlsx(title, header, rows)


def kwic_file(
    asking: Asking, request: SearchRequest, form: Format, *, width: int, sort: str, among: str = "", site: str
) -> bytes:
    """Return the whole concordance as a file; `site` is what addresses begin with. Records `kwic.exported`."""
    found = concordance(
        asking.session, asking.caller, asking.project, request, sort=sort, among=among, locale=asking.locale
    )
    lines = told(asking.session, asking.project, found.lines, width)
    made = _file(
        asking, form, asking.translate(N_("Concordance")), LINE_HEADS, (_row(asking, site, one) for one in lines)
    )
    count_ = len(found.lines)
    record(asking.session, asking.caller, "kwic.exported", project_id=asking.project.id, format=form, lines=count_)
    return made


def _row(asking: Asking, site: str, line: LineOut) -> list[Cell]:
    names = (one.name_en if asking.locale == "en" else one.name_th for one in line.provinces)
    kind = KINDS.get(line.kind)
    return [
        line.number,
        line.title,
        asking.translate(TYPE_LABELS.get(line.type, line.type)),
        asking.translate(kind.label) if kind is not None else line.kind,
        ", ".join(names),
        line.event_date,
        line.author,
        asking.translate(PART_LABELS[line.part]),
        line.left,
        line.keyword,
        line.right,
        site.rstrip("/") + line.url,
    ]


def words_file(asking: Asking, request: SearchRequest, wish: Wish, form: Format) -> bytes:
    """Return the words of a selection as a file. Records `words.exported`."""
    counted = count(asking, request, wish, stop_list(asking.session, asking.project.id))
    total, words = counted.table.total, counted.table.words[:MOST_ROWS]
    rows = ((word.shown, word.count, per_share(word.count, total), word.texts, word.dp) for word in words)
    made = _file(asking, form, asking.translate(N_("Word counts")), WORD_HEADS, rows)
    record(asking.session, asking.caller, "words.exported", project_id=asking.project.id, format=form, words=len(words))
    return made


def compare_file(
    asking: Asking, requests: tuple[SearchRequest, SearchRequest | None], wish: Wish, form: Format, *, sort: str
) -> bytes:
    """Return a comparison as a file. Records `words.exported`."""
    compared = compare(asking, requests, wish, sort=sort)
    found = compared.rows[:MOST_ROWS]
    rows = (_compared_row(key_word_out(compared, row).model_dump()) for row in found)
    made = _file(asking, form, asking.translate(N_("Compared words")), COMPARE_HEADS, rows)
    record(asking.session, asking.caller, "words.exported", project_id=asking.project.id, format=form, words=len(found))
    return made


def _compared_row(row: dict[str, Cell]) -> list[Cell]:
    names = ("word", "count", "per_10000", "other_count", "other_per_10000")
    side = {1: "A", -1: "B"}.get(int(row["direction"] or 0), "")
    return [
        *(row[name] for name in names),
        side,
        row["log_likelihood"],
        row["p"],
        row["log_ratio"],
        row["percent_diff"],
    ]
