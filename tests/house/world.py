"""A small world for the permission matrix: a project with one of everything, seen by people of every level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.accounts import one_time_links
from kmwiki.accounts.models import ApiToken, Project, SignInSession
from kmwiki.analysis.stop_words import set_stop_word
from kmwiki.coding import service as coding
from kmwiki.coding.batches import tagging
from kmwiki.coding.codebook import groups as code_groups
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import Code
from kmwiki.coding.schemas import CodingIn, GroupIn
from kmwiki.comments import service as comments
from kmwiki.config import Settings
from kmwiki.db import now, transaction
from kmwiki.entries import service as entries
from kmwiki.entries.schemas import EntryIn, Origin
from kmwiki.exchange.importing.models import ImportBatch
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.memos import service as memos
from kmwiki.memos.access import Target
from kmwiki.memos.schemas import MemoIn
from kmwiki.notifications.hit_letters import PURPOSE
from kmwiki.notifications.models import Notice
from kmwiki.quotes import service as quotes
from kmwiki.retrieval import exporting
from kmwiki.retrieval import saved as retrievals
from kmwiki.retrieval.models import SavedRetrieval
from kmwiki.search import saved, terms
from kmwiki.search.dictionary import Term
from kmwiki.search.models import SavedSearch
from kmwiki.security.policy import Caller, Role
from kmwiki.security.signing import sign
from kmwiki.sources import attachments
from kmwiki.sources.clearing import clear_personal
from kmwiki.sources.models import Source
from tests.house.world_rounds import run_rounds
from tests.make_html import png

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.make import Make

BODY = "วันนี้มีประชุมทีมสนับสนุน มาครบทุกคน"


@dataclass
class World:
    """Who is there, and the ids that the placeholders of a row stand for."""

    people: dict[str, Caller | None]
    places: dict[str, Any]


def build_world(make: Make) -> World:
    """Make a project whose texts and codings belong to a supervisor: nobody below may change them as their own."""
    project, other = make.project("ours"), make.project("theirs")
    author = make.member(project, Role.SUPERVISOR)
    people: dict[str, Caller | None] = {role.label: make.member(project, role) for role in Role}
    make.member(project, Role.OWNER)  # so that the first owner is never the last
    people |= {
        "anyone": None,
        "signed_in": make.caller(make.user()),
        "outsider": make.member(other, Role.OWNER),
        "admin": make.caller(make.user(is_admin=True)),
    }
    victim = make.user(email="victim@example.org")
    make.member(project, Role.READER, user=victim)
    with transaction() as session:
        places = fill(session, author, project_id=project.id)
        places["user"], places["email"] = victim.id, victim.email
        coder = people["researcher"]
        assert coder is not None
        places |= run_rounds(session, session.get_one(Project, project.id), author, (coder, author), places)
        places |= keep_search(session, author, people["reader"], project_id=project.id)
        places["link"] = one_time_links.create_link(session, author, victim, purpose="sign_in")
    places |= {"slug": project.slug, "free_slug": "free"}
    Worker(job_kinds()).drain()
    with transaction() as session:
        letter = Job(kind="mail", key="trial:1", state="failed", payload={"letter": "trial", "user": victim.id})
        session.add(letter)
        session.flush()
        places["letter"] = letter.id
    return World(people, places)


def fill(session: Session, author: Caller, *, project_id: int) -> dict[str, Any]:
    """Put one of everything into the project, through the services."""
    project = session.get_one(Project, project_id)
    data = EntryIn(kind="reflection", title="บันทึกสมมุติ", body=BODY, body_format="plain", status="published")
    entry = entries.create_entry(session, author, project, data)
    session.flush()
    source = session.get_one(Source, entry.source_id)
    comment = comments.add_comment(session, author, source, body="เห็นด้วยค่ะ")
    imported = comments.add_comment(session, author, source, body="ขอบคุณครับ", is_imported=True)
    thrown = entries.create_entry(session, author, project, data.model_copy(update={"title": "บันทึกที่ทิ้ง"}))
    entries.bin_entry(session, author, thrown)
    kept = attachments.keep_bytes(BytesIO(png()), Settings.from_environment().attachments_dir, max_mb=1)
    image = attachments.add_attachment(session, author, source, name="a.png", kept=kept)
    gone = attachments.add_attachment(session, author, source, name="b.png", kept=kept)
    attachments.bin_attachment(session, author, source, gone)
    told = data.model_copy(update={"title": "บันทึกที่นำเข้า", "origin": Origin(system="file")})
    brought = entries.create_entry(session, author, project, told)
    batch = ImportBatch(project_id=project_id, user_id=author.user_id, channel="web", finished=now())
    session.add(batch)
    code = Code(project_id=project_id, guid="11111111-1111-4111-8111-111111111111", name_th="การออม")
    other_code = Code(project_id=project_id, guid="22222222-2222-4222-8222-222222222222", name_th="หนี้สิน")
    job = Job(kind="import", key="one", state="done", project_id=project_id, user_id=author.user_id, is_kept=True)
    session.add_all([code, other_code, job])
    session.flush()
    thought = MemoIn(title="คิดต่อ", body="ดู [[note:1]] อีกครั้ง")
    memo = memos.add_memo(session, author, project, Target("entry", entry.id, source), thought)
    memo.source.author_id = None
    thrown_memo = memos.add_memo(session, author, project, Target("project", project.id), thought)
    memos.bin_memo(session, author, thrown_memo)
    term = terms.add_term(session, author, project, Term("คกท.", "คณะทำงานกลาง"))
    set_stop_word(session, author, project, "สมมุติ", "stop")
    cleared = clear_personal(session, author, project_id, "02-555-0199")
    wanted = CodingIn(code_id=code.id, start=0, end=6, quote=BODY[:6], revision=1)
    coding_row, _ = coding.add_coding(session, author, source, wanted)
    spots = [tagging.Spot(source.id, 1, 6, 10)]
    order = tagging.Order(code_id=other_code.id, spots=spots, key="world", query={"q": ["ประชุม"]})
    together, _ = tagging.tag(session, author, project, order)
    quote, _ = quotes.pin(session, author, source, start=0, end=6)
    group = code_groups.create_group(session, author, project, GroupIn(name="กลุ่มรหัส", code_ids=[code.id]))
    session.flush()
    return {
        "quote": quote.id,
        "number": entry.number,
        "entry": entry.id,
        "source": source.id,
        "revision": 1,
        "comment": comment.id,
        "imported_comment": imported.id,
        "binned": thrown.number,
        "imported": brought.number,
        "batch": batch.id,
        "attachment": image.id,
        "attachment_name": image.name,
        "binned_attachment": gone.id,
        "code": code.id,
        "other_code": other_code.id,
        "coding": coding_row.id,
        "code_group": group.id,
        "codebook_change": last_change(session, project_id),
        "coding_batch": together.id,
        "job": job.id,
        "cleared": cleared.id,
        "term": term.id,
        "memo": memo.id,
        "binned_memo": thrown_memo.id,
    }


def keep_search(session: Session, author: Caller, reader: Caller | None, *, project_id: int) -> dict[str, Any]:
    """Share a search that finds the notes; a reader has a feed of it. What is each person's own has no id yet."""
    assert reader is not None
    project = session.get_one(Project, project_id)
    draft = saved.Draft("เรื่องประชุม", {"q": ["ประชุม"]}, is_shared=True)
    row = saved.save_search(session, author, project, draft, saved.Follow())
    asked = retrievals.Draft("ช่วงของเรา", {"code": ["any"]}, is_shared=True)
    return {
        "retrieval": retrievals.save_retrieval(session, author, project, asked).id,
        **dict.fromkeys(("own_retrieval", "own_removed_retrieval", "passages_job"), 0),
        "search": row.id,
        "feed_key": saved.make_feed(session, reader, row),
        "letters_stop": sign(Settings.from_environment(), PURPOSE, str(author.user_id)),
        **dict.fromkeys(("own_search", "own_removed_search", "notice"), 0),
    }


