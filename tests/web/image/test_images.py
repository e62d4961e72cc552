"""/image/v2/images: describing, finding, changing and deleting."""

from typing import Any

from tests.harness.api import PROJECT, Client
from tests.web.image.making import IMAGES, PATCH, make, patch, shown

FIELDS = {
    *("id", "name", "status", "visibility", "protected", "os_hidden", "checksum"),
    *("os_hash_algo", "os_hash_value", "size", "virtual_size", "container_format"),
    *("disk_format", "min_disk", "min_ram", "owner", "tags", "created_at", "updated_at"),
    *("self", "file", "schema"),
}


def test_a_new_image_is_queued(api: Client) -> None:
    body = {"name": "n", "tags": ["b", "a"], "os_distro": "debian", "visibility": "private"}
    answer = api.call("POST", IMAGES, body, status=201)
    made = answer.json
    assert answer.headers["Location"].endswith(f"/image/v2/images/{made['id']}")
    assert answer.headers["OpenStack-image-import-methods"] == "glance-direct,web-download"
    assert set(made) == FIELDS | {"os_distro"}
    assert made["status"] == "queued"
    assert made["tags"] == ["a", "b"]
    assert made["owner"] == PROJECT
    assert made["checksum"] is made["size"] is made["os_hash_algo"] is None
    assert made["file"] == f"/v2/images/{made['id']}/file"
    assert shown(api, made["id"]) == made


def test_clients_may_choose_an_id_once(api: Client) -> None:
    chosen = "6f2c0b4e-7a3e-4d0f-9c43-AAAAAAAAAAAA"
    made = api.call("POST", IMAGES, {"id": chosen}, status=201).json
    assert made["id"] == chosen.lower()
    api.call("POST", IMAGES, {"id": chosen}, token="other", status=409)


def test_ids_of_deleted_images_are_nobody_s(each_api: Client) -> None:
    """Scripts name images by their ids: nobody may put another image in the place of one."""
    image_id = make(each_api)
    each_api.call("DELETE", f"{IMAGES}/{image_id}", status=204)
    for token in ("member", "other", "admin"):
        each_api.call("POST", IMAGES, {"id": image_id}, token=token, status=409)
    each_api.call("GET", f"{IMAGES}/{image_id}", token="admin", status=404)
    assert each_api.call("GET", "/image/v2/info/usage").json["usage"]["image_count_total"] == {
        "usage": 0,
        "limit": 100,
    }


def test_an_idempotency_key_makes_one_image(api: Client) -> None:
    headers = {"Idempotency-Key": "k"}
    first = api.call("POST", IMAGES, {"name": "n"}, headers=headers, status=201)
    again = api.call("POST", IMAGES, {"name": "n"}, headers=headers, status=201)
    assert first.json == again.json
    assert len(api.call("GET", IMAGES).json["images"]) == 1


BAD_IMAGES: list[tuple[Any, int]] = [
    (b"{", 400),
    ([], 400),
    ({"name": 5}, 400),
    ({"name": "n" * 256}, 400),
    ({"id": "not-a-uuid"}, 400),
    ({"disk_format": "wrong"}, 400),
    ({"container_format": "wrong"}, 400),
    ({"visibility": "everybody"}, 400),
    ({"min_disk": -1}, 400),
    ({"min_ram": 2**31}, 400),
    ({"min_ram": True}, 400),
    ({"protected": "perhaps"}, 400),
    ({"tags": "t"}, 400),
    ({"tags": ["t" * 256]}, 400),
    ({"tags": [5]}, 400),
    ({"custom": 5}, 400),
    ({"custom": None}, 400),
    ({"custom": "a\0b"}, 400),
    ({"\u00e4" * 256: "v"}, 400),
    ({"status": "active"}, 403),
    ({"size": "7"}, 403),
    ({"os_glance_x": "y"}, 403),
    ({"SNF:trouble": "y"}, 403),
    ({"visibility": "public"}, 403),
    ({"owner": "b" * 32}, 403),
    ({"tags": [str(number) for number in range(129)]}, 413),
    ({f"p{number}": "v" for number in range(129)}, 413),
]


