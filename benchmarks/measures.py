"""What is measured, each against its reference in the same rounds."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
from sqlalchemy import event
from webob import Request

from benchmarks import hello
from benchmarks.ground import SERVERS, Ground

ROUNDS = 9
LISTS = {
    "servers": f"/compute/v2.1/servers/detail?limit={SERVERS}",
    "ports": f"/network/v2.0/ports?limit={SERVERS}",
    "images": f"/image/v2/images?limit={SERVERS}",
    "volumes": f"/volume/v3/volumes/detail?limit={SERVERS}",
}
CLIENTS, SECONDS = 8, 6.0
HEADERS = {"OpenStack-API-Version": "compute 2.96"}
Work = Callable[[], object]


def interleaved(*works: Work, times: int) -> list[float]:
    """The median of the rounds' seconds per call, for each work."""
    seconds: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(ROUNDS):
        for work, taken in zip(works, seconds, strict=True):
            started = time.perf_counter()
            for _ in range(times):
                work()
            taken.append((time.perf_counter() - started) / times)
    return [median(taken) for taken in seconds]


def in_process(wsgi: Any, path: str, token: str = "") -> Work:
    """A GET without a network between."""

    def work() -> bytes:
        request = Request.blank(path, headers=HEADERS | {"X-Auth-Token": token})
        response = request.get_response(wsgi)
        assert response.status_int == 200, response.text
        return bytes(response.body)

    return work


def over_http(url: str, path: str, token: str = "") -> Work:
    """A GET over one connection that stays open."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def work() -> bytes:
        connection.request("GET", path, headers=HEADERS | {"X-Auth-Token": token})
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return body

    return work


def listing(ground: Ground, noun: str) -> dict[str, float]:
    """A list in detail, and the same statements by bare psycopg, made JSON by orjson."""
    ours = in_process(ground.wsgi, LISTS[noun], ground.token)
    assert len(orjson.loads(ours())[noun]) == SERVERS  # type: ignore[arg-type]  # bytes
    statements = statements_of(ground, ours)
    url = ground.app.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:

        def bare() -> bytes:
            answers = [
                connection.execute(statement, parameters).fetchall()
                for statement, parameters in statements
            ]
            return orjson.dumps(answers, default=str)

        mine, reference = interleaved(ours, bare, times=2)
    return {
        "ms": mine * 1000,
        "bare psycopg + orjson ms": reference * 1000,
        "ratio": mine / reference,
        "statements": len(statements),
    }


def statements_of(ground: Ground, work: Work) -> list[tuple[str, Any]]:
    """The SQL that some work sends."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    event.listen(ground.app.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(ground.app.engine, "before_cursor_execute", note)
    return seen


def showing(ground: Ground) -> dict[str, float]:
    """One server, and a Pyramid that says hello; both behind the same kind of server."""
    path = f"/compute/v2.1/servers/{ground.server}"
    mine, reference = interleaved(
        over_http(ground.urls["api"], path, ground.token),
        over_http(ground.urls["hello"], "/"),
        times=40,
    )
    inside, hello_inside = interleaved(
        in_process(ground.wsgi, path, ground.token),
        in_process(hello.application(), "/"),
        times=40,
    )
    return {
        "ms": mine * 1000,
        "hello world ms": reference * 1000,
        "ratio": mine / reference,
        "in-process ms": inside * 1000,
        "hello world in-process ms": hello_inside * 1000,
    }


def validating(ground: Ground) -> dict[str, float]:
    """Who a token belongs to; no statement."""
    identity, token = ground.app.identity, ground.token
    (mine,) = interleaved(lambda: identity.caller(token), times=1000)
    return {
        "us": mine * 1e6,
        "statements": len(statements_of(ground, lambda: identity.caller(token))),
    }


def creating(ground: Ground) -> dict[str, float]:
    """Accepted POST /servers a second, over several connections, a network port each."""
    numbers, address = count(1), urlsplit(ground.urls["api"]).netloc
    end = time.perf_counter() + SECONDS
    headers = HEADERS | {"X-Auth-Token": ground.token, "Content-Type": "application/json"}

    def client(_number: int) -> list[int]:
        connection = http.client.HTTPConnection(address, timeout=30)
        statuses = []
        while time.perf_counter() < end:
            server = {
                "name": f"bench-{next(numbers)}",
                "flavorRef": "1",
                "imageRef": ground.image,
                "networks": "auto",
            }
            body = orjson.dumps({"server": server})
            connection.request("POST", "/compute/v2.1/servers", body, headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        return statuses

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        statuses = [status for some in threads.map(client, range(CLIENTS)) for status in some]
    taken = time.perf_counter() - started
    accepted = statuses.count(202)
    return {"accepted per second": accepted / taken, "refused": len(statuses) - accepted}


def memory(ground: Ground) -> dict[str, float]:
    """MiB of the largest process behind each, after everything above."""
    found = {name: largest(ground.installed.processes[name].pid) for name in ground.urls}
    return {"api MiB": found["api"], "hello world MiB": found["hello"]}


def largest(parent: int) -> float:
    """The resident MiB of the largest of a process's children and itself."""
    tasks = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(resident(pid) for pid in [str(parent), *tasks])


def resident(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024
