"""Fixtures: commands run in this process must not take over its logging for good."""

import pytest


@pytest.fixture(autouse=True)
def logging_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyclades.commands.ini.configure_logging", lambda _level: None)
