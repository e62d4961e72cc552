"""Lists of volumes: pages, as clients of this API walk through them."""

from urllib.parse import quote

import pytest

from tests.harness.api import Client

VOLUMES = "/volume/v3/volumes"


def test_the_walk_ends_at_a_page_without_a_link(api: Client) -> None:
    made = [
        api.call("POST", VOLUMES, {"volume": {"name": n, "size": 1}}, status=202).json["volume"][
            "id"
        ]
        for n in "abcd"
    ]
    seen, path = [], f"{VOLUMES}/detail?limit=2&sort=created_at:asc"
    for rows, linked in ((2, True), (2, True), (0, False)):
        page = api.call("GET", path, version="3.60", status=200).json
        assert (len(page["volumes"]), "volumes_links" in page) == (rows, linked)
        seen += [row["id"] for row in page["volumes"]]
        if linked:
            path = page["volumes_links"][0]["href"]
    assert seen == made


def test_offsets_and_short_pages(api: Client) -> None:
    for name in "abc":
        api.call("POST", VOLUMES, {"volume": {"name": name, "size": 1}}, status=202)
    page = api.call("GET", f"{VOLUMES}?offset=1&sort=name:asc", status=200).json
    assert [row["name"] for row in page["volumes"]] == ["b", "c"]
    assert "volumes_links" not in page
    assert api.call("GET", f"{VOLUMES}?limit=0", status=200).json == {"volumes": []}


def test_every_project_is_for_administrators(api: Client) -> None:
    api.call("POST", VOLUMES, {"volume": {"size": 1}}, token="other", status=202)
    for token, found in (("member", 0), ("admin", 1)):
        answer = api.call("GET", f"{VOLUMES}?all_tenants=1", token=token, status=200)
        assert len(answer.json["volumes"]) == found


@pytest.mark.parametrize("value", ["{[]: 'a'}", "{{}: 'a'}", "{1: 'a'}", "{"])
def test_filters_that_make_no_sense_are_refused(api: Client, value: str) -> None:
    api.call("GET", f"{VOLUMES}?metadata={quote(value)}", version="3.60", status=400)


def test_filters_of_metadata_find_every_text(api: Client) -> None:
    for said in ("naïve", "a\\b", 'a"b', "x\ty"):
        body = {"volume": {"size": 1, "metadata": {"ключ": said}}}
        made = api.call("POST", VOLUMES, body, status=202).json["volume"]["id"]
        query = quote(repr({"ключ": said}))
        page = api.call("GET", f"{VOLUMES}?metadata={query}", version="3.60", status=200).json
        assert [row["id"] for row in page["volumes"]] == [made]


def test_pages_have_what_has_no_name(api: Client) -> None:
    made = set()
    for name in (None, "b", None, "a"):
        volume = api.call("POST", VOLUMES, {"volume": {"size": 1}}, status=202).json["volume"]
        body = {"transfer": {"volume_id": volume["id"], "name": name}}
        path = "/volume/v3/os-volume-transfer"
        made.add(api.call("POST", path, body, status=202).json["transfer"]["id"])
    for direction in ("asc", "desc"):
        seen, marker = [], ""
        for _ in made:
            query = f"limit=1&sort=name:{direction}{marker}"
            (row,) = api.call("GET", f"{path}?{query}", status=200).json["transfers"]
            seen.append(row["id"])
            marker = f"&marker={row['id']}"
        assert set(seen) == made


def test_pages_may_be_in_the_order_of_truths(api: Client) -> None:
    path = "/volume/v3/types"
    for name in "ab":
        api.call("POST", path, {"volume_type": {"name": name}}, token="admin", status=200)
    seen, marker = set(), ""
    for _ in range(3):
        query = f"limit=1&sort=is_public:desc{marker}"
        (row,) = api.call("GET", f"{path}?{query}", status=200).json["volume_types"]
        seen.add(row["name"])
        marker = f"&marker={row['id']}"
    assert seen == {"a", "b", "__DEFAULT__"}


@pytest.mark.parametrize("when", ["gt:0001-01-01T00:00:00+14:00", "lt:9999-12-31T23:59:59-14:00"])
def test_moments_outside_of_time_are_refused(api: Client, when: str) -> None:
    for name in ("created_at", "updated_at"):
        api.call("GET", f"{VOLUMES}?{name}={quote(when)}", version="3.60", status=400)


def test_what_is_sorted_by_often_is_sorted_by_once(api: Client) -> None:
    made = []
    for name in "ab":
        body = {"volume": {"name": name, "size": 1}}
        made.append(api.call("POST", VOLUMES, body, status=202).json["volume"]["id"])
    order = ",".join(["name:asc", *["name:desc", "id"] * 70])
    query = f"limit=1&marker={made[0]}&sort={order}"
    (row,) = api.call("GET", f"{VOLUMES}?{query}", status=200).json["volumes"]
    assert row["id"] == made[1]
