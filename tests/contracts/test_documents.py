"""What every Documents does."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cyclades.adapters.sql.documents import SqlDocuments
from cyclades.adapters.sql.engine import make_engine
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.ports.documents import Documents

POSTGRES = pytest.param("postgres_database_url", marks=pytest.mark.real_postgres)


@pytest.fixture(params=["memory", "sqlite_database_url", POSTGRES])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    engine = make_engine(request.getfixturevalue(request.param))
    yield SqlDocuments(engine)
    engine.dispose()


def test_what_was_never_written_is_not_there(documents: Documents) -> None:
    assert documents.read("one") is None
    assert documents.version("one") == 0
    assert not documents.write("one", 3, b"from nowhere")
    assert documents.read("one") is None


def test_a_document_changes_version_by_version(documents: Documents) -> None:
    assert documents.write("one", 0, b"first \x00\xff")
    assert documents.read("one") == (1, b"first \x00\xff")
    assert documents.write("one", 1, b"second")
    assert documents.read("one") == (2, b"second")
    assert documents.version("one") == 2
    assert documents.read("other") is None


def test_who_saw_an_old_version_loses(documents: Documents) -> None:
    assert documents.write("one", 0, b"first")
    assert not documents.write("one", 0, b"late")
    assert documents.write("one", 1, b"second")
    assert not documents.write("one", 1, b"late")
    assert documents.read("one") == (2, b"second")


def test_no_change_is_lost_among_many_writers(documents: Documents) -> None:
    def retried(change: Callable[[int], int]) -> None:
        while True:
            version, content = documents.read("count") or (0, b"0")
            if documents.write("count", version, str(change(int(content))).encode()):
                return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: retried(lambda count: count + 1), range(40)))
    assert documents.read("count") == (40, b"40")
