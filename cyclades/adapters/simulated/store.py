"""Where a simulated world is kept: one document that all processes share.

Reading costs one look at the document's version while nobody changes it: time passes in
each process's own copy, and comes out the same in all of them.
"""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from cyclades.adapters.simulated.engine import advance
from cyclades.adapters.simulated.settings import Settings
from cyclades.adapters.simulated.world import World, dump, load, new_world
from cyclades.ports.clock import Clock
from cyclades.ports.documents import Documents

Result = TypeVar("Result")


class WorldStore:
    """The world of one cluster, brought to the present before each look or change."""

    def __init__(
        self, cluster_id: str, settings: Settings, documents: Documents, clock: Clock
    ) -> None:
        """Nothing is read yet."""
        self.cluster_id = cluster_id
        self.settings = settings
        self._documents = documents
        self._clock = clock
        self._lock = Lock()
        self._name = f"simulated/{cluster_id}"
        self._cached: tuple[int, World] | None = None

    def look(self, view: Callable[[World], Result]) -> Result:
        """What `view` makes of the world as it is now; it must not change anything."""
        with self._lock:
            return view(self._present()[1])

    def change(self, verb: Callable[[World], Result]) -> Result:
        """Apply `verb` to the world and keep it; tried again when another process was faster."""
        with self._lock:
            while True:
                version, world = self._present()
                self._cached = None  # half changed, if `verb` raises
                result = verb(world)
                if self._documents.write(self._name, version, dump(world)):
                    self._cached = (version + 1, world)
                    return result

    def _present(self) -> tuple[int, World]:
        """The newest world, at the present time."""
        now = self._clock.now().timestamp()
        if self._cached is None or self._documents.version(self._name) != self._cached[0]:
            kept = self._documents.read(self._name)
            if kept is None:
                self._cached = (0, new_world(self.cluster_id, self.settings, now))
            else:
                self._cached = (kept[0], load(kept[1]))
        advance(self._cached[1], self.settings, now)
        return self._cached
