"""/networks."""

from typing import Any

from tests.harness.api import OTHER_PROJECT, PROJECT
from tests.web.golden import differences, exchange
from tests.web.network.conftest import Network

URL = "/network/v2.0/networks"


def test_in_their_shape(net: Network) -> None:
    recorded = exchange(f"POST {URL}", status=201)
    made = net.call("POST", "/networks", recorded.body, status=201).json
    assert differences(recorded.answer, made) == []
    shown = net.call("GET", f"/networks/{made['network']['id']}").json
    assert shown == made
    assert net.call("GET", "/networks").json["networks"] == [shown["network"]]


def test_a_new_one(net: Network) -> None:
    made = net.make("network", name="ü", mtu=1400, description="d", admin_state_up=False)
    assert (made["mtu"], made["status"], made["subnets"]) == (1400, "ACTIVE", [])
    assert (made["project_id"], made["tenant_id"]) == (PROJECT, PROJECT)
    assert (made["shared"], made["router:external"], made["revision_number"]) == (False, False, 1)


def test_only_administrators_see_links(net: Network) -> None:
    made = net.make("network")
    seen = net.call("GET", f"/networks/{made['id']}", token="admin").json["network"]
    assert seen["provider:physical_network"] == "prv0"
    assert not [name for name in made if name.startswith("provider:")]


def test_several_at_once_or_none(net: Network) -> None:
    body: dict[str, Any] = {"networks": [{"name": "a"}, {"name": "b"}]}
    made = net.call("POST", "/networks", body, status=201).json["networks"]
    assert [each["name"] for each in made] == ["a", "b"]
    body["networks"].append({"name": "c", "shared": True})
    assert net.refused("POST", "/networks", body, 403) == "PolicyNotAuthorized"
    assert len(net.ids("/networks")) == 2


def test_update(net: Network) -> None:
    made = net.make("network", name="a")
    path = f"/networks/{made['id']}"
    change = {"name": "b", "description": "hello", "admin_state_up": False}
    changed = net.call("PUT", path, {"network": change}, status=200).json["network"]
    assert {name: changed[name] for name in change} == change
    assert changed["revision_number"] == 2
    assert net.call("GET", path).json["network"] == changed


def test_a_revision_that_has_passed(net: Network) -> None:
    path = f"/networks/{net.make('network')['id']}"
    body = {"network": {"description": "y"}}
    for method, sent in (("PUT", body), ("DELETE", None)):
        stale = net.call(method, path, sent, headers={"If-Match": "revision_number=7"}, status=412)
        recorded = exchange(f"PUT {URL}/{{id}}", status=412)
        assert differences(recorded.answer, stale.json) == []
        assert stale.json["NeutronError"]["type"] == "RevisionNumberConstraintFailed"
    net.call("PUT", path, body, headers={"If-Match": "revision_number=1"}, status=200)
    net.call("PUT", path, body, headers={"If-Match": "nonsense"}, status=400)


def test_it_stays_while_ports_are_on_it(net: Network) -> None:
    network, _ = net.wired()
    port = net.make("port", network_id=network["id"])
    path = f"/networks/{network['id']}"
    assert net.refused("DELETE", path, None, 409) == "NetworkInUse"
    net.call("DELETE", f"/ports/{port['id']}", status=204)
    net.call("DELETE", path, status=204)
    assert net.refused("GET", path, None, 404) == "NetworkNotFound"
    assert net.ids("/subnets") == []
    quotas = net.api.call("GET", f"/network/v2.0/quotas/{PROJECT}/details.json").json["quota"]
    assert [quotas[name]["used"] for name in ("network", "subnet", "port")] == [0, 0, 0]


def test_what_is_another_s_looks_like_what_is_not(net: Network) -> None:
    hidden = f"/networks/{net.make('network', token='other')['id']}"
    messages = set()
    for path in (hidden, "/networks/no-such"):
        for method, body in (("GET", None), ("PUT", {"network": {}}), ("DELETE", None)):
            answer = net.call(method, path, body, status=404).json["NeutronError"]
            messages.add(answer["message"].replace(path.rpartition("/")[2], "X"))
    assert messages == {"Network X could not be found."}
    assert net.ids("/networks") == []
    assert len(net.ids("/networks", token="admin")) == 1


