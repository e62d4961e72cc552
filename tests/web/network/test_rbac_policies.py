"""/rbac-policies: networks that are shared with one project, or with everybody."""

from typing import Any

import pytest

from tests.harness.api import OTHER_PROJECT, PROJECT
from tests.web.network.conftest import Network
from tests.web.test_who_is_told import Told, told

__all__ = ["told"]  # a fixture

SHARED, EXTERNAL = "access_as_shared", "access_as_external"
POLICIES = "/rbac-policies"


def wanted(network: dict[str, Any], target: str = OTHER_PROJECT, **more: Any) -> dict[str, Any]:
    policy = {
        "object_type": "network",
        "object_id": network["id"],
        "action": SHARED,
        "target_tenant": target,
    }
    return {"rbac_policy": policy | more}


def share(net: Network, network: dict[str, Any], *who: str, **more: Any) -> dict[str, Any]:
    token = more.pop("token", "member")
    answer = net.call("POST", POLICIES, wanted(network, *who, **more), token=token, status=201)
    policy: dict[str, Any] = answer.json["rbac_policy"]
    return policy


def seen(net: Network, network: dict[str, Any], token: str = "other") -> dict[str, Any]:
    path = f"/networks/{network['id']}"
    body: dict[str, Any] = net.call("GET", path, token=token, status=200).json["network"]
    return body


def test_what_a_policy_is(net: Network) -> None:
    network = net.make("network")
    policy = share(net, network)
    assert policy == {
        "id": policy["id"],
        "project_id": PROJECT,
        "tenant_id": PROJECT,
        "object_type": "network",
        "object_id": network["id"],
        "action": SHARED,
        "target_tenant": OTHER_PROJECT,
    }
    path = f"{POLICIES}/{policy['id']}"
    assert net.call("GET", path, status=200).json == {"rbac_policy": policy}
    assert net.ids(f"{POLICIES}?target_tenant={OTHER_PROJECT}") == [policy["id"]]
    assert net.ids(f"{POLICIES}?action={EXTERNAL}") == []
    for method in ("GET", "PUT", "DELETE"):
        body = {"rbac_policy": {"target_tenant": "x"}} if method == "PUT" else None
        assert net.refused(method, path, body, 404, token="other") == "RbacPolicyNotFound"
    assert net.ids(POLICIES, token="other") == []


def test_the_other_project_sees_and_uses_it(each_net: Network) -> None:
    net = each_net
    network, subnet = net.wired()
    net.call("GET", f"/networks/{network['id']}", token="other", status=404)
    policy = share(net, network)
    assert seen(net, network)["shared"] is True
    assert seen(net, network, "member")["shared"] is False
    assert net.ids("/networks?shared=true", token="other") == [network["id"]]
    assert net.ids("/networks?shared=false") == [network["id"]]
    assert net.ids("/subnets", token="other") == [subnet["id"]]
    net.call("GET", f"/subnets/{subnet['id']}", token="other", status=200)
    net.call("PUT", f"/networks/{network['id']}", {"network": {}}, token="other", status=403)
    port = net.make("port", network_id=network["id"], token="other")
    path = f"{POLICIES}/{policy['id']}"
    assert net.refused("DELETE", path, None, 409) == "RbacPolicyInUse"
    change = {"rbac_policy": {"target_tenant": "third"}}
    assert net.refused("PUT", path, change, 409) == "RbacPolicyInUse"
    net.call("DELETE", f"/ports/{port['id']}", token="other", status=204)
    assert net.call("PUT", path, change, status=200).json["rbac_policy"]["target_tenant"] == "third"
    net.call("GET", f"/networks/{network['id']}", token="other", status=404)
    net.call("DELETE", path, status=204)
    assert net.ids(POLICIES) == []


