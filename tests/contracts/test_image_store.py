"""What any ImageStore does."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cyclades.adapters.files.image_store import make
from cyclades.domain.model.errors import NotFound, TooLarge, Unavailable
from cyclades.ports.image_store import ImageStore

ROOM = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return make(SimpleNamespace(settings=SimpleNamespace(image_dir=tmp_path / "images")))


def content(store: ImageStore, blob: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join(store.read(blob, start, length))


def test_what_goes_in_comes_out(store: ImageStore) -> None:
    written = store.write("one", [b"ab", b"", b"cd"], ROOM)
    assert written.size == 4
    assert written.head == b"abcd"
    assert written.md5 == hashlib.md5(b"abcd").hexdigest()
    assert written.sha512 == hashlib.sha512(b"abcd").hexdigest()
    assert content(store, "one") == b"abcd"
    assert list(store.blobs()) == ["one"]


def test_nothing_is_something_too(store: ImageStore) -> None:
    assert store.write("empty", [], ROOM).size == 0
    assert content(store, "empty") == b""


def test_the_head_is_enough_to_know_a_format_by(store: ImageStore) -> None:
    pieces = [bytes([number % 251]) for number in range(4096)]
    head = store.write("one", pieces, ROOM).head
    assert len(head) >= 128
    assert b"".join(pieces).startswith(head)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, None, b"0123456789"), (3, None, b"3456789"), (3, 4, b"3456"), (8, 9, b"89"), (0, 0, b"")],
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


def test_a_store_that_cannot_write_says_so(store: ImageStore, tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        store.write("one", [b"x"], ROOM)


def test_the_folder_may_hold_other_things(store: ImageStore, tmp_path: Path) -> None:
    store.write("one", [b"x"], ROOM)
    (tmp_path / "images" / ".keep").write_text("")
    (tmp_path / "images" / "lost+found").mkdir()
    assert list(store.blobs()) == ["one"]


def test_memory_is_bounded(store: ImageStore, tmp_path: Path) -> None:
    """A gigabyte of zeros would not fit into what this process may grow by."""

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    piece = bytes(1 << 18)
    store.write("big", (piece for _ in range(1024)), 1 << 30)
    total = sum(len(part) for part in store.read("big"))
    assert total == 256 << 20
    assert resident() - before < 16 << 20
