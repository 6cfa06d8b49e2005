"""What the doctor says of an installation that is not in order, each thing once and with how to mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from kmwiki import db
from kmwiki.cli import doctor
from kmwiki.jobs.models import Job

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.config import Settings


def set_schema(version: str) -> None:
    with db.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


@pytest.mark.parametrize(("version", "advice"), [("0001", "kmwiki db upgrade"), ("9999", "install the newer one")])
def test_a_database_of_another_schema_is_one_finding(settings: Settings, version: str, advice: str) -> None:
    set_schema(version)
    with pytest.raises(ValueError, match=advice):
        doctor.check_database(settings)
    for check in (doctor.check_jobs, doctor.check_index):
        with pytest.raises(ValueError, match="before the database is in order"):
            check(settings)


def test_jobs_that_nobody_takes_up_are_told(settings: Settings) -> None:
    with db.transaction() as opened:
        opened.add(Job(kind="mail", key="trial:1", run_after=db.now() - timedelta(minutes=6)))
        opened.add(Job(kind="mail", key="trial:2"))
    with pytest.raises(ValueError, match=r"1 of 2 jobs .*kmwiki worker"):
        doctor.check_jobs(settings)
    with db.transaction() as opened:
        opened.query(Job).filter(Job.key == "trial:1").delete()
    assert doctor.check_jobs(settings) == "1 waiting"


def test_mail_is_described_with_where_its_links_lead(settings: Settings) -> None:
    assert "KMWIKI_MAIL_URL" in doctor.check_mail(settings)
    mailed = replace(settings, mail_url="smtp://km:topsecret@mail.example.org:587?starttls=1")
    assert "KMWIKI_BASE_URL is not set" in doctor.check_mail(mailed)
    told = doctor.check_mail(replace(mailed, base_url="https://km.example.org"))
    assert "smtp://mail.example.org:587" in told
    assert "https://km.example.org" in told
    assert "topsecret" not in told


def test_without_an_instance_every_finding_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    db.release()
    nowhere = replace(settings, instance=tmp_path / "nowhere")
    findings = {name: doctor.look(name, check, nowhere) for name, check in doctor.CHECKS.items()}
    assert {name for name, found in findings.items() if not found.is_well} == {
        "instance",
        "secret",
        "database",
        "jobs",
        "index",
    }
    assert not [found.detail for found in findings.values() if "Errno" in found.detail or "SELECT" in found.detail]
    assert not (tmp_path / "nowhere").exists()
