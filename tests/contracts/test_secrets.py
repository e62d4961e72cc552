"""What any Secrets do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cyclades.adapters.system.secrets import FernetSecrets, KeyFileSecrets
from cyclades.ports.secrets import Secrets

PLAIN = b"tell nobody \x00\xff"
Maker = Callable[[], Secrets]


@pytest.fixture(params=["given", "file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    """Makes the same installation's secrets again and again."""
    key = Fernet.generate_key()
    makers: dict[str, Maker] = {
        "given": lambda: FernetSecrets([key]),
        "file": lambda: KeyFileSecrets(tmp_path / "keys" / "secret.key"),
    }
    return makers[request.param]


def test_what_was_sealed_is_unsealed_by_another_process(make: Maker) -> None:
    sealed = make().seal(PLAIN)
    assert PLAIN not in sealed
    assert make().unseal(sealed) == PLAIN


def test_the_same_is_never_sealed_the_same(make: Maker) -> None:
    assert make().seal(PLAIN) != make().seal(PLAIN)


@pytest.mark.parametrize("place", [0, 9, 40, -1])
def test_what_was_tampered_with_is_refused(make: Maker, place: int) -> None:
    sealed = bytearray(make().seal(PLAIN))
    sealed[place] ^= 0x12
    with pytest.raises(ValueError, match="sealed"):
        make().unseal(bytes(sealed))
    with pytest.raises(ValueError, match="sealed"):
        make().unseal(b"")


def test_purposes_do_not_unseal_each_other(make: Maker) -> None:
    sealed = make().derived("tokens").seal(PLAIN)
    assert make().derived("tokens").unseal(sealed) == PLAIN
    for other in (make(), make().derived("guests")):
        with pytest.raises(ValueError, match="sealed"):
            other.unseal(sealed)


def test_keys_rotate() -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    sealed = FernetSecrets([old]).seal(PLAIN)
    both = FernetSecrets([new, old])
    assert both.unseal(sealed) == PLAIN
    assert FernetSecrets([new]).unseal(both.seal(PLAIN)) == PLAIN
    with pytest.raises(ValueError, match="sealed"):
        FernetSecrets([new]).unseal(sealed)


def test_the_key_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    KeyFileSecrets(path)
    assert path.stat().st_mode & 0o777 == 0o600
