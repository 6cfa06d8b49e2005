"""What one codes blind shows nowhere: whatever the others ask for, nothing changes by it."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from kmwiki.db import transaction
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.memos import service as memos
from kmwiki.memos.access import Target
from kmwiki.memos.schemas import MemoIn
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.house.test_permissions import ROWS
from tests.make_rounds import make_bench

if TYPE_CHECKING:
    from flask import Flask

    from kmwiki.security.policy import Caller
    from tests.house.matrix import Row
    from tests.make import Make
    from tests.make_rounds import Bench

CANARY = "คานารีสีเหลือง"
CODED = 1
"""The id that B's first coding gets: asked for before it is there, and after."""
ALWAYS_NEW = re.compile(
    r'nonce="[^"]*"|nonce-[\w+/=-]+|csrf[-_]token[^>]*|"(?:took_ms|seq|loaded|now)": ?[\d.]+|\?v=\w+'
    r"|took \S+ ms|<progress[^>]*>.*?</progress>|ในเวลา [^<]*|[a-f0-9]{32}|<span class=\"sum\">[^<]*</span>"
    r'|<option value="(?:\d+|\w+\.exported)">[^<]*</option>'  # the log: asking for a file is noted in it
)
PROGRESS = {"rounds.board", "rounds.index", "rounds.confirm_close", "rounds_forms.edit"}
PROGRESS |= {"api.list_rounds", "api.read_round", "activity.export"}
"""Pages that tell how far somebody is, and the log, in which asking for files is noted: looked at for the canary."""


def places_of(bench: Bench) -> dict[str, Any]:
    """Return what fills the placeholders of rows that ask for something of the bench's project."""
    entry = bench.entries[0]
    return {
        "slug": bench.project.slug,
        "number": entry.number,
        "entry": entry.id,
        "source": entry.source_id,
        "code": bench.codes["แกนนำ"],
        "other_code": bench.codes["หนี้สิน"],
        "round": bench.round_id,
        "revision": 1,
        "coding": CODED,
    }


def everything(app: Flask, make: Make, bench: Bench, who: Caller, about: str = "") -> dict[str, str]:
    """Ask for every page and answer (`about`: whose address has this) as this person; return what each tells."""
    client = app.test_client()
    places = places_of(bench)
    client.set_cookie("kmwiki", make.sign_in(who.user_id or 0, lasts=timedelta(hours=1)), domain="localhost")
    token = make.token(who.user_id or 0)
    told = {}
    for row in [*READING, *BY_ID, *SEARCHES]:
        if not re.search(about, row.url):
            continue
        headers = {"Authorization": f"Bearer {token}"} if row.url.startswith("/api/") else {}
        answer = client.get(row.url.format(**places), headers=headers, buffered=True)
        key = f"{row.endpoint} {row.url}"
        text = answer.get_data().decode("utf-8", "replace")
        told[key] = f"{answer.status_code} {ALWAYS_NEW.sub('', text)}"
    return told


def row(endpoint: str, url: str) -> Row:
    from tests.house.matrix import Row as Made  # noqa: PLC0415

    return Made(endpoint, "GET", url, "reader")


