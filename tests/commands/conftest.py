"""Fixtures: an ini file."""

from pathlib import Path

import pytest


@pytest.fixture
def ini(tmp_path: Path, sqlite_database_url: str) -> Path:
    """An installation's; nothing is in its database but what migrations make."""
    path = tmp_path / "cyclades.ini"
    path.write_text(
        "[app:main]\nuse = egg:cyclades\n"
        f"cyclades.database_url = {sqlite_database_url}\n"
        f"cyclades.var_dir = {tmp_path}\n"
        f"cyclades.secret_key_file = {tmp_path / 'secret.key'}\n"
    )
    return path