def test_bad_images(api: Client) -> None:
    for body, status in BAD_IMAGES:
        answer = api.call("POST", IMAGES, body)
        assert (answer.status_int, bool(answer.json["message"])) == (status, True), body
    assert api.call("GET", IMAGES).json["images"] == []


def test_who_may_make_images(api: Client) -> None:
    api.call("POST", IMAGES, {}, token=None, status=401)
    api.call("POST", IMAGES, {}, token="reader", status=403)
    api.call("POST", IMAGES, {}, token="unscoped", status=403)
    api.call("POST", IMAGES, b"x=y", headers={"Content-Type": "text/plain"}, status=415)
    made = api.call("POST", IMAGES, {"owner": "c" * 32, "visibility": "public"}, token="admin")
    assert (made.json["owner"], made.json["visibility"]) == ("c" * 32, "public")


def test_a_foreign_image_looks_like_a_missing_one(api: Client) -> None:
    image_id = make(api, b"data", visibility="private")
    missing = "00000000-0000-4000-8000-000000000000"
    for method, path, body, headers in (
        ("GET", "", None, {}),
        ("DELETE", "", None, {}),
        ("PATCH", "", [{"op": "add", "path": "/name", "value": "mine"}], PATCH),
        ("GET", "/file", None, {}),
        ("PUT", "/file", b"x", {"Content-Type": "application/octet-stream"}),
        ("PUT", "/stage", b"x", {"Content-Type": "application/octet-stream"}),
        ("POST", "/import", {"method": {"name": "glance-direct"}}, {}),
        ("POST", "/actions/deactivate", None, {}),
        ("PUT", "/tags/t", None, {}),
        ("DELETE", "/tags/t", None, {}),
        ("GET", "/members", None, {}),
        ("POST", "/members", {"member": "b" * 32}, {}),
        ("PUT", f"/members/{'b' * 32}", {"status": "accepted"}, {}),
        ("DELETE", f"/members/{'b' * 32}", None, {}),
    ):
        answers = [
            api.call(method, f"{IMAGES}/{one}{path}", body, headers=headers, token="other")
            for one in (image_id, missing)
        ]
        assert [answer.status_int for answer in answers] == [404, 404], (method, path)
        said = [answer.text.replace(image_id, missing) for answer in answers]
        assert said[0] == said[1], (method, path)
    assert shown(api, image_id)["name"] == "i"


def test_what_one_sees_is_not_what_one_may_change(api: Client) -> None:
    image_id = make(api, b"data", token="admin", visibility="public")
    assert shown(api, image_id, "other")["visibility"] == "public"
    patch(api, image_id, ("add", "/name", "mine"), token="other", status=403)
    patch(api, image_id, ("add", "/name", "mine"), token="reader", status=403)
    api.call("DELETE", f"{IMAGES}/{image_id}", token="other", status=403)
    api.call("POST", f"{IMAGES}/{image_id}/actions/deactivate", token="other", status=403)
    patch(api, image_id, ("add", "/name", "ours"), token="admin", status=200)


def test_patches_in_both_dialects(api: Client) -> None:
    image_id = make(api, k1="v1")
    steps = [
        ("add", "/k2", "v2"),
        ("add", "/name", "new"),
        ("replace", "/min_ram", 64),
        ("add", "/tags", ["t2", "t1"]),
        ("remove", "/k1"),
        ("add", "/a~1b~0c", "odd name"),
    ]
    changed = patch(api, image_id, *steps, status=200).json
    assert changed["k2"] == "v2"
    assert changed["a/b~c"] == "odd name"
    assert "k1" not in changed
    assert (changed["name"], changed["min_ram"], changed["tags"]) == ("new", 64, ["t1", "t2"])
    old = {"Content-Type": "application/openstack-images-v2.0-json-patch"}
    body = [{"replace": "/name", "value": "older"}, {"remove": "/k2"}]
    api.call("PATCH", f"{IMAGES}/{image_id}", body, headers=old, status=200)
    assert shown(api, image_id)["name"] == "older"


