"""A gateway host of an application: its configuration, and the worker that follows it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cyclades.bootstrap import Application
from tests.harness.processes import dying_with_us
from tests.harness.serving import PROGRAMS
from tests.routing.world import World

SETTINGS: Final[Mapping[str, Any]] = {
    "public_link": "br-out",
    "mac_filtered_link": "br-in",
    "router_driver": "netns",
    "scan_interval": 0.5,
}
SHARED = ("database_url", "var_dir", "secret_key_file")


@dataclass(frozen=True, slots=True)
class GatewayHost:
    """`ini` is its configuration; the log is next to it."""

    world: World
    ini: Path

    def configure(self, app: Application) -> None:
        """As the application's own: what is made there is carried here."""
        places = {name: getattr(app.settings, name) for name in SHARED}
        lines = [f"cyclades.{name} = {value}" for name, value in {**places, **SETTINGS}.items()]
        self.ini.write_text("\n".join(["[app:main]", "use = egg:cyclades", *lines, ""]))

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Until the block ends."""
        command = (PROGRAMS / "cyclades", "worker", "router", "--config", self.ini)
        inside = self.world.inside(*dying_with_us(*command))
        with self.ini.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(
                dying_with_us(*inside, signal="KILL"), stdout=log, stderr=log
            )
        try:
            yield
        finally:
            process.kill()
            process.wait()