def test_external_and_shared_ones_are_for_everybody_to_see(net: Network) -> None:
    shared = net.make("network", token="admin", shared=True, **{"router:external": True})
    path = f"/networks/{shared['id']}"
    assert net.ids("/networks?router:external=True", token="other") == [shared["id"]]
    net.call("GET", path, token="other", status=200)
    for method, body in (("PUT", {"network": {"name": "x"}}), ("DELETE", None)):
        assert net.refused(method, path, body, 403, token="other") == "PolicyNotAuthorized"
    subnet = {"subnet": {"network_id": shared["id"], "cidr": "10.0.0.0/24", "ip_version": 4}}
    net.refused("POST", "/subnets", subnet, 403, token="other")


def test_what_only_administrators_say(net: Network) -> None:
    path = f"/networks/{net.make('network')['id']}"
    for attribute in ("shared", "router:external", "is_default"):
        body = {"network": {attribute: True}}
        for method, where in (("POST", "/networks"), ("PUT", path)):
            assert net.refused(method, where, body, 403) == "PolicyNotAuthorized"
        net.call("PUT", path, {"network": {attribute: False}}, status=200)


def test_for_another_project(net: Network) -> None:
    body = {"network": {"project_id": OTHER_PROJECT}}
    net.refused("POST", "/networks", body, 403)
    made = net.call("POST", "/networks", body, token="admin", status=201).json["network"]
    assert net.ids("/networks", token="other") == [made["id"]]


def test_a_shared_network_that_others_use_stays_shared(net: Network) -> None:
    network, _ = net.wired()
    path = f"/networks/{network['id']}"
    net.call("PUT", path, {"network": {"shared": True}}, token="admin", status=200)
    port = net.make("port", token="other", network_id=network["id"])
    body = {"network": {"shared": False}}
    assert net.refused("PUT", path, body, 409) == "InvalidSharedSetting"
    net.call("DELETE", f"/ports/{port['id']}", token="other", status=204)
    net.call("PUT", path, body, status=200)


def test_over_quota(net: Network) -> None:
    limits = {"quota": {"network": 1}}
    net.api.call("PUT", f"/network/v2.0/quotas/{PROJECT}", limits, token="admin", status=200)
    net.make("network")
    assert net.refused("POST", "/networks", {"network": {}}, 409) == "OverQuota"
    assert len(net.ids("/networks")) == 1


def test_sent_again_with_the_same_key(net: Network) -> None:
    key = {"Idempotency-Key": "k"}
    body = {"network": {"name": "once"}}
    first, second = (net.call("POST", "/networks", body, headers=key) for _ in range(2))
    assert first.json == second.json
    assert len(net.ids("/networks")) == 1


def test_what_there_is_not_yet(net: Network) -> None:
    for noun in ("address-scopes", "trunks", "segments", "flavors", "auto-allocated-topology"):
        assert net.refused("GET", f"/{noun}", None, 404) == "HTTPNotFound"


def test_readers_only_look(net: Network) -> None:
    path = f"/networks/{net.make('network')['id']}"
    net.call("GET", path, token="reader", status=200)
    for method, where, body in (
        ("POST", "/networks", {"network": {}}),
        ("PUT", path, {"network": {}}),
        ("DELETE", path, None),
    ):
        net.call(method, where, body, token="reader", status=403)


def subnets_used(net: Network, project_id: str) -> int:
    path = f"/quotas/{project_id}/details.json"
    return int(net.call("GET", path, token="admin").json["quota"]["subnet"]["used"])


def test_each_has_its_own_subnets_back(net: Network) -> None:
    """One that an administrator made on the network of a user's may be somebody else's."""
    _, subnet = net.wired()
    wanted = {"network_id": subnet["network_id"], "cidr": "10.78.0.0/24", "ip_version": 4}
    net.make("subnet", token="admin", project_id=OTHER_PROJECT, **wanted)
    assert [subnets_used(net, each) for each in (PROJECT, OTHER_PROJECT)] == [1, 1]
    net.call("DELETE", f"/networks/{subnet['network_id']}", status=204)
    assert [subnets_used(net, each) for each in (PROJECT, OTHER_PROJECT)] == [0, 0]
