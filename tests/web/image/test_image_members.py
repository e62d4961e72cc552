"""/image/v2/images/{id}/members: offered, accepted, withdrawn."""

from typing import Any

from tests.harness.api import OTHER_PROJECT, PROJECT, Client
from tests.web.image.making import IMAGES, make, patch

STRANGER = "c" * 32


def offer(api: Client, image_id: str, **more: Any) -> Any:
    return api.call("POST", f"{IMAGES}/{image_id}/members", {"member": OTHER_PROJECT}, **more)


def answered(api: Client, image_id: str, word: Any, **more: Any) -> Any:
    path = f"{IMAGES}/{image_id}/members/{OTHER_PROJECT}"
    return api.call("PUT", path, {"status": word}, **more)


def listed(api: Client, query: str = "") -> list[str]:
    answer = api.call("GET", f"{IMAGES}?{query}", token="other", status=200)
    return [image["id"] for image in answer.json["images"]]


def test_sharing_from_offer_to_end(each_api: Client) -> None:
    api = each_api
    image_id = make(api, b"data")
    member = offer(api, image_id, status=200).json
    assert set(member) == {
        *("member_id", "image_id", "status", "created_at", "updated_at", "schema")
    }
    assert (member["member_id"], member["status"]) == (OTHER_PROJECT, "pending")
    assert listed(api) == []
    assert listed(api, "member_status=pending") == [image_id]
    api.call("GET", f"{IMAGES}/{image_id}", token="other", status=200)

    assert answered(api, image_id, "accepted", token="other", status=200).json["status"]
    assert listed(api) == listed(api, "visibility=shared") == [image_id]
    api.call("GET", f"{IMAGES}/{image_id}/file", token="other", status=200)
    answered(api, image_id, "rejected", token="other", status=200)
    assert listed(api) == []

    api.call("DELETE", f"{IMAGES}/{image_id}/members/{OTHER_PROJECT}", status=204)
    api.call("DELETE", f"{IMAGES}/{image_id}/members/{OTHER_PROJECT}", status=404)
    api.call("GET", f"{IMAGES}/{image_id}", token="other", status=404)


def test_owners_see_all_members_and_members_themselves(api: Client) -> None:
    image_id = make(api)
    offer(api, image_id)
    api.call("POST", f"{IMAGES}/{image_id}/members", {"member": STRANGER}, status=200)

    def members(token: str) -> list[str]:
        answer = api.call("GET", f"{IMAGES}/{image_id}/members", token=token, status=200)
        assert answer.json["schema"] == "/v2/schemas/members"
        return [member["member_id"] for member in answer.json["members"]]

    assert members("member") == members("admin") == [OTHER_PROJECT, STRANGER]
    assert members("other") == [OTHER_PROJECT]
    path = f"{IMAGES}/{image_id}/members"
    api.call("GET", f"{path}/{OTHER_PROJECT}", token="other", status=200)
    api.call("GET", f"{path}/{STRANGER}", token="other", status=404)
    api.call("GET", f"{path}/{STRANGER}", status=200)


def test_who_may_say_what(api: Client) -> None:
    image_id = make(api)
    offer(api, image_id)
    offer(api, image_id, status=409)
    answered(api, image_id, "accepted", status=403)
    answered(api, image_id, "accepted", token="reader", status=403)
    offer(api, image_id, token="other", status=403)
    api.call("DELETE", f"{IMAGES}/{image_id}/members/{OTHER_PROJECT}", token="other", status=403)
    answered(api, image_id, "accepted", token="admin", status=200)


def test_bad_input(api: Client) -> None:
    image_id = make(api)
    bodies: list[Any] = [{}, {"member": 5}, {"member": ""}, {"member": "x" * 65}, [], b"{"]
    for body in bodies:
        api.call("POST", f"{IMAGES}/{image_id}/members", body, status=400)
    offer(api, image_id)
    for status in ("perhaps", None, 5):
        answered(api, image_id, status, token="other", status=400)


def test_only_shared_images_have_members(api: Client) -> None:
    image_id = make(api, visibility="private")
    offer(api, image_id, status=403)
    patch(api, image_id, ("replace", "/visibility", "shared"), status=200)
    offer(api, image_id, status=200)
    patch(api, image_id, ("replace", "/visibility", "private"), status=200)
    api.call("GET", f"{IMAGES}/{image_id}", token="other", status=404)


def test_a_shared_image_stays_its_owners(api: Client) -> None:
    image_id = make(api)
    offer(api, image_id)
    patch(api, image_id, ("add", "/name", "mine"), token="other", status=403)
    api.call("DELETE", f"{IMAGES}/{image_id}", token="other", status=403)
    assert api.call("GET", f"{IMAGES}/{image_id}").json["owner"] == PROJECT