BAD_PATCHES: list[tuple[list[Any], int]] = [
    ([{}], 400),
    (["x"], 400),
    ([("move", "/name", "x")], 400),
    ([("add", "name", "x")], 400),
    ([("add", "/", "x")], 400),
    ([("add", "/tags/0", "x")], 400),
    ([("add", "/a~2", "x")], 400),
    ([("add", "/name")], 400),
    ([("add", "/name", 5)], 400),
    ([("add", "/min_disk", "many")], 400),
    ([("add", "/tags", "t")], 400),
    ([("add", "/k", {"deep": 1})], 400),
    ([("add", "/visibility", "everybody")], 400),
    ([("add", "/status", "active")], 403),
    ([("add", "/locations/-", {"url": "file:///etc/passwd", "metadata": {}})], 403),
    ([("replace", "/locations", [])], 403),
    ([("remove", "/locations/0")], 403),
    ([("add", "/direct_url", "file:///x")], 403),
    ([("add", "/os_type", "beos")], 400),
    ([("add", "/OSFAMILY", "linux"), ("add", "/osfamily", "linux")], 400),
    ([("replace", "/owner", "b" * 32)], 403),
    ([("remove", "/name")], 403),
    ([("add", "/visibility", "public")], 403),
    ([("add", "/k", "v"), ("remove", "/missing")], 409),
    ([("replace", "/missing", "v")], 409),
]


def test_bad_patches_change_nothing(api: Client) -> None:
    image_id = make(api)
    before = shown(api, image_id)
    for steps, status in BAD_PATCHES:
        assert patch(api, image_id, *steps).status_int == status, steps
    assert shown(api, image_id) == before


def test_odd_patch_bodies(api: Client) -> None:
    image_id = make(api)
    for kind, body, status in (
        ("application/json", b"[]", 415),
        ("text/plain", b"[]", 415),
        (PATCH["Content-Type"], b"[", 400),
        (PATCH["Content-Type"], b"{}", 400),
        (PATCH["Content-Type"], b"null", 400),
    ):
        headers = {"Content-Type": kind}
        api.call("PATCH", f"{IMAGES}/{image_id}", body, headers=headers, status=status)


def test_protected_images_stay(api: Client) -> None:
    image_id = make(api, protected=True)
    api.call("DELETE", f"{IMAGES}/{image_id}", status=403)
    patch(api, image_id, ("replace", "/protected", False), status=200)
    api.call("DELETE", f"{IMAGES}/{image_id}", status=204)
    api.call("GET", f"{IMAGES}/{image_id}", status=404)
    api.call("DELETE", f"{IMAGES}/{image_id}", status=404)


def test_an_image_without_its_id_is_no_image(api: Client) -> None:
    make(api)
    for method in ("GET", "DELETE"):
        api.call(method, f"{IMAGES}/", status=404)
    assert len(api.call("GET", IMAGES, status=200).json["images"]) == 1


def test_tags_one_by_one(api: Client) -> None:
    image_id = make(api)
    for tag in ("t", "t", "caf%C3%A9"):
        api.call("PUT", f"{IMAGES}/{image_id}/tags/{tag}", status=204)
    assert shown(api, image_id)["tags"] == ["café", "t"]
    api.call("DELETE", f"{IMAGES}/{image_id}/tags/t", status=204)
    api.call("DELETE", f"{IMAGES}/{image_id}/tags/t", status=404)
    api.call("PUT", f"{IMAGES}/{image_id}/tags/{'t' * 256}", status=400)


def test_deactivated_and_back(api: Client) -> None:
    image_id = make(api, b"data")
    for action, status in (("deactivate", "deactivated"), ("reactivate", "active")):
        for _twice in range(2):
            api.call("POST", f"{IMAGES}/{image_id}/actions/{action}", status=204)
            assert shown(api, image_id)["status"] == status
    api.call("POST", f"{IMAGES}/{image_id}/actions/explode", status=404)
    api.call("POST", f"{IMAGES}/{make(api)}/actions/deactivate", status=400)


def test_schemas_describe_the_bodies(api: Client) -> None:
    image = shown(api, make(api))
    schema = api.call("GET", "/image/v2/schemas/image", status=200).json
    assert set(schema["properties"]) == {*image, "stores"}
    for name in ("images", "member", "members"):
        assert "properties" in api.call("GET", f"/image/v2/schemas/{name}", status=200).json
    api.call("GET", "/image/v2/schemas/namespace", status=404)
