"""Volume types: the catalogue, and what administrators do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope, reach_of
from cyclades.domain.model.volume_type import (
    DEFAULT_NAME,
    MAX_SPECS,
    PROVIDER,
    VolumeType,
    check_specs,
)
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.volume_types import VolumeTypeRepository

EVERYTHING = Scope(None, everything=True)


@dataclass(frozen=True, slots=True)
class VolumeTypes:
    """Reading is for everybody; the web layer admits only administrators to the rest."""

    repository: VolumeTypeRepository
    feed: Feed
    clock: Clock
    ids: Ids

    def show(self, caller: Caller, type_id: str) -> VolumeType:
        """One type. Raises NotFound, also for a private one that the caller was not given."""
        return self.repository.get(reach_of(caller), type_id)

    def default(self) -> VolumeType:
        """What volumes are of that name no type. Raises NotFound."""
        return self.repository.named(EVERYTHING, DEFAULT_NAME)

    def wanted(self, caller: Caller, name: str | None) -> VolumeType:
        """The type with this id or name, or the default. Raises NotFound."""
        return self.repository.named(reach_of(caller), name) if name else self.default()

    def page(self, listing: Listing) -> Sequence[VolumeType]:
        """A page. Raises NotFound for a bad marker."""
        return self.repository.list(listing)

    def create(
        self, name: str, description: str | None, *, is_public: bool, specs: Mapping[str, str]
    ) -> VolumeType:
        """Offer a type. Raises AlreadyExists, InvalidInput."""
        check_specs(specs)
        now = self.clock.now()
        kind = VolumeType(self.ids.new(), name, now, now, description, is_public, dict(specs))
        self.repository.add(kind)
        self._tell(kind)
        return kind

    def update(self, type_id: str, changes: Mapping[str, Any]) -> VolumeType:
        """Change name, description, is_public. Raises NotFound, AlreadyExists, InvalidInput."""
        kind = self.repository.lock(type_id)
        if kind.name == DEFAULT_NAME and changes.get("is_public") is False:
            raise InvalidInput("The default volume type is for everybody.", "is_public")
        if kind.name == DEFAULT_NAME and changes.get("name", kind.name) != kind.name:
            raise InvalidInput("The default volume type keeps its name.", "name")
        return self._save(replace(kind, **changes))

    def delete(self, type_id: str) -> None:
        """Offer it no more. Raises NotFound, InvalidInput while it is used or the default."""
        kind = self.repository.lock(type_id)
        if kind.name == DEFAULT_NAME:
            raise InvalidInput("The default volume type cannot be deleted.")
        self._tell(kind)
        try:
            self.repository.remove(type_id)
        except Conflict as error:
            raise InvalidInput(str(error)) from error

    def put_specs(self, type_id: str, specs: Mapping[str, str]) -> None:
        """Add or replace extra specs. Raises NotFound, InvalidInput."""
        check_specs(specs)
        kind = self.repository.lock(type_id)
        merged = {**kind.extra_specs, **specs}
        if len(merged) > MAX_SPECS:
            raise InvalidInput(f"A volume type has at most {MAX_SPECS} extra specs.", "extra_specs")
        self._respecify(kind, merged)

    def drop_spec(self, type_id: str, key: str) -> None:
        """Take one away. Raises NotFound."""
        kind = self.repository.lock(type_id)
        left = {name: value for name, value in kind.extra_specs.items() if name != key}
        if len(left) == len(kind.extra_specs):
            raise NotFound(f"extra spec of volume type {type_id},", key[:64])
        self._respecify(kind, left)

    def _respecify(self, kind: VolumeType, specs: Mapping[str, str]) -> None:
        changed = replace(kind, extra_specs=specs)
        # Disks do not move: whoever asks for one later has to ask who made it.
        if changed.provider != kind.provider and self.repository.used(kind.id):
            raise InvalidInput(
                f"Volume Type is currently in use: {PROVIDER} cannot change while there are "
                f"volumes of type {kind.name}.",
                "extra_specs",
            )
        self._save(changed)

    def access(self, type_id: str) -> Sequence[str]:
        """The projects that were given a private type. Raises NotFound for a public one."""
        if self.repository.get(EVERYTHING, type_id).is_public:
            raise NotFound("access list of public volume type", type_id)
        return self.repository.projects(type_id)

    def allow(self, type_id: str, project_id: str) -> None:
        """Give a project a private type. Raises Conflict for a public one."""
        kind = self._private(type_id, "added")
        self.repository.allow(type_id, project_id)
        self._publish(kind, project_id)

    def disallow(self, type_id: str, project_id: str) -> None:
        """Take it again. Raises NotFound, Conflict for a public one."""
        kind = self._private(type_id, "removed")
        self.repository.disallow(type_id, project_id)
        self._publish(kind, project_id)

    def _private(self, type_id: str, done: str) -> VolumeType:
        kind = self.repository.lock(type_id)
        if kind.is_public:
            raise Conflict(f"Project access cannot be {done}: the volume type is public.")
        return kind

    def _save(self, kind: VolumeType) -> VolumeType:
        saved = self.repository.save(replace(kind, updated=self.clock.now()))
        self._tell(saved)
        return saved

    def _tell(self, kind: VolumeType) -> None:
        self._publish(kind, None)
        for project_id in () if kind.is_public else self.repository.projects(kind.id):
            self._publish(kind, project_id)

    def _publish(self, kind: VolumeType, project_id: str | None) -> None:
        public = kind.is_public and project_id is None
        self.feed.publish(Changed("volume_type", kind.id, kind.version, project_id, public=public))
