"""Digests taken beside a stream are those of the whole."""

import hashlib
import os
import threading

import pytest

from cyclades.domain.services.digests import AHEAD, ENOUGH, Digests


@pytest.mark.parametrize(
    "sizes", [[], [0], [1, 2, 3], [ENOUGH], [ENOUGH - 1, 2, 7], [300_000] * 30]
)
def test_as_of_the_whole(sizes: list[int]) -> None:
    chunks = [os.urandom(size) for size in sizes]
    with Digests() as digests:
        for chunk in chunks:
            digests.add(chunk)
        found = digests.hexdigests()
    whole = b"".join(chunks)
    assert found == (hashlib.md5(whole).hexdigest(), hashlib.sha512(whole).hexdigest())


def test_threads_end_with_the_stream_however_that_ends() -> None:
    def broken() -> None:
        with Digests() as digests:
            for _ in range(3 * AHEAD):
                digests.add(bytes(ENOUGH))
            raise RuntimeError

    before = threading.active_count()
    with pytest.raises(RuntimeError):
        broken()
    assert threading.active_count() == before