CODED_THINGS = r"coding|codes|codebook/|/e/|entries$|passages|activity|rounds|memos|/p/\{slug\}/$|review|sources|q=has"
KNOWN = {"slug", "number", "entry", "source", "code", "other_code", "round", "revision", "coding"}
READING = [
    one
    for one in ROWS
    if one.method == "GET" and "{slug}" in one.url and set(re.findall(r"\{(\w+)\}", one.url)) <= KNOWN
]
BY_ID = [
    one
    for one in ROWS
    if one.method == "GET"
    and re.search(r"\{(coding|code|source|entry)\}", one.url)
    and set(re.findall(r"\{(\w+)\}", one.url)) <= KNOWN
    and "{slug}" not in one.url
]
SEARCHES = [
    row("search", "/api/v1/projects/{slug}/search?q=หนี้"),
    row("search", "/api/v1/projects/{slug}/search?q=has:codes"),
    row("search", "/api/v1/projects/{slug}/search?q=code:แกนนำ"),
    row("search", "/api/v1/projects/{slug}/search?q=หนี้&code={code}"),
    row("search", "/api/v1/projects/{slug}/search?q=หนี้&code=none"),
    row("search", "/api/v1/projects/{slug}/search?q=หนี้&voice=informant"),
    row("search", "/api/v1/projects/{slug}/search?q=ข้อคิด"),
    row("search.page", "/p/{slug}/search?q=หนี้&code={code}"),
    row("kwic.page", "/p/{slug}/kwic?q=หนี้&code={code}"),
    row("words.page", "/p/{slug}/words?code={code}"),
    row("tagging", "/p/{slug}/tag?q=หนี้+code:แกนนำ"),
    row("retrieval", "/p/{slug}/passages?code={code}"),
    row("codings", "/api/v1/projects/{slug}/codings?status=auto"),
    row("codings", "/api/v1/projects/{slug}/codings?round={round}"),
    row("since", "/p/{slug}/e/{number}/codings/since?seq=1"),
    row("since", "/p/{slug}/e/{number}/codings/since?seq=1&round={round}"),
    row("activity", "/p/{slug}/activity-log?verb=coding.added"),
]


def code_blind(bench: Bench) -> int:
    """Let B code in the round, with a voice and a thought; return the coding's id."""
    made = bench.code(bench.b, "หนี้ของครัวเรือน", "แกนนำ", voice="informant", memo=CANARY)
    bench.code(bench.b, "ทุกคนพอใจ", "แกนนำ")
    Worker(job_kinds()).drain()
    return made


def code_openly(bench: Bench) -> int:
    """Let B code the same text in their own layer, with a memo on it, as they might have done before the round."""
    made = bench.code(bench.b, "หนี้ของครัวเรือน", "แกนนำ", voice="informant", memo=CANARY, round_id=None)
    with transaction() as session:
        source = session.get_one(Source, bench.entries[0].source_id)
        thought = MemoIn(title=CANARY, body=f"ข้อคิด {CANARY} เรื่องแกนนำ")
        memos.add_memo(session, bench.b, bench.project, Target("coding", made, source), thought)
    Worker(job_kinds()).drain()
    return made


def compare(before: dict[str, str], after: dict[str, str]) -> None:
    assert [key for key, text in after.items() if CANARY in text] == []
    assert "coding.added" not in after["activity.export /p/{slug}/activity-log.csv"]
    told = [key for key, text in after.items() if before[key] != text and key.split()[0] not in PROGRESS]
    assert not told, [*told, *unified_diff(before[told[0]].splitlines(), after[told[0]].splitlines(), n=0)]


def test_who_codes_blind_and_who_does_not_code_learns_nothing(app: Flask, make: Make) -> None:
    bench = make_bench(make)
    owner = make.member(bench.project, Role.OWNER)
    Worker(job_kinds()).drain()
    by_a, by_owner = everything(app, make, bench, bench.a), everything(app, make, bench, owner, CODED_THINGS)
    assert len(by_a) > 60
    assert code_blind(bench) == CODED
    compare(by_owner, everything(app, make, bench, owner, CODED_THINGS))
    own = code_openly(bench)
    compare(by_a, everything(app, make, bench, bench.a))
    client = app.test_client()

    def sees(who: Caller, url: str) -> bool:
        client.set_cookie("kmwiki", make.sign_in(who.user_id or 0, lasts=timedelta(hours=1)), domain="localhost")
        return CANARY in client.get(url.format(**places_of(bench))).get_data(as_text=True)

    token = {"Authorization": f"Bearer {make.token(bench.a.user_id or 0)}"}
    assert client.get(f"/api/v1/codings/{own}", headers=token).status_code == 404
    entry, desk = "/p/{slug}/e/{number}", "/p/{slug}/rounds/{round}/texts/{number}"
    assert sees(owner, entry), "who does not code in the round sees what B coded outside of it"
    assert sees(owner, "/p/{slug}/memos")
    assert sees(bench.b, desk)
    bench.close()
    assert sees(bench.a, entry)
    assert sees(bench.a, "/p/{slug}/memos")
    assert not sees(owner, "/p/{slug}/rounds/{round}/compare"), "what one alone has worked on is not compared"
