"""/os-keypairs."""

from tests.harness.api import Client


def test_a_key_is_imported_and_shown(api: Client) -> None:
    made = api.call("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "k"}}, status=200)
    assert made.json["keypair"]["private_key"].startswith("-----BEGIN")
    assert api.call("GET", "/compute/v2.1/os-keypairs/k", status=200).json["keypair"]["name"] == "k"
    assert api.call("GET", "/compute/v2.1/os-keypairs/k", token="other").status_int == 404
