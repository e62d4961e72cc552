"""Reasons that find jobs again, and sentences that users read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyclades.domain.model.effects import Effect, StartInstance
from cyclades.domain.model.job_errors import CANCELED, SENTENCES, UNEXPLAINED, user_sentence
from cyclades.domain.model.job_reasons import JobReason, read_reason, reason_of
from cyclades.domain.model.reports import JobOutcome, JobRank, JobReport


def report(outcome: JobOutcome | None, code: str | None = None) -> JobReport:
    return JobReport(
        cluster_id="one",
        job_id=1,
        rank=JobRank.FINAL if outcome else JobRank.RUNNING,
        outcome=outcome,
        opcode="OP_INSTANCE_CREATE",
        instance="one",
        error_code=code,
        message="node1.example.com: /srv/secret is full",
    )


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        (report(None), ""),
        (report(JobOutcome.SUCCESS), ""),
        (report(JobOutcome.CANCELED), CANCELED),
        (report(JobOutcome.ERROR), UNEXPLAINED),
        (report(JobOutcome.ERROR, "something new"), UNEXPLAINED),
        *((report(JobOutcome.ERROR, code), sentence) for code, sentence in SENTENCES.items()),
    ],
)
def test_a_failed_job_has_a_sentence_for_users(job: JobReport, sentence: str) -> None:
    assert user_sentence(job) == sentence
    assert "node1" not in user_sentence(job)


def test_what_our_os_definition_says_last_is_for_users() -> None:
    log = "OS create script failed (exited with exit code 1), last lines in the log file:\n"
    log += "resize2fs: /srv/secret\ncyclades-image: The disk is too small: it has 1 GiB."
    job = replace(report(JobOutcome.ERROR), message=log)
    assert user_sentence(job) == "The disk is too small: it has 1 GiB."


def test_a_reason_is_read_back() -> None:
    effect = Effect("0190-ab", "one", "server", 1, "req-0190", StartInstance("one"))
    assert reason_of(effect) == "cyc:0190-ab req:req-0190"
    assert read_reason(reason_of(effect)) == JobReason("0190-ab", "req-0190")


@pytest.mark.parametrize(
    ("text", "effect_id"),
    [
        ("", None),
        ("a note", None),
        ("cyc:", None),
        ("cyc:" + "x" * 65, None),
        ("bicyc:abc", None),
        ("cyc:abc", "abc"),
        ("ticket 7 cyc:abc req:", "abc"),
        ("cyc:a/../b", None),
    ],
)
def test_other_reasons_are_not_ours(text: str, effect_id: str | None) -> None:
    reason = read_reason(text)
    assert (reason.effect_id if reason else None) == effect_id


@given(st.text())
def test_any_text_can_be_a_reason(text: str) -> None:
    assert read_reason(text) is None or "cyc:" in text
