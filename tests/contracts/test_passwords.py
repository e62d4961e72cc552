"""Slow hashes: contract of ports/passwords.py."""

import pytest

from cyclades.adapters.local_identity.passwords import Argon2Passwords
from cyclades.ports.passwords import PasswordHasher


@pytest.fixture(params=["argon2"])
def passwords(request: pytest.FixtureRequest) -> PasswordHasher:
    return {"argon2": Argon2Passwords(1, 64)}[request.param]


@pytest.mark.parametrize("password", ["s3cret", "pässwörd ☃", " ", "x" * 4096])
def test_the_password_and_no_other(passwords: PasswordHasher, password: str) -> None:
    hashed = passwords.hash(password)
    assert password.strip() == "" or password not in hashed
    assert len(hashed) <= 255
    assert passwords.verify(hashed, password)
    assert not passwords.verify(hashed, password + "x")
    assert not passwords.verify(hashed, "")


def test_hashes_are_salted(passwords: PasswordHasher) -> None:
    assert passwords.hash("s3cret") != passwords.hash("s3cret")


@pytest.mark.parametrize("hashed", ["", "nonsense", "$argon2id$v=19$m=64,t=1,p=1$x$y"])
def test_no_password_fits_what_is_no_hash(passwords: PasswordHasher, hashed: str) -> None:
    assert not passwords.verify(hashed, "s3cret")
    assert not passwords.verify(hashed, "the password of nobody")


def test_costs_change(passwords: PasswordHasher) -> None:
    hashed = passwords.hash("s3cret")
    assert not passwords.outdated(hashed)
    dearer = Argon2Passwords(2, 64)
    assert dearer.outdated(hashed)
    assert dearer.verify(hashed, "s3cret")
