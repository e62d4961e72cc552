"""What users write down about volumes is bounded, however many requests bring it."""

from tests.harness.api import Client

VOLUMES = "/volume/v3/volumes"
MOST = {f"key-{number}": "x" for number in range(128)}


def test_metadata_do_not_grow_without_end(api: Client) -> None:
    body = {"volume": {"size": 1, "metadata": MOST}}
    path = f"{VOLUMES}/{api.call('POST', VOLUMES, body, status=202).json['volume']['id']}"
    more = {"metadata": {"one": "more"}}
    api.call("POST", f"{path}/metadata", more, status=400)
    api.call("PUT", f"{path}/metadata/one", {"meta": {"one": "more"}}, status=400)
    api.call("POST", f"{path}/metadata", {"metadata": {"key-1": "y"}}, status=200)
    api.call("POST", VOLUMES, {"volume": {"size": 1, "metadata": MOST | {"a": "b"}}}, status=400)
    told = {"os-set_image_metadata": {"metadata": MOST}}
    api.call("POST", f"{path}/action", told, status=200)
    api.call("POST", f"{path}/action", {"os-set_image_metadata": more}, status=400)
