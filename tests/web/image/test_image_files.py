"""/image/v2/images/{id}/file, stage and import: bytes in and out."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webtest import TestRequest

from cyclades.bootstrap import Application
from tests.harness.api import Client, client_of
from tests.harness.disk_images import qcow2
from tests.harness.image_bytes import do_imports
from tests.web.image.making import BYTES, IMAGES, make, shown, upload

DATA = bytes(range(256)) * 40


def files(application: Application) -> list[Path]:
    folder = application.settings.image_dir
    return sorted(folder.iterdir()) if folder.exists() else []


def download(api: Client, image_id: str, span: str = "", **more: Any) -> Any:
    headers = {"Range": span} if span else {}
    return api.call("GET", f"{IMAGES}/{image_id}/file", headers=headers, **more)


def test_what_goes_in_comes_out(api: Client) -> None:
    image_id = make(api, DATA)
    image = shown(api, image_id)
    assert image["status"] == "active"
    assert image["size"] == image["virtual_size"] == len(DATA)
    assert image["checksum"] == hashlib.md5(DATA).hexdigest()
    assert image["os_hash_algo"] == "sha512"
    assert image["os_hash_value"] == hashlib.sha512(DATA).hexdigest()
    answer = download(api, image_id, status=200)
    assert answer.body == DATA
    assert answer.headers["Content-MD5"] == image["checksum"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Length"] == str(len(DATA))


def test_ranges(api: Client) -> None:
    image_id = make(api, DATA)
    for span, expected in (
        ("bytes=0-9", DATA[:10]),
        ("bytes=300-", DATA[300:]),
        ("bytes=-5", DATA[-5:]),
        (f"bytes=10-{10**12}", DATA[10:]),
        (f"bytes=1-{10**30}", DATA[1:]),
    ):
        answer = download(api, image_id, span, status=206)
        assert answer.body == expected
        assert answer.headers["Content-Range"].endswith(f"/{len(DATA)}")
    for span in ("bytes=0-1,5-6", "bytes=-0", f"bytes={10**30}-"):
        download(api, image_id, span, status=416)
    whole = ("lines=1", "bytes=--5", "bytes=9-5", "bytes=-", "bytes=-5x", f"bytes=-{10**30}")
    for span in (*whole, f"bytes={'9' * 5000}-"):
        assert download(api, image_id, span, status=200).body == DATA, span
    refused = download(api, image_id, f"bytes={len(DATA)}-", status=416)
    assert refused.headers["Content-Range"] == f"bytes */{len(DATA)}"


def test_no_bytes_yet(api: Client) -> None:
    answer = download(api, make(api), status=204)
    assert answer.body == b""


def test_an_empty_image_is_an_image(api: Client) -> None:
    image_id = make(api, b"")
    assert shown(api, image_id)["size"] == 0
    assert download(api, image_id, status=200).body == b""


def test_bytes_come_once(api: Client, application: Application) -> None:
    image_id = make(api, DATA)
    upload(api, image_id, b"other", status=409)
    assert download(api, image_id).body == DATA
    assert len(files(application)) == 1


def test_refused_uploads_leave_the_image_as_it_was(
    application_maker: Callable[..., Application], sqlite_database_url: str
) -> None:
    application = application_maker(sqlite_database_url, image_max_bytes=1000)
    api = client_of(application)
    image_id = make(api)
    path = f"{IMAGES}/{image_id}/file"
    api.call("PUT", path, b"x", headers={"Content-Type": "text/plain"}, status=415)
    api.call("PUT", path, b"x", headers=BYTES, token="reader", status=403)
    api.call("PUT", path, b"x", headers=BYTES, token=None, status=401)
    upload(api, image_id, bytes(1001), status=413)
    assert shown(api, image_id)["status"] == "queued"
    assert files(application) == []
    upload(api, image_id, bytes(1000), status=204)
    upload(api, make(api, disk_format=None), b"x", status=400)


def test_a_body_that_ends_too_early_is_refused(api: Client, application: Application) -> None:
    image_id = make(api)
    request = TestRequest.blank(f"{IMAGES}/{image_id}/file", method="PUT", body=b"short")
    request.headers.update({"X-Auth-Token": "member", **BYTES})
    request.environ["CONTENT_LENGTH"] = "5000000"
    assert api.do_request(request, status=400, expect_errors=True).json["message"]
    assert shown(api, image_id)["status"] == "queued"
    assert files(application) == []


def test_two_sizes_are_one_too_many(api: Client) -> None:
    """A small chunked body has its length by the time that we see it, and may be half an image."""
    image_id = make(api)
    for size, status in (("4", 400), ("6", 400), ("5", 204)):
        headers = {**BYTES, "X-OpenStack-Image-Size": size}
        api.call("PUT", f"{IMAGES}/{image_id}/file", b"12345", headers=headers, status=status)


def test_a_stream_whose_end_cannot_be_seen_needs_a_size(api: Client) -> None:
    """Not every server tells a broken chunked body from a complete one."""

    def stream(size: str | None, *, end_is_seen: bool = False) -> int:
        request = TestRequest.blank(f"{IMAGES}/{make(api)}/file", method="PUT", body=b"12345")
        del request.environ["CONTENT_LENGTH"]
        request.environ["wsgi.input_terminated"] = end_is_seen
        request.headers.update({"X-Auth-Token": "member", "Transfer-Encoding": "chunked", **BYTES})
        if size is not None:
            request.headers["X-OpenStack-Image-Size"] = size
        status: int = api.do_request(request, expect_errors=True).status_int
        return status

    assert [stream(size) for size in (None, "", "0", "many", "5", "6", "4")] == [
        *(411, 411, 411, 411, 204, 400, 400),
    ]
    assert [stream(size, end_is_seen=True) for size in (None, "0", "5", "6")] == [
        *(204, 204, 204, 400),
    ]


def test_qcow2_must_be_qcow2_and_refer_to_nothing(api: Client, application: Application) -> None:
    image_id = make(api, disk_format="qcow2")
    for data in (b"", b"raw", qcow2(size=1 << 20, backing=8)):
        upload(api, image_id, data, status=415)
        assert shown(api, image_id)["status"] == "queued"
    assert files(application) == []
    upload(api, image_id, qcow2(size=1 << 20), status=204)
    assert shown(api, image_id)["virtual_size"] == 1 << 20


def test_deactivated_bytes_are_the_administrators(api: Client) -> None:
    image_id = make(api, DATA)
    api.call("POST", f"{IMAGES}/{image_id}/actions/deactivate", status=204)
    download(api, image_id, status=403)
    assert download(api, image_id, token="admin", status=200).body == DATA


def test_staged_then_imported(api: Client, application: Application) -> None:
    assert "glance-direct" in api.call("GET", "/image/v2/info/import").text
    image_id = make(api)
    imported = {"method": {"name": "glance-direct"}}
    api.call("POST", f"{IMAGES}/{image_id}/import", imported, status=409)
    api.call("PUT", f"{IMAGES}/{image_id}/stage", DATA, headers=BYTES, status=204)
    staged = shown(api, image_id)
    assert (staged["status"], staged["size"]) == ("uploading", None)
    download(api, image_id, status=204)
    upload(api, image_id, DATA, status=409)
    for bad in ({}, {"method": "x"}, {"method": {"name": "web-download"}}):
        api.call("POST", f"{IMAGES}/{image_id}/import", bad, status=400)
    api.call("POST", f"{IMAGES}/{image_id}/import", imported, token="other", status=404)
    assert api.call("POST", f"{IMAGES}/{image_id}/import", imported, status=202).body == b""
    api.call("POST", f"{IMAGES}/{image_id}/import", imported, status=409)
    assert shown(api, image_id)["status"] == "importing"
    do_imports(application)
    assert shown(api, image_id)["checksum"] == hashlib.md5(DATA).hexdigest()
    assert download(api, image_id).body == DATA
    assert application.image_uploads.recover().blobs == 0
    api.call("DELETE", f"{IMAGES}/{image_id}", status=204)
    assert files(application) == []


def test_stores_are_named_or_left_out(api: Client) -> None:
    image_id = make(api)
    path = f"{IMAGES}/{image_id}"
    refused = api.call(
        "PUT", f"{path}/file", DATA, headers={**BYTES, "X-Image-Meta-Store": "ours"}, status=400
    )
    assert "'ours'" in refused.json["message"]
    api.call("PUT", f"{path}/stage", DATA, headers=BYTES, status=204)
    method = {"method": {"name": "glance-direct"}}
    api.call("POST", f"{path}/import", {**method, "stores": ["files", "ours"]}, status=400)
    api.call("POST", f"{path}/import", {**method, "stores": "files"}, status=400)
    both = {"stores": ["files"], "all_stores": True, "all_stores_must_succeed": False}
    api.call("POST", f"{path}/import", {**method, **both}, status=202)
    named = {**BYTES, "X-Image-Meta-Store": "files"}
    api.call("PUT", f"{IMAGES}/{make(api)}/file", DATA, headers=named, status=204)


def test_deleting_takes_the_bytes_along(api: Client, application: Application) -> None:
    image_id = make(api, DATA)
    assert len(files(application)) == 1
    api.call("DELETE", f"{IMAGES}/{image_id}", status=204)
    assert files(application) == []
