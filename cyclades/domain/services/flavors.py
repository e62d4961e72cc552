"""Flavors: the catalogue, and what administrators do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import Conflict, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.flavor import Flavor, FlavorQuery, default_flavors
from cyclades.domain.model.flavor_specs import MAX_SPECS, check_keys, check_known
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.sharing import Scope, reach_of
from cyclades.ports.feed import Feed
from cyclades.ports.flavors import FlavorRepository
from cyclades.ports.ids import Ids

EVERYTHING = Scope(None, everything=True)


@dataclass(frozen=True, slots=True)
class FlavorCatalogue:
    """Reading is for everybody; the web layer admits only administrators to the rest."""

    repository: FlavorRepository
    feed: Feed
    ids: Ids

    def show(self, caller: Caller, flavor_id: str) -> Flavor:
        """One flavor. Raises NotFound, also for a private one that the caller was not given."""
        return self.repository.get(reach_of(caller), flavor_id)

    def page(self, caller: Caller, query: FlavorQuery) -> Sequence[Flavor]:
        """A page; only administrators see other than public, given and enabled ones."""
        if not caller.is_admin:
            query = replace(query, is_public=True, with_disabled=False)
            return self.repository.list(Scope(caller.project_id), query)
        scope = Scope(caller.project_id, everything=True)
        return self.repository.list(scope, replace(query, with_disabled=True))

    def create(self, wanted: Flavor) -> Flavor:
        """Offer it; without an id it gets one. Raises AlreadyExists."""
        flavor = wanted if wanted.id else replace(wanted, id=self.ids.new())
        self.repository.add(flavor)
        self._tell(flavor)
        return flavor

    def describe(self, flavor_id: str, description: str | None) -> Flavor:
        """Change the description."""
        self.repository.describe(flavor_id, description)
        flavor = self.repository.get(EVERYTHING, flavor_id)
        self._tell(flavor)
        return flavor

    def delete(self, flavor_id: str) -> None:
        """Offer it no more; servers keep their copy."""
        self._tell(self.repository.get(EVERYTHING, flavor_id))
        self.repository.remove(flavor_id)

    def put_specs(self, flavor_id: str, specs: Mapping[str, str], *, known_only: bool) -> None:
        """Add or replace extra specs. `known_only`: compute's namespaces are checked."""
        check_keys(specs)
        if known_only:
            check_known(specs)
        self.repository.change_specs(flavor_id, specs, ())
        flavor = self.repository.get(EVERYTHING, flavor_id)
        if len(flavor.extra_specs) > MAX_SPECS:
            raise Conflict(f"Flavor {flavor_id} would have more than {MAX_SPECS} extra specs.")
        self._tell(flavor)

    def drop_spec(self, flavor_id: str, key: str) -> None:
        """Take an extra spec away. Raises NotFound."""
        self.repository.change_specs(flavor_id, {}, (key,))
        self._tell(self.repository.get(EVERYTHING, flavor_id))

    def access(self, flavor_id: str) -> Sequence[str]:
        """The projects that were given a private flavor. NotFound for a public one."""
        if self.repository.get(EVERYTHING, flavor_id).is_public:
            raise NotFound("access list of public flavor", flavor_id)
        return self.repository.projects(flavor_id)

    def allow(self, flavor_id: str, project_id: str) -> Sequence[str]:
        """Give a project a private flavor. Raises Conflict for a public one."""
        if self.repository.get(EVERYTHING, flavor_id).is_public:
            raise Conflict("Can not add access to a public flavor.")
        self.repository.allow(flavor_id, project_id)
        self._publish(flavor_id, project_id)
        return self.repository.projects(flavor_id)

    def disallow(self, flavor_id: str, project_id: str) -> Sequence[str]:
        """Take it again. Raises NotFound, Conflict for a public one."""
        if self.repository.get(EVERYTHING, flavor_id).is_public:
            raise Conflict("Can not remove access from a public flavor.")
        self.repository.disallow(flavor_id, project_id)
        self._publish(flavor_id, project_id)
        return self.repository.projects(flavor_id)

    def ensure_default_flavors(self) -> None:
        """Offer the default flavors where there are none."""
        if not self.repository.count():
            for flavor in default_flavors():
                self.repository.add(flavor)
                self._tell(flavor)

    def _tell(self, flavor: Flavor) -> None:
        self._publish(flavor.id, None, public=flavor.is_public)
        for project_id in () if flavor.is_public else self.repository.projects(flavor.id):
            self._publish(flavor.id, project_id)

    def _publish(self, flavor_id: str, project_id: str | None, *, public: bool = False) -> None:
        # Flavors have no version: whoever hears of the change asks again.
        self.feed.publish(Changed("flavor", flavor_id, 0, project_id, public=public))
