"""What any ImageStore does."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from cyclades.adapters.files import image_store as files
from cyclades.adapters.s3.image_store import make as make_s3
from cyclades.domain.model.errors import NotFound, TooLarge, Unavailable
from cyclades.ports.image_store import ImageStore
from cyclades.settings import Settings
from tests.harness.s3 import SECRET, s3_server, s3_settings, s3_store

ROOM = 1 << 20


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with s3_server() as url:
        yield url


@dataclass(frozen=True)
class Ground:
    """A store; `breaking` makes it unable to write, `litter` leaves things in it."""

    store: ImageStore
    breaking: Callable[[], object]
    litter: Callable[[], object]


def in_files(tmp_path: Path) -> Ground:
    folder = tmp_path / "images"

    def litter() -> None:
        (folder / ".keep").write_text("")
        (folder / "lost+found").mkdir()

    store = files.make(SimpleNamespace(settings=SimpleNamespace(image_dir=folder)))
    return Ground(store, lambda: folder.write_text("a file where the folder should be"), litter)


def in_s3(tmp_path: Path, url: str) -> Ground:
    store, client, bucket = s3_store(url, tmp_path)

    def litter() -> None:
        for key in (".keep", "lost+found/", "a/b"):
            client.put_object(Bucket=bucket, Key=key, Body=b"")

    return Ground(store, lambda: client.delete_bucket(Bucket=bucket), litter)


@pytest.fixture(params=["files", "s3"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    if request.param == "files":
        return in_files(tmp_path)
    return in_s3(tmp_path, request.getfixturevalue("s3_url"))


@pytest.fixture
def store(ground: Ground) -> ImageStore:
    return ground.store


def content(store: ImageStore, blob: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join(store.read(blob, start, length))


def test_what_goes_in_comes_out(store: ImageStore) -> None:
    written = store.write("one", [b"ab", b"", b"cd"], ROOM)
    assert written.size == 4
    assert written.md5 == hashlib.md5(b"abcd").hexdigest()
    assert written.sha512 == hashlib.sha512(b"abcd").hexdigest()
    assert content(store, "one") == b"abcd"
    assert list(store.blobs()) == ["one"]


def test_nothing_is_something_too(store: ImageStore) -> None:
    assert store.write("empty", [], ROOM).size == 0
    assert content(store, "empty") == b""


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, None, b"0123456789"),
        (10, None, b""),
        (3, None, b"3456789"),
        (3, 4, b"3456"),
        (8, 9, b"89"),
        (0, 0, b""),
    ],
)
def test_ranges(store: ImageStore, start: int, length: int | None, expected: bytes) -> None:
    store.write("one", [b"0123456789"], ROOM)
    assert content(store, "one", start, length) == expected


def test_a_missing_blob_is_known_before_the_first_byte(store: ImageStore) -> None:
    with pytest.raises(NotFound):
        store.read("nothing")


@pytest.mark.parametrize("name", ["../escape", "", ".hidden", "a/b", "x" * 65])
def test_odd_names_lead_nowhere(store: ImageStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.read(name)


def test_deleting_forgets_and_may_be_done_twice(store: ImageStore) -> None:
    store.write("one", [b"x"], ROOM)
    store.delete("one")
    store.delete("one")
    assert list(store.blobs()) == []
    with pytest.raises(NotFound):
        store.read("one")


def test_who_reads_already_reads_to_the_end(store: ImageStore) -> None:
    store.write("one", [b"x" * ROOM], ROOM)
    reader = store.read("one")
    pieces = iter(reader)
    first = next(pieces)
    store.delete("one")
    assert len(first + b"".join(pieces)) == ROOM
    reader.close()


def test_too_much_leaves_nothing(store: ImageStore) -> None:
    with pytest.raises(TooLarge):
        store.write("one", [b"x" * 10, b"y"], 10)
    assert list(store.blobs()) == []


def test_a_broken_source_leaves_nothing(store: ImageStore) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x" * 1000
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write("one", breaking(), ROOM)
    assert list(store.blobs()) == []


def test_a_name_is_used_once(store: ImageStore) -> None:
    def meanwhile() -> Iterator[bytes]:
        yield b"first"
        assert list(store.blobs()) == ["one"]  # unfinished blobs are listed
        with pytest.raises(NotFound):
            store.read("one")  # ... and not readable

    store.write("one", meanwhile(), ROOM)
    assert content(store, "one") == b"first"


def test_a_blob_that_was_swept_while_it_was_written_is_gone(store: ImageStore) -> None:
    def swept() -> Iterator[bytes]:
        yield b"x"
        store.delete("one")

    with pytest.raises(Unavailable):
        store.write("one", swept(), ROOM)
    assert list(store.blobs()) == []


def test_a_store_that_cannot_write_says_so(ground: Ground) -> None:
    ground.breaking()
    with pytest.raises(Unavailable) as said:
        ground.store.write("one", [b"x"], ROOM)
    assert SECRET not in str(said.value)


def test_there_may_be_other_things(ground: Ground) -> None:
    ground.store.write("one", [b"x"], ROOM)
    ground.litter()
    assert list(ground.store.blobs()) == ["one"]


def test_memory_is_bounded(store: ImageStore) -> None:
    """Half of it would not fit into what this process may grow by."""

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    piece = bytes(1 << 18)
    store.write("big", (piece for _ in range(512)), 1 << 30)
    total = sum(len(part) for part in store.read("big"))
    assert total == 128 << 20
    assert resident() - before < 40 << 20


def test_a_secret_is_its_owners_alone(tmp_path: Path) -> None:
    said = s3_settings("http://127.0.0.1:1", tmp_path)
    Path(said["s3_secret_file"]).chmod(0o640)
    with pytest.raises(PermissionError, match="chmod"):
        make_s3(SimpleNamespace(settings=Settings(**said)))
