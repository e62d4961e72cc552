"""What is at which path of the metadata service."""

import base64

import pytest
from cyclades_node.conf import Conf
from cyclades_node.metadata import Told
from cyclades_node.metadata_answers import Answer, answer

TOLD = {
    "meta_data": {"uuid": "1"},
    "network_data": {"links": []},
    "vendor_data": {},
    "user_data": base64.b64encode(b"\x00\xff").decode(),
    "ec2": {
        "hostname": "web",
        "placement": {"availability-zone": "nova"},
        "public-keys": {"0": {"_name": "0=mine", "openssh-key": "ssh-ed25519 AAAA"}},
    },
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/openstack/latest/meta_data.json", b'{"uuid": "1"}'),
        ("/openstack//2013-10-17/vendor_data.json?x=1", b"{}"),
        ("/openstack/latest/user_data", b"\x00\xff"),
        (
            "/openstack/latest/",
            b"meta_data.json\nnetwork_data.json\nvendor_data.json\nuser_data",
        ),
        ("/latest", b"meta-data/\nuser-data"),
        ("/2009-04-04/user-data", b"\x00\xff"),
        ("/latest/meta-data/", b"hostname\nplacement/\npublic-keys/"),
        ("/latest/meta-data/placement/availability-zone", b"nova"),
        ("/latest/meta-data/public-keys", b"0=mine"),
        ("/latest/meta-data/public-keys/0", b"openssh-key"),
        ("/latest/meta-data/public-keys/0/openssh-key", b"ssh-ed25519 AAAA"),
    ],
)
def test_what_is_there(path: str, body: bytes) -> None:
    found = answer(path, TOLD)
    assert found is not None
    assert found.body == body


@pytest.mark.parametrize(
    "path",
    [
        *("/openstack/1999-01-01/meta_data.json", "/openstack/latest/password"),
        *("/latest/meta-data/public-keys/0/_name", "/latest/meta-data/hostname/x"),
        *("/latest/dynamic", "/1999-01-01/meta-data", "/latest/meta-data/../user-data", "/x"),
    ],
)
def test_what_is_not(path: str) -> None:
    assert answer(path, TOLD) is None


def test_there_is_no_user_data_where_none_was_given() -> None:
    bare = {**TOLD, "user_data": None}
    assert answer("/latest/user-data", bare) is None
    assert answer("/openstack/latest/user_data", bare) is None
    listing = answer("/openstack/latest", bare)
    assert listing is not None
    assert b"user_data" not in listing.body
    versions = answer("/openstack", bare)
    assert versions is not None
    assert b"latest/" in versions.body


def test_guests_may_ask_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(Conf("c", (), api="http://127.0.0.1:1"))
    monkeypatch.setattr(told, "_ask", lambda asked: TOLD)

    class Slow(float):
        """When somebody asked; looking at it takes until somebody else is answered."""

        def __rsub__(self, now: float) -> float:
            told._kept["n", "192.0.2.3"] = (now, TOLD)
            return now - float(self)

    told._kept["n", "192.0.2.1"] = (Slow(0), TOLD)
    assert isinstance(told.find("n", "192.0.2.2", "/latest"), Answer)
