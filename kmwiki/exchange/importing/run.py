"""Importing many files: each is written in a transaction of its own, so that one cannot stop another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from kmwiki.accounts.access import project_for
from kmwiki.db import session, transaction
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Conflict, Forbidden, Invalid, Unavailable, say
from kmwiki.exchange.importing.apply import Writer
from kmwiki.exchange.importing.batches import begin, log_of
from kmwiki.exchange.importing.images import fitted, kept_images
from kmwiki.exchange.importing.known import find_known
from kmwiki.exchange.importing.model import Item, Options, Report, check_options
from kmwiki.exchange.importing.pages import is_html, layouts_for
from kmwiki.exchange.importing.plan import Plan, make_plan
from kmwiki.exchange.importing.reading import Draft, read_draft
from kmwiki.exchange.reviewing.keeping import with_own_cuts
from kmwiki.places.queries import choose
from kmwiki.security.policy import Permission
from kmwiki.sources.access import demand
from kmwiki.sources.texts import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.exchange.importing.batches import Log
    from kmwiki.exchange.importing.files import Incoming
    from kmwiki.exchange.importing.known import Known
    from kmwiki.security.policy import Caller

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Import:
    """One import into one project: who asks, with which options, for real or as a dry run."""

    settings: Settings
    caller: Caller
    slug: str
    options: Options
    is_dry: bool = False
    channel: str = "cli"
    """By which door: web, api or cli."""
    job_id: int | None = None

    def check(self) -> None:
        """Refuse a project, a right or an option that there is not, before any file is read.

        NotFound, Forbidden, Invalid.
        """
        check_options(self.options, KINDS)
        if self.options.province:
            choose(self.options.province, field="province")
        with session() as opened:
            project_for(opened, self.caller, self.slug, Permission.IMPORT)

    def run(self, files: Sequence[Incoming], *, tell: Callable[[int, int], None] | None = None) -> Report:
        """Import the files in their order; `tell` hears how many are done. A bad file fails alone."""
        self.check()
        report = Report()
        planned: dict[str, Item] = {}
        log, done = self._begin(len(files))
        try:
            for number, incoming in enumerate(files):
                if tell is not None:
                    tell(number, len(files))
                item = self._import(incoming, planned, None if number in done or log is None else (log, number))
                report.items.append(item)
                if log is not None and number not in done and item.status in {"unchanged", "failed"}:
                    log.note(number, item)
        finally:
            if log is not None:  # also what was stopped amid it can be undone
                log.end()
                report.batch = log.batch_id
        if tell is not None:
            tell(len(files), len(files))
        return report

    def _begin(self, total: int) -> tuple[Log | None, set[int]]:
        """Open the batch, or go on with the one of a job that was interrupted: then some files are through already."""
        if self.is_dry:
            return None, set()
        with transaction() as opened:
            project = project_for(opened, self.caller, self.slug, Permission.IMPORT)
            batch = begin(
                opened, self.caller, project, self.options, channel=self.channel, total=total, job_id=self.job_id
            )
            return log_of(opened, batch)

    def _import(self, incoming: Incoming, planned: dict[str, Item], place: tuple[Log, int] | None) -> Item:
        try:
            draft = self.read(incoming)
            if not self.is_dry:
                draft = kept_images(draft, self.settings.attachments_dir, max_mb=self.settings.max_upload_mb)
            prepare(draft.entry.body, draft.entry.body_format)  # rendered ahead, so that others wait but briefly
            if self.is_dry:
                return self._look(incoming, draft, planned)
            with transaction() as opened:
                return self._write(opened, incoming, draft, place)
        except (Invalid, Conflict, Forbidden, Unavailable) as error:
            messages = list(error.fields.values()) if isinstance(error, Invalid) and error.fields else [error.message]
            return Item(incoming.label, "failed", warnings=messages)

    def read(self, incoming: Incoming) -> Draft:
        """Read a file. Invalid for one that cannot be taken, also where our own reading of it breaks down."""
        data = incoming.read(self.settings.max_upload_mb)
        try:
            return read_draft(
                incoming.name,
                data,
                self.options,
                layouts=layouts_for(self.settings, self.slug) if is_html(incoming.name, data, self.options) else None,
                beside=incoming.beside,
                max_mb=self.settings.max_upload_mb,
            )
        except Invalid:
            raise
        except Exception as error:
            log.exception("a file could not be read", name=incoming.name)
            raise Invalid(say("The program could not read this file; the details are in its log.")) from error

    def _look(self, incoming: Incoming, draft: Draft, planned: dict[str, Item]) -> Item:
        """Say what would be done. A file that an earlier one of the same dry run would create is found there."""
        with session() as opened:
            project = project_for(opened, self.caller, self.slug, Permission.IMPORT)
            plan, known, draft = self._decide(opened, project, draft)
        item = _item(incoming, draft, plan, known)
        if plan.action == "create":
            earlier = planned.setdefault(draft.key, item)
            if earlier is not item:
                item.status = "unchanged" if earlier.found["sha256"] == draft.sha256 else "updated"
        elif plan.action == "update" and not plan.changes_text and not plan.brings_back:
            item.status = "unchanged"
        return item

    def _decide(self, opened: Session, project: Project, draft: Draft) -> tuple[Plan, Known | None, Draft]:
        """Say what becomes of a draft. Forbidden where that is a change the caller may not make."""
        known = find_known(opened, self.caller, project.id, draft)
        if known is not None:
            authors = {one.comment.id: one.comment.author_name for one in known.comments}
            draft = with_own_cuts(draft, known.review, authors)
            draft, has_new = fitted(opened, known.entry.source, draft)
            if has_new:  # the same page, sent with images that were missing before
                known = replace(known, is_same_file=False)
        plan = make_plan(draft, known)
        if known is not None and plan.action == "update":
            demand(self.caller, Permission.WRITE, known.entry.project_id)
        return plan, known, draft

    def _write(self, opened: Session, incoming: Incoming, draft: Draft, place: tuple[Log, int] | None) -> Item:
        project = project_for(opened, self.caller, self.slug, Permission.IMPORT)
        plan, known, draft = self._decide(opened, project, draft)
        item = _item(incoming, draft, plan, known)
        writer = Writer(opened, self.caller, project, self.settings.originals_dir)
        if known is None:
            entry = writer.create(draft, plan)
            item.entry_id, item.number = entry.id, entry.number
        elif plan.action == "update":
            has_changed = writer.update(draft, plan, known)
            item.status = "created" if plan.brings_back else "updated" if has_changed else "unchanged"
        item.did = writer.trace.as_json()
        if place is not None and item.status != "unchanged":
            place[0].write(opened, place[1], item)
        return item


def _item(incoming: Incoming, draft: Draft, plan: Plan, known: Known | None) -> Item:
    statuses: dict[str, str] = {"create": "created", "update": "updated", "leave": "unchanged"}
    return Item(
        path=incoming.label,
        status="created" if plan.brings_back else statuses[plan.action],  # type: ignore[arg-type]
        entry_id=known.entry.id if known else None,
        number=known.entry.number if known else None,
        title=draft.entry.title,
        comments=len(draft.comments),
        confidence=draft.confidence,
        warnings=[*draft.warnings, *plan.warnings],
        found={**draft.found(), "sha256": draft.sha256},
    )
