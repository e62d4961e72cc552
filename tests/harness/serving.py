"""Cyclades as an operator runs it: an ini file, `cyclades serve`, workers, `cyclades-manage`."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from cyclades.domain.model.cluster import ClusterConnection
from tests.harness.processes import dying_with_us, stop, wait_until

PROGRAMS = Path(sys.executable).parent
URL = re.compile(r"serves on (http://[\w.:]+)/")
PASSWORD = "only-for-tests"
DOMAIN = {"id": "default"}
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in where; `environment` is what openstack clients read."""

    auth_url: str
    username: str
    password: str
    project: str
    region: str = "RegionOne"

    def environment(self) -> dict[str, str]:
        """`OS_*` variables."""
        return {
            "OS_AUTH_URL": self.auth_url,
            "OS_USERNAME": self.username,
            "OS_PASSWORD": self.password,
            "OS_PROJECT_NAME": self.project,
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_REGION_NAME": self.region,
            "OS_IDENTITY_API_VERSION": "3",
        }

    def session(self) -> requests.Session:
        """Requests with a token of this account."""
        user = {"name": self.username, "password": self.password, "domain": DOMAIN}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": self.project, "domain": DOMAIN}},
        }
        answer = requests.post(f"{self.auth_url}/auth/tokens", json={"auth": auth}, timeout=30)
        answer.raise_for_status()
        session = requests.Session()
        session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        return session


@dataclass(slots=True)
class Installation:
    """An ini file, and the processes that were started from it."""

    home: Path
    settings: dict[str, Any]
    url: str = ""
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def ini(self) -> Path:
        """What the commands are given."""
        return self.home / "cyclades.ini"

    def write_ini(self) -> None:
        """The settings, and everything else inside `home`."""
        places = {
            "database_url": f"sqlite:///{self.home}/cyclades.sqlite",
            "var_dir": self.home,
            "secret_key_file": self.home / "secret.key",
            "image_dir": self.home / "images",
        }
        lines = [f"cyclades.{key} = {value}" for key, value in (places | self.settings).items()]
        self.ini.write_text("\n".join(["[app:main]", "use = egg:cyclades", *lines, ""]))

    def start(self, name: str, *command: str | Path) -> Process:
        """A process of ours; what it says goes to `<name>.log`."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                dying_with_us(*command), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.processes[name] = process
        return process

    def log(self, name: str) -> Path:
        """What a process said."""
        return self.home / f"{name}.log"

    def serve(self, port: int = 0, name: str = "serve") -> Process:
        """`cyclades serve`; returns when it is ready, raises RuntimeError if it ends instead."""
        process = self.start(name, PROGRAMS / "cyclades", "serve", self.ini, "--port", str(port))

        def ready() -> bool:
            said = self.log(name).read_text()
            if process.poll() is not None:
                raise RuntimeError(f"cyclades serve ended:\n{said[-2000:]}")
            found = URL.findall(said)
            self.url = found[-1] if found else ""
            return bool(found)

        wait_until(ready, "cyclades serve", seconds=60)
        return process

    def work(self, *kinds: str, name: str = "worker") -> Process:
        """`cyclades worker`, in a process of its own."""
        return self.start(name, PROGRAMS / "cyclades", "worker", *kinds, "--config", self.ini)

    def manage(self, *arguments: str | Path, **environment: str) -> str:
        """`cyclades-manage`; returns what it printed, raises RuntimeError with what it said."""
        done = subprocess.run(
            [PROGRAMS / "cyclades-manage", *arguments, "--config", self.ini],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout

    def add_cluster(self, cluster: ClusterConnection) -> None:
        """Register a cluster as an operator does."""
        self.manage(
            *("cluster", "add", cluster.id, "--endpoint", cluster.endpoint),
            *("--username", cluster.username, "--fingerprint", cluster.fingerprint),
            *(f"--option={name}={value}" for name, value in cluster.options.items()),
            CYCLADES_CLUSTER_PASSWORD=cluster.password,
        )

    def account(self, name: str) -> Account:
        """`demo` or `admin`, from the file that the first run wrote."""
        clouds = yaml.safe_load((self.home / "clouds.yaml").read_text())["clouds"]
        auth = clouds[name]["auth"]
        return Account(
            f"{self.url}/identity/v3", auth["username"], auth["password"], auth["project_name"]
        )

    def add_tenant(self, name: str) -> Account:
        """A user with the role member in a project of its own, both called `name`."""
        identity, session = f"{self.url}/identity/v3", self.account("admin").session()

        def make(noun: str, **values: str) -> str:
            body = {noun: {"name": name, "domain_id": "default", **values}}
            answer = session.post(f"{identity}/{noun}s", json=body, timeout=30)
            answer.raise_for_status()
            made: str = answer.json()[noun]["id"]
            return made

        project, user = make("project"), make("user", password=PASSWORD)
        roles = session.get(f"{identity}/roles", params={"name": "member"}, timeout=30).json()
        role = roles["roles"][0]["id"]
        path = f"{identity}/projects/{project}/users/{user}/roles/{role}"
        session.put(path, timeout=30).raise_for_status()
        return Account(identity, name, PASSWORD, name)

    def stop(self) -> None:
        """End what was started, the last first."""
        for process in reversed(self.processes.values()):
            stop(process, signal.SIGTERM)


@contextmanager
def installation(home: Path, **settings: Any) -> Iterator[Installation]:
    """An installation whose processes end with the block; nothing is started yet."""
    made = Installation(home, settings)
    made.write_ini()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def embedded(home: Path, **settings: Any) -> Iterator[Installation]:
    """SQLite, a simulated cluster, the workers in the one process; it serves already."""
    quick = {"workers": True, "simulated_cluster": True, "poll_fast": 0.2, "poll_slow": 1}
    with installation(home, **(quick | {"log_level": "WARNING"} | settings)) as made:
        made.serve()
        yield made