def own_rows(session: Session, user_id: int) -> dict[str, int]:
    """Make a token, a session and a job of that person, for the routes that end or show one's own."""
    token = ApiToken(user_id=user_id, name="x", token_hash=f"t{user_id}")
    row = SignInSession(user_id=user_id, token_hash=f"s{user_id}", expires=now() + timedelta(hours=1))
    job = Job(kind="import", key=f"own{user_id}", state="done", user_id=user_id, is_kept=True)
    project_id = session.scalars(select(Job.project_id).where(Job.key == "one")).one()
    job.project_id = project_id
    query = {"q": ["ประชุม"]}
    search = SavedSearch(project_id=project_id, owner_id=user_id, name="ของฉัน", query=query)
    removed = SavedSearch(project_id=project_id, owner_id=user_id, name="ที่ลบ", query=query, deleted=now())
    session.add_all([token, row, job, search, removed])
    session.flush()
    source_id = session.scalar(select(Source.id).where(Source.project_id == project_id).order_by(Source.id).limit(1))
    asked = {"code": ["any"]}
    kept = SavedRetrieval(project_id=project_id, owner_id=user_id, name="ของฉัน", query=asked)
    gone = SavedRetrieval(project_id=project_id, owner_id=user_id, name="ที่ลบ", query=asked, deleted=now())
    file = own_file(project_id or 0, user_id)
    session.add_all([kept, gone, file])
    notice = Notice(user_id=user_id, search_id=search.id, source_id=source_id)
    session.add(notice)
    session.flush()
    return {
        "token_id": token.id,
        "session_id": row.id,
        "job": job.id,
        "own_search": search.id,
        "own_removed_search": removed.id,
        "notice": notice.id,
        "own_retrieval": kept.id,
        "own_removed_retrieval": gone.id,
        "passages_job": file.id,
    }


def own_file(project_id: int, user_id: int) -> Job:
    """Make a file of passages that the person can fetch, and return its job."""
    token = f"{user_id:032x}"
    root = exporting.folder(Settings.from_environment())
    root.mkdir(exist_ok=True)
    (root / token).write_bytes(b"x")
    job = Job(kind=exporting.KIND, key=token, state="done", project_id=project_id, user_id=user_id, is_kept=True)
    job.payload = {"token": token, "format": "csv", "query": {"code": ["any"]}, "locale": "th"}
    job.finished = now()
    return job
