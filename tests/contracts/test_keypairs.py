"""What any KeypairRepository does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.keypairs import SqlKeypairs
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.keypair import Keypair
from cyclades.ports.keypairs import KeypairRepository

WHEN = datetime(2026, 11, 22, 10, 0, 0, 123456, UTC)
KEY = Keypair("1", "u1", "k", "ssh", "ssh-ed25519 AAAA", "aa:bb", WHEN)


@pytest.fixture
def keypairs(connection: Connection) -> KeypairRepository:
    return SqlKeypairs(connection)


def test_what_goes_in_comes_out(keypairs: KeypairRepository) -> None:
    odd = replace(KEY, name="ключ :-)", public_key="x" * 16384)
    keypairs.add(odd)
    assert keypairs.get("u1", "ключ :-)") == odd


def test_names_are_unique_for_a_user(keypairs: KeypairRepository) -> None:
    keypairs.add(KEY)
    with pytest.raises(AlreadyExists):
        keypairs.add(replace(KEY, id="2"))
    keypairs.add(replace(KEY, id="2", user_id="u2"))
    assert (keypairs.count("u1"), keypairs.count("u2"), keypairs.count("u3")) == (1, 1, 0)


@pytest.mark.parametrize(
    "verb",
    [
        lambda keypairs: keypairs.get("u2", "k"),
        lambda keypairs: keypairs.get("u1", "K"),
        lambda keypairs: keypairs.remove("u2", "k"),
        lambda keypairs: keypairs.list("u2", 10, "k"),
    ],
)
def test_another_users_is_missing(
    keypairs: KeypairRepository, verb: Callable[[KeypairRepository], object]
) -> None:
    keypairs.add(KEY)
    with pytest.raises(NotFound):
        verb(keypairs)
    assert keypairs.count("u1") == 1


def test_pages_are_by_name(keypairs: KeypairRepository) -> None:
    for number, name in enumerate("dacb"):
        keypairs.add(replace(KEY, id=str(number), name=name))
    assert [key.name for key in keypairs.list("u1", 3)] == ["a", "b", "c"]
    assert [key.name for key in keypairs.list("u1", 3, "b")] == ["c", "d"]


def test_a_removed_one_is_gone(keypairs: KeypairRepository) -> None:
    keypairs.add(KEY)
    keypairs.remove("u1", "k")
    with pytest.raises(NotFound):
        keypairs.get("u1", "k")
