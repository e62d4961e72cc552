"""Discovery: which services there are, in which versions. All of it without a token.

Source: each service's API reference, "Versions"; keystoneauth's discovery.
"""

from collections.abc import Mapping
from typing import Any

from cyclades.web.microversions import COMPUTE, VOLUME, ServiceVersions
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

DESCRIBED = {"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/"}
# The services below one root: type, name and path, as the catalog has them.
SERVICES = (
    ("identity", "keystone", "/identity/v3"),
    ("compute", "nova", "/compute/v2.1"),
    ("network", "neutron", "/network"),
    ("image", "glance", "/image"),
    ("block-storage", "cinder", "/volume/v3"),
)
# Not 2.11 (copies between stores: there is one), 2.14 and 2.16 (caches), 2.17 (locations, which
# nobody sees).
IMAGE_VERSIONS = (
    *("v2.15", "v2.13", "v2.12", "v2.10", "v2.9", "v2.8", "v2.7", "v2.6", "v2.5", "v2.4"),
    *("v2.3", "v2.2", "v2.1", "v2.0"),
)
NETWORK_RESOURCES: Mapping[str, str] = {"network": "networks", "subnet": "subnets", "port": "ports"}

root = Resource("root", "/")
identity_root = Resource("identity-versions", "/identity")
identity_v3 = Resource("identity-v3", "/identity/v3")
compute_root = Resource("compute-versions", "/compute")
compute_v2 = Resource("compute-v2", "/compute/v2")
compute_v21 = Resource("compute-v2.1", "/compute/v2.1")
network_root = Resource("network-versions", "/network")
network_v2 = Resource("network-v2.0", "/network/v2.0")
image_root = Resource("image-versions", "/image")
image_versions = Resource("image-versions-alone", "/image/versions")
volume_root = Resource("volume-versions", "/volume")
volume_v3 = Resource("volume-v3", "/volume/v3")


def itself(request: CycladesRequest, path: str) -> dict[str, str]:
    """A document's link to itself."""
    return {"rel": "self", "href": request.link(path)}


def media_types(kind: str) -> list[dict[str, str]]:
    """JSON and its vendor name."""
    return [{"base": "application/json", "type": f"application/vnd.openstack.{kind}"}]


def claimed(versions: ServiceVersions) -> dict[str, str]:
    """The microversions of a service."""
    return {"version": str(versions.maximum), "min_version": str(versions.minimum)}


@root.on("GET", access=Access.ANYONE)
def list_services(request: CycladesRequest) -> Any:
    """What is below this root."""
    services = [
        {"type": kind, "name": name, "links": [itself(request, path)]}
        for kind, name, path in SERVICES
    ]
    return {
        "services": services,
        "links": [
            {
                "rel": "describedby",
                "type": "application/json",
                "href": request.link("/openapi.json"),
            }
        ],
    }


def identity_document(request: CycladesRequest) -> dict[str, Any]:
    """Identity's one version."""
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [itself(request, "/identity/v3/")],
        "media-types": media_types("identity-v3+json"),
    }


@identity_root.on("GET", access=Access.ANYONE, status=300)
def identity_choices(request: CycladesRequest) -> Any:
    """300, as Keystone answers."""
    request.response.headers["Location"] = request.link("/identity/v3/")
    return {"versions": {"values": [identity_document(request)]}}


@identity_v3.on("GET", access=Access.ANYONE)
def identity_version(request: CycladesRequest) -> Any:
    """Version 3."""
    return {"version": identity_document(request)}


def compute_documents(request: CycladesRequest) -> dict[str, dict[str, Any]]:
    """Compute with microversions, and its legacy without any, by last part of the path."""
    return {
        "v2": {
            "id": "v2.0",
            "status": "DEPRECATED",
            "version": "",
            "min_version": "",
            "updated": "2011-01-21T11:33:21Z",
            "links": [itself(request, "/compute/v2/")],
        },
        "v2.1": {
            "id": "v2.1",
            "status": "CURRENT",
            **claimed(COMPUTE),
            "updated": "2013-07-23T11:33:21Z",
            "links": [itself(request, "/compute/v2.1/")],
        },
    }


@compute_root.on("GET", access=Access.ANYONE)
def compute_choices(request: CycladesRequest) -> Any:
    """Both, the older first."""
    return {"versions": list(compute_documents(request).values())}


def one_compute(request: CycladesRequest) -> Any:
    """The version that the path names, with more of its links."""
    name = request.path.rpartition("/")[2]
    document = compute_documents(request)[name]
    document["links"].append(DESCRIBED)
    return {"version": document | {"media-types": media_types(f"compute+json;version={name[1:]}")}}


compute_v2.on("GET", access=Access.ANYONE)(one_compute)
compute_v21.on("GET", access=Access.ANYONE)(one_compute)


@network_root.on("GET", access=Access.ANYONE)
def network_choices(request: CycladesRequest) -> Any:
    """Version 2.0."""
    link = itself(request, "/network/v2.0/")
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}


@network_v2.on("GET", access=Access.ANYONE)
def network_resources(request: CycladesRequest) -> Any:
    """The core resources."""
    return {
        "resources": [
            {
                "name": name,
                "collection": collection,
                "links": [itself(request, f"/network/v2.0/{collection}")],
            }
            for name, collection in NETWORK_RESOURCES.items()
        ]
    }


def image_choices(request: CycladesRequest) -> Any:
    """Every version is at the same place."""
    link = itself(request, "/image/v2/")
    newest = IMAGE_VERSIONS[0]
    return {
        "versions": [
            {"id": name, "status": "CURRENT" if name == newest else "SUPPORTED", "links": [link]}
            for name in IMAGE_VERSIONS
        ]
    }


image_root.on("GET", access=Access.ANYONE, status=300)(image_choices)
image_versions.on("GET", access=Access.ANYONE)(image_choices)


def volume_choices(request: CycladesRequest) -> Any:
    """Version 3."""
    return {
        "versions": [
            {
                "id": "v3.0",
                "status": "CURRENT",
                **claimed(VOLUME),
                "updated": "2023-08-31T00:00:00Z",
                "links": [DESCRIBED, itself(request, "/volume/v3/")],
                "media-types": media_types("volume+json;version=3"),
            }
        ]
    }


volume_root.on("GET", access=Access.ANYONE, status=300)(volume_choices)
volume_v3.on("GET", access=Access.ANYONE)(volume_choices)
