"""What stands in the way of undoing a change of the codebook, in words, with who did it and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select

from kmwiki.accounts.models import User
from kmwiki.coding.codebook.groups import live_groups
from kmwiki.coding.codebook.incoming_places import depths_of, loops_among
from kmwiki.coding.codebook.models import CodeGroupVersion
from kmwiki.coding.codebook.tree import MAX_DEPTH
from kmwiki.coding.models import CodebookChange, CodeVersion, Coding
from kmwiki.coding.seen import seen_by
from kmwiki.errors import Message, say
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.coding.codebook.models import CodeGroup
    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

MOST = 100  # clashes that are told
Kind = Literal["changed", "name", "parent", "below", "loop", "deep", "used"]
Given = dict[str, Any]


@dataclass(slots=True)
class Clash:
    """One thing in the way. `who`, `no` and `created` tell the change that put it there."""

    kind: Kind
    item_id: int
    name: str
    field: str = ""
    other: str = ""
    other_id: int | None = None
    count: int = 0
    is_group: bool = False
    who: str = ""
    no: int | None = None
    created: datetime | None = None

    @property
    def message(self) -> Message:
        """What stands in the way, and what to do."""
        if self.kind == "changed" and self.no is not None:
            return say(
                "%(who)s has changed “%(name)s” since, in version %(later)s. Undo that first, or change it by hand.",
                who=self.who or "–",
                name=self.name,
                later=self.no,
            )
        sentences: dict[Kind, Message] = {
            "changed": say("“%(name)s” has been changed since. Change it by hand.", name=self.name),
            "name": say("There would be two called “%(name)s” in one place. Rename one first.", name=self.name),
            "parent": say(
                "“%(name)s” would stand under “%(other)s”, which is no longer in use. Bring that back first.",
                name=self.name,
                other=self.other,
            ),
            "below": say("“%(other)s” stands under “%(name)s” now. Move it first.", name=self.name, other=self.other),
            "loop": say("“%(name)s” would stand under itself. Move the codes above it first.", name=self.name),
            "deep": say("The tree can have %(levels)s levels at most.", levels=MAX_DEPTH),
            "used": say(
                "Passages stand under “%(name)s” by now, %(count)s that you can read. Put them under another code "
                "first, or retire the code instead.",
                name=self.name,
                count=self.count,
            ),
        }
        return sentences[self.kind]


def clashes_of_tree(codes: Mapping[int, Code], given: Mapping[int, Given]) -> list[Clash]:
    """Return what would be wrong with the tree once the fields in `given`, by code, were put back."""

    def told(code: Code, name: str) -> Any:
        return given.get(code.id, {}).get(name, getattr(code, name))

    live = [code for code in codes.values() if told(code, "state") == "live"]
    ids = {code.id: at for at, code in enumerate(live)}
    parents = [told(code, "parent_id") for code in live]
    found: list[Clash] = []
    for code, parent_id in zip(live, parents, strict=True):
        if parent_id is None or parent_id in ids:
            continue
        parent = codes[parent_id]
        if parent.id in given and "state" in given[parent.id]:
            found.append(Clash("below", parent.id, parent.name_th, other=code.name_th, other_id=code.id))
        else:
            name = str(told(code, "name_th"))
            found.append(Clash("parent", code.id, name, other=parent.name_th, other_id=parent.id))
    above = [ids.get(parent_id) for parent_id in parents]
    loops = loops_among(above)
    found += [Clash("loop", live[at].id, live[at].name_th) for at in loops if live[at].id in given]
    if not loops:
        deep = [at for at, depth in enumerate(depths_of(above)) if depth > MAX_DEPTH]
        found += [Clash("deep", live[at].id, live[at].name_th) for at in deep]
    places: dict[tuple[int | None, str], list[Code]] = defaultdict(list)
    for code, parent_id in zip(live, parents, strict=True):
        places[parent_id, fold(str(told(code, "name_th")))].append(code)
    for same in places.values():
        back = [code for code in same if code.id in given]
        if len(same) > 1 and back:
            other = next((code for code in same if code.id not in given), same[0])
            found.append(Clash("name", back[0].id, str(told(back[0], "name_th")), other_id=other.id))
    return found


def clashes_of_groups(session: Session, project_id: int, given: Mapping[int, Given]) -> list[Clash]:
    """Return the groups that would have the name of another."""
    found: list[Clash] = []
    groups = live_groups(session, project_id) if given else []
    names = {fold(group.name): group.id for group in groups if group.id not in given}
    for group_id, fields in given.items():
        name = fields.get("name") or next((group.name for group in groups if group.id == group_id), "")
        if fields.get("state") != "deleted" and fold(str(name)) in names:
            found.append(Clash("name", group_id, str(name), is_group=True))
    return found


def clashes_of_use(
    session: Session, caller: Caller, change: CodebookChange, made: Sequence[Code | CodeGroup]
) -> list[Clash]:
    """Return the codes made by a change under which passages stand that the caller can read.

    Those which the change itself put there, and takes away again, are no hindrance.
    """
    own = {row[0] for row in (change.kept or {}).get("moved", ())}
    names = {code.id: str(getattr(code, "name_th", "")) for code in made}
    counts: dict[int, int] = defaultdict(int)
    wanted = sorted(names)
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Coding.id, Coding.code_id)
            .join(Source, Source.id == Coding.source_id)
            .where(Coding.code_id.in_(wanted[start : start + 500]), Coding.deleted.is_(None))
            .where(seen_by(caller), visible_to(caller))
        )
        for coding_id, code_id in rows:
            counts[code_id] += coding_id not in own
    return [Clash("used", code_id, names[code_id], count=count) for code_id, count in counts.items() if count]


def blame(session: Session, change: CodebookChange, clashes: list[Clash]) -> list[Clash]:
    """Find out who put each of the first clashes there, when, and in which version; the others are left out."""
    told = clashes[:MOST]
    for is_group, table, key in (
        (False, CodeVersion, CodeVersion.code_id),
        (True, CodeGroupVersion, CodeGroupVersion.group_id),
    ):
        mine = [clash for clash in told if clash.is_group == is_group]
        if mine:
            _blame_in(session, change, mine, (table, key))
    return told


def _blame_in(session: Session, change: CodebookChange, clashes: Sequence[Clash], where: tuple[Any, Any]) -> None:
    table, key = where
    ids = {clash.other_id or clash.item_id for clash in clashes}
    rows = session.execute(
        select(key, table.data, CodebookChange, func.coalesce(User.name, ""))
        .join(CodebookChange, (CodebookChange.project_id == table.project_id) & (CodebookChange.no == table.change_no))
        .outerjoin(User, User.id == CodebookChange.author_id)
        .where(key.in_(ids), table.project_id == change.project_id, table.change_no >= change.no)
        .order_by(table.change_no)
    )
    past: dict[int, list[tuple[Any, CodebookChange, str]]] = defaultdict(list)
    for item_id, data, made, who in rows:
        past[item_id].append((data, made, who))
    for clash in clashes:
        versions = past[clash.other_id or clash.item_id]
        for (old, _, _), (new, made, who) in pairwise(versions):
            if not clash.field or old.get(clash.field) != new.get(clash.field):
                clash.who, clash.no, clash.created = who, made.no, made.created
