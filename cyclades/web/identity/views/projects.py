"""/v3/projects. Source: Identity API, "Projects" and "Project tags"."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.project import Project
from cyclades.web.identity.presenters import projects as present
from cyclades.web.identity.presenters.records import collection_links, listed
from cyclades.web.identity.schemas import projects as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import home_of, may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.validation import check

projects = Resource("projects", "/identity/v3/projects")
project = Resource("project", "/identity/v3/projects/{id}")
tags = Resource("project-tags", "/identity/v3/projects/{id}/tags")
tag = Resource("project-tag", "/identity/v3/projects/{id}/tags/{tag}")

TagTest = Callable[[set[str], set[str]], bool]
TAG_TESTS: Mapping[str, TagTest] = {
    "tags": lambda wanted, own: wanted <= own,
    "tags-any": lambda wanted, own: bool(wanted & own),
    "not-tags": lambda wanted, own: not wanted <= own,
    "not-tags-any": lambda wanted, own: not wanted & own,
}


def with_tags(rows: Sequence[Project], query: Mapping[str, Any]) -> list[Project]:
    """The projects that meet every tag filter."""
    tests = [(TAG_TESTS[name], set(query[name].split(","))) for name in TAG_TESTS if name in query]
    return [row for row in rows if all(test(wanted, set(row.tags)) for test, wanted in tests)]


def own(request: CycladesRequest) -> bool:
    """Whether it is the project of the token."""
    return bool(request.matchdict["id"] == request.caller.project_id)


@projects.on("GET", access=Access.USER, query=schemas.LIST)
def list_projects(request: CycladesRequest) -> Any:
    may(request, "list_projects")
    query = request.query_in
    filters = {key: value for key, value in query.items() if key not in TAG_TESTS}
    rows = request.cyclades.identity.store.projects.find(filters)
    return listed(request, "projects", with_tags(rows, query), present.project)


@projects.on("POST", access=Access.USER, body=schemas.CREATE, status=201, creates=True)
def create_project(request: CycladesRequest) -> Any:
    may(request, "create_project")
    wanted, extra = parted(request.body_in, schemas.CREATE)
    made = request.cyclades.identity.projects.create(home_of(request.caller), wanted, extra)
    return {"project": present.project(request, made)}


@project.on("GET", access=Access.USER)
def show_project(request: CycladesRequest) -> Any:
    may(request, "get_project", own=own(request))
    found = request.cyclades.identity.store.projects.get(request.matchdict["id"])
    return {"project": present.project(request, found)}


@project.on("PATCH", access=Access.USER, body=schemas.UPDATE)
def update_project(request: CycladesRequest) -> Any:
    may(request, "update_project")
    changes, extra = parted(request.body_in, schemas.UPDATE)
    changed = request.cyclades.identity.projects.update(request.matchdict["id"], changes, extra)
    return {"project": present.project(request, changed)}


@project.on("DELETE", access=Access.USER)
def delete_project(request: CycladesRequest) -> Any:
    may(request, "delete_project")
    request.cyclades.identity.projects.delete(request.matchdict["id"])
    return nothing(request)


@tags.on("GET", access=Access.USER)
def list_tags(request: CycladesRequest) -> Any:
    may(request, "list_project_tags", own=own(request))
    found = request.cyclades.identity.projects.show(request.matchdict["id"])
    return {"tags": list(found.tags), "links": collection_links(request)}


@tags.on("PUT", access=Access.USER, body=schemas.SET_TAGS)
def replace_tags(request: CycladesRequest) -> Any:
    may(request, "update_project_tags")
    service = request.cyclades.identity.projects
    changed = service.set_tags(request.matchdict["id"], request.body_in["tags"])
    return {"tags": list(changed.tags), "links": collection_links(request)}


@tags.on("DELETE", access=Access.USER)
def delete_tags(request: CycladesRequest) -> Any:
    may(request, "delete_project_tags")
    request.cyclades.identity.projects.set_tags(request.matchdict["id"], ())
    return nothing(request)


@tag.on("GET", access=Access.USER)
def check_tag(request: CycladesRequest) -> Any:
    may(request, "get_project_tag", own=own(request))
    found = request.cyclades.identity.projects.show(request.matchdict["id"])
    if request.matchdict["tag"] not in found.tags:
        raise NotFound("project tag", request.matchdict["tag"])
    return nothing(request)


@tag.on("PUT", access=Access.USER, status=201)
def add_tag(request: CycladesRequest) -> Any:
    may(request, "create_project_tag")
    service = request.cyclades.identity.projects
    name = check(schemas.TAG, request.matchdict["tag"])
    service.set_tags(request.matchdict["id"], {*service.show(request.matchdict["id"]).tags, name})
    return nothing(request, 201)


@tag.on("DELETE", access=Access.USER)
def delete_tag(request: CycladesRequest) -> Any:
    may(request, "delete_project_tag")
    service = request.cyclades.identity.projects
    name, found = request.matchdict["tag"], service.show(request.matchdict["id"])
    if name not in found.tags:
        raise NotFound("project tag", name)
    service.set_tags(found.id, [one for one in found.tags if one != name])
    return nothing(request)