def test_who_may_share_what(net: Network) -> None:
    network, foreign = net.make("network"), net.make("network", token="other")
    public = net.make("network", token="admin", shared=True)
    for body, status in (
        (wanted(network, "*"), 403),
        (wanted(network, action=EXTERNAL), 403),
        (wanted(public), 200),  # the administrator of these tests is in the same project
        (wanted(foreign), 404),
        (wanted({"id": "no"}), 404),
        (wanted(network, object_type="router"), 400),
        (wanted(network, action="access_as_king"), 400),
        (wanted(network, project_id=OTHER_PROJECT), 400),
    ):
        if status >= 400:
            net.refused("POST", POLICIES, body, status)
    share(net, network)
    assert net.refused("POST", POLICIES, wanted(network), 409) == "DuplicatePolicy"
    assert (
        net.refused("POST", POLICIES, wanted(public), 403, token="other") == "PolicyNotAuthorized"
    )


def test_everybody_s_policy_is_the_network_s_attribute(each_net: Network) -> None:
    net = each_net
    network = net.make("network")
    policy = share(net, network, "*", token="admin")
    assert seen(net, network)["shared"] is True
    path = f"/networks/{network['id']}"
    net.call("PUT", path, {"network": {"shared": False}}, token="admin", status=200)
    net.call("GET", f"{POLICIES}/{policy['id']}", status=404)
    net.call("PUT", path, {"network": {"shared": True}}, token="admin", status=200)
    (other,) = net.ids(f"{POLICIES}?object_id={network['id']}")
    net.make("port", network_id=network["id"], token="other")
    assert net.refused("DELETE", f"{POLICIES}/{other}", None, 409) == "RbacPolicyInUse"
    share(net, network)  # from now on the other project needs the general policy no more
    net.call("DELETE", f"{POLICIES}/{other}", status=204)
    assert seen(net, network, "member")["shared"] is False
    assert seen(net, network)["shared"] is True


def test_an_external_network_for_one_project(each_net: Network) -> None:
    net = each_net
    network = net.make("network", token="admin", **{"router:external": True})
    path = f"/networks/{network['id']}"
    (general,) = net.ids(f"{POLICIES}?object_id={network['id']}", token="admin")
    net.call("GET", path, token="other", status=200)
    policy = share(net, network, token="admin", action=EXTERNAL)
    net.call("DELETE", f"{POLICIES}/{general}", token="admin", status=204)
    assert seen(net, network)["router:external"] is True
    assert net.ids("/networks?router:external=true", token="other") == [network["id"]]
    share(net, network, "third", token="admin", action=EXTERNAL)
    net.call("DELETE", f"{POLICIES}/{policy['id']}", token="admin", status=204)
    net.call("GET", path, token="other", status=404)
    assert net.ids("/networks?router:external=true", token="other") == []


def test_policies_cost_and_end_with_their_network(net: Network) -> None:
    quota = f"/quotas/{PROJECT}"
    net.call("PUT", quota, {"quota": {"rbac_policy": 1}}, token="admin", status=200)
    network = net.make("network")
    share(net, network)
    assert net.refused("POST", POLICIES, wanted(network, "third"), 409) == "OverQuota"
    net.call("DELETE", f"/networks/{network['id']}", status=204)
    assert net.ids(POLICIES) == []
    details = net.call("GET", f"{quota}/details").json["quota"]["rbac_policy"]
    assert details == {"limit": 1, "used": 0, "reserved": 0}


def test_whom_it_concerns_hears_of_it(net: Network, told: Told) -> None:
    network = net.make("network")
    told()
    policy = share(net, network)
    both = {("network", PROJECT), ("network", OTHER_PROJECT)}
    assert both <= told()
    net.call("PUT", f"/networks/{network['id']}", {"network": {"name": "n"}}, status=200)
    assert told() == both
    net.make("subnet", network_id=network["id"], cidr="10.1.0.0/24", ip_version=4)
    assert told() == {("subnet", PROJECT), ("subnet", OTHER_PROJECT)}
    net.call("DELETE", f"{POLICIES}/{policy['id']}", status=204)
    assert both <= told()
    net.call("DELETE", f"/networks/{network['id']}", status=204)
    assert told() == {("network", PROJECT)}


@pytest.mark.parametrize("sent", [{}, {"rbac_policy": {}}])
def test_a_policy_needs_its_attributes(net: Network, sent: dict[str, Any]) -> None:
    net.refused("POST", POLICIES, sent, 400)
