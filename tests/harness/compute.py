"""A cloud with all that servers need, and no cluster that does anything."""

from dataclasses import dataclass
from typing import Any

from cyclades.bootstrap import Application
from cyclades.bootstrap.unit import Unit
from cyclades.domain.model.image import Content, Image, Status, Visibility
from cyclades.domain.model.instance_action import SUCCESS
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.quota import UNLIMITED
from tests.harness.api import CALLERS, PROJECT, Client, client_of
from tests.harness.public_networks import make_known
from tests.harness.samples import NOW, a_cluster

SERVERS = "/compute/v2.1/servers"
NEWEST = "2.96"


@dataclass(frozen=True)
class Cloud:
    """The API, and what a body for POST /servers names."""

    application: Application
    api: Client
    image: str
    network: str

    def call(self, *arguments: Any, **more: Any) -> Any:
        return self.api.call(*arguments, **more)

    def body(self, **more: Any) -> dict[str, Any]:
        usual = {"name": "web", "imageRef": self.image, "flavorRef": "1", "networks": "auto"}
        wanted = {**usual, **more}
        return {"server": {key: value for key, value in wanted.items() if value is not ...}}

    def create(self, *, token: str = "member", version: str = NEWEST, **more: Any) -> Any:
        """A server that waits for its cluster; its answer."""
        answer = self.call("POST", SERVERS, self.body(**more), token=token, version=version)
        assert answer.status_int == 202, answer.text
        return answer.json["server"]

    def active(self, **more: Any) -> str:
        """The id of a server that was built."""
        server_id: str = self.create(**more)["id"]
        self.done(server_id, Operation.CREATE)
        return server_id

    def done(self, server_id: str, operation: Operation) -> None:
        """As if the cluster had done what was asked for last."""

        def settle(unit: Unit) -> None:
            server = unit.servers.by_id(server_id)
            effect_id, usage = server.effect_id or "", server.usage
            now = unit.app.clock.now()
            unit.outbox.finish(effect_id, "done", None, now)
            unit.instance_actions.finish(effect_id, SUCCESS, None, now)
            server.succeed(operation, effect_id, now)
            unit.server_settlement.keep(server, usage)

        self.application.atomically(settle)

    def change(self, server_id: str, **values: Any) -> None:
        """Make the server what it can not easily become."""

        def change(unit: Unit) -> None:
            server = unit.servers.by_id(server_id)
            for name, value in values.items():
                setattr(server, name, value)
            unit.servers.save(server, server.updated)

        self.application.atomically(change)

    def show(self, server_id: str, *, token: str = "member", version: str = NEWEST) -> Any:
        path = f"{SERVERS}/{server_id}"
        return self.call("GET", path, token=token, version=version, status=200).json["server"]

    def listed(self, query: str = "", *, token: str = "member", version: str = NEWEST) -> list[str]:
        """The names in a list, in its order."""
        path = f"{SERVERS}?{query}"
        answer = self.call("GET", path, token=token, version=version, status=200)
        return [server["name"] for server in answer.json["servers"]]


def furnished(application: Application) -> Cloud:
    """One cluster, the default flavors, the public network, an image."""
    image = Image(
        "11111111-2222-4333-8444-555555555555",
        PROJECT,
        NOW,
        NOW,
        name="small",
        status=Status.ACTIVE,
        visibility=Visibility.COMMUNITY,
        container_format="bare",
        disk_format="raw",
        content=Content("blob", 1024, 1024, "md5", "sha512"),
    )

    def furnish(unit: Unit) -> str:
        unit.clusters.add(a_cluster(), NOW)
        unit.flavors.ensure_default_flavors()
        unit.images.repository.add(image)
        return unit.public_network.ensure(CALLERS["admin"]).id

    network = application.atomically(furnish)
    make_known(application, "one")
    return Cloud(application, client_of(application), image.id, network)


ROOM = {"quota_instances": UNLIMITED, "quota_cores": UNLIMITED, "quota_ram": UNLIMITED}
