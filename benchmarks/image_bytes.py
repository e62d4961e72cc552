"""Images' bytes through the API, against a plain copy and a bare WSGI application.

python -m benchmarks.image_bytes [MIB]
"""

import http.client
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from benchmarks.bare import PLACE
from benchmarks.ground import Ground, serve
from tests.harness.postgres import running_postgres
from tests.harness.serving import installation

T = TypeVar("T")
Taken = defaultdict[str, list[float]]
MEBIBYTE = 1 << 20
PIECE = 1 << 18
ROUNDS = 3
MIB = 1024
KB = 1024


def moving(ground: Ground, mib: int = MIB) -> dict[str, float]:
    """Throughput by way, what ours comes to, and the API's processes' growth in MiB.

    `CPU` is a server's time on a processor: it says the same on a busy machine.
    """
    bare = serve(ground.installed, "bare", "benchmarks.bare:application")
    api = Api(ground.urls["api"], ground.token)
    processes = {name: children(ground.installed.processes[name].pid) for name in ("api", "bare")}
    taken: Taken = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=ground.installed.home) as folder:
        source = Path(folder, "source")
        fill(source, mib)
        api.delete(api.up(source))  # once before it counts
        before = peak(processes["api"])
        for _ in range(ROUNDS):
            go_round(source, api, bare, partial(count, taken, processes))
        grown = peak(processes["api"]) - before
    PLACE.unlink()
    found = {way: median(each) for way, each in taken.items()}
    return {
        **{f"{way} MiB/s": mib / found[way] for way in taken if not way.endswith("CPU")},
        "ratio": max(found["up"] / found["bare up"], found["down"] / found["bare down"]),
        "up/bare": found["up"] / found["bare up"],
        "up/digested": found["up"] / found["digested up"],
        "down/bare": found["down"] / found["bare down"],
        "up/copy": found["up"] / found["copy"],
        "CPU up/bare": found["up CPU"] / found["bare up CPU"],
        "CPU up/digested": found["up CPU"] / found["digested up CPU"],
        "CPU down/bare": found["down CPU"] / found["bare down CPU"],
        "grown MiB": grown,
        "load": os.getloadavg()[0],
    }


def go_round(source: Path, api: "Api", bare: str, count: Callable[..., Any]) -> None:
    """Every way once."""
    count("copy", "bare", lambda: copy(source, source.with_name("copy")))
    count("bare up", "bare", lambda: put(bare, "/up", source))
    count("digested up", "bare", lambda: put(bare, "/digested", source))
    image = count("up", "api", lambda: api.up(source))
    count("bare down", "bare", lambda: get(bare, "/down"))
    count("down", "api", lambda: api.down(image))
    api.delete(image)


def count(
    taken: Taken, processes: Mapping[str, list[int]], way: str, server: str, work: Callable[[], T]
) -> T:
    """What some work gives; note how long it takes, and how much of a server's time."""
    used, started = on_cpu(processes[server]), time.perf_counter()
    found = work()
    taken[way].append(time.perf_counter() - started)
    taken[f"{way} CPU"].append(on_cpu(processes[server]) - used)
    return found


@dataclass(frozen=True, slots=True)
class Api:
    """Images through the API."""

    url: str
    token: str

    def up(self, source: Path) -> str:
        """A new image's id."""
        body = b'{"name": "big", "disk_format": "raw", "container_format": "bare"}'
        json = {"Content-Type": "application/json"}
        made = self.call("POST", "/image/v2/images", body, json)
        image: str = made.split(b'"id":"')[1].split(b'"')[0].decode()
        put(self.url, f"/image/v2/images/{image}/file", source, self.headers())
        return image

    def down(self, image: str) -> None:
        """Read and forget."""
        get(self.url, f"/image/v2/images/{image}/file", self.headers())

    def delete(self, image: str) -> None:
        """There is only so much room."""
        self.call("DELETE", f"/image/v2/images/{image}", None, {})

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        """Any other request's answer."""
        with connected(self.url) as connection:
            connection.request(method, path, body, self.headers() | headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status < 300, said
            return said

    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"X-Auth-Token": self.token}


@contextmanager
def connected(url: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
    connection.blocksize = PIECE
    try:
        yield connection
    finally:
        connection.close()


def put(url: str, path: str, source: Path, headers: dict[str, str] | None = None) -> None:
    """Send a file."""
    told = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(source.stat().st_size),
    }
    with connected(url) as connection, source.open("rb") as file:
        connection.request("PUT", path, file, told | (headers or {}))
        answer = connection.getresponse()
        assert answer.status == 204, answer.read()


def get(url: str, path: str, headers: dict[str, str] | None = None) -> None:
    """Read to the end."""
    room = bytearray(PIECE)
    with connected(url) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        while answer.readinto(room):
            pass


def copy(source: Path, target: Path) -> None:
    """As `cp` and `sync` do."""
    with source.open("rb") as read, target.open("wb") as written:
        moved(read, written)
        written.flush()
        os.fsync(written.fileno())


def moved(read: IO[bytes], written: IO[bytes]) -> None:
    while piece := read.read(PIECE):
        written.write(piece)


def fill(path: Path, mib: int) -> None:
    """Bytes that nothing can shorten."""
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MEBIBYTE))


def children(process: int) -> list[int]:
    """A process and all below it."""
    below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(each for child in below for each in children(int(child)))]


def on_cpu(processes: list[int]) -> float:
    """Seconds that these spent on a processor."""
    fields = (
        Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in processes
    )
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def peak(processes: list[int]) -> float:
    """The most memory that these ever had, in MiB."""
    lines = (
        line
        for process in processes
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
    )
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KB


def main() -> None:
    """By itself, without a thousand servers."""
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else MIB
    with (
        tempfile.TemporaryDirectory(prefix="cyclades-bench-") as home,
        running_postgres() as postgres,
        installation(
            Path(home), database_url=postgres.url(postgres.create()), log_level="ERROR"
        ) as installed,
    ):
        installed.manage("migrate")
        url = serve(installed, "api", "cyclades.commands.api:application")
        installed.url = url
        account = installed.account("demo")
        token = str(account.session().headers["X-Auth-Token"])
        ground = Ground(installed, None, None, {"api": url}, account, token)  # type: ignore[arg-type]  # only this is asked for
        print({name: round(value, 2) for name, value in moving(ground, mib).items()})


if __name__ == "__main__":
    main()
