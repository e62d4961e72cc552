"""/servers: made, shown, changed, deleted."""

from tests.web.compute.conftest import SERVERS, Cloud


def test_one_is_promised_and_shown(each_cloud: Cloud) -> None:
    made = each_cloud.create(name="first")
    shown = each_cloud.show(made["id"])
    assert (shown["name"], shown["status"]) == ("first", "BUILD")
    listed = each_cloud.call("GET", f"{SERVERS}/detail", version="2.96", status=200).json
    assert [server["id"] for server in listed["servers"]] == [made["id"]]
