"""What a host remembers of a router until its next reboot: files beside the namespace."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Final

MEMORY: Final = Path("/run/cyclades/routers")


@dataclass(frozen=True, slots=True)
class Remembered:
    """`digest` of the state that is whole, or "".

    `translations`: addresses outside, and whom they stand for ("": all that is hidden), which
    connections may be using. `places` of interfaces in bridges. `advertises`: the configuration
    that a process advertises the router by, or "".
    """

    digest: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    advertises: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """One router's folder."""

    router_id: str

    @property
    def folder(self) -> Path:
        """Where it is."""
        return MEMORY / self.router_id

    def read(self) -> Remembered:
        """What was written last; nothing in particular when that is no more."""
        try:
            kept = json.loads((self.folder / "state").read_bytes())
            pairs = tuple((outer, inner) for outer, inner in kept.pop("translations"))
            return Remembered(translations=pairs, **kept)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return Remembered()

    def write(self, kept: Remembered) -> None:
        """All of it, or what was there before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / "state.new"
        beside.write_text(json.dumps(asdict(kept)))
        beside.rename(self.folder / "state")

    def forget(self) -> None:
        """Nothing is left."""
        if self.folder.exists():
            rmtree(self.folder)
