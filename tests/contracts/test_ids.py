"""What any Ids do."""

import re
import time
from uuid import UUID

import pytest

from cyclades.adapters.system.ids import SystemIds
from cyclades.ports.ids import Ids

MANY = 500


@pytest.fixture
def ids() -> Ids:
    return SystemIds()


def test_ids_are_uuids_of_version_7_in_canonical_form(ids: Ids) -> None:
    made = [ids.new() for _ in range(MANY)]
    assert len(set(made)) == MANY
    for text in made:
        uuid = UUID(text)
        assert str(uuid) == text
        assert uuid.version == 7
        assert uuid.variant == "specified in RFC 4122"


def test_ids_sort_by_creation(ids: Ids) -> None:
    made = []
    for _ in range(5):
        made.append(ids.new())
        time.sleep(0.002)  # ids of one millisecond come in any order
    assert made == sorted(made)


@pytest.mark.parametrize("bits", [128, 256])
def test_tokens_fit_into_urls(ids: Ids, bits: int) -> None:
    made = {ids.token(bits) for _ in range(MANY)}
    assert len(made) == MANY
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", token) for token in made)
    assert min(map(len, made)) * 6 >= bits


def test_passwords_have_each_kind_of_character(ids: Ids) -> None:
    made = {ids.password() for _ in range(MANY)}
    assert len(made) == MANY
    for password in made:
        assert re.fullmatch(r"[A-Za-z0-9]{12}", password)
        assert all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


@pytest.mark.parametrize("prefix", ["aa:00:01", "aa:00:01:02:03"])
def test_macs_keep_their_prefix(ids: Ids, prefix: str) -> None:
    for _ in range(MANY):
        mac = ids.mac(prefix)
        assert mac.startswith(f"{prefix}:")
        assert re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac)
