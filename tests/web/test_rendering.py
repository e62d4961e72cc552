"""Moments as services write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cyclades.web.rendering import iso, iso_micro

WHOLE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = WHOLE.replace(microsecond=678)
ELSEWHERE = LATER.astimezone(timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize("moment", [WHOLE, LATER, ELSEWHERE])
def test_seconds_in_utc(moment: datetime) -> None:
    assert iso(moment) == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("moment", "said"),
    [(WHOLE, "000000"), (LATER, "000678"), (ELSEWHERE, "000678")],
)
def test_microseconds_are_always_six_digits(moment: datetime, said: str) -> None:
    assert iso_micro(moment) == f"2026-01-02T03:04:05.{said}"


def test_what_has_not_happened_has_no_moment() -> None:
    assert iso(None) is None
    assert iso_micro(None) is None
