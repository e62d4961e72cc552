"""The REST API as a WSGI application (paste app factory)."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPException
from pyramid.interfaces import IRequestExtensions
from pyramid.tweens import INGRESS
from pyramid_retry import BeforeRetry, IRetryableError
from zope.interface import classImplements

import cyclades.web
from cyclades.bootstrap import Application
from cyclades.bootstrap.application import ATTEMPTS
from cyclades.domain.model.errors import Collision, StaleVersion
from cyclades.settings import Settings
from cyclades.web import metrics
from cyclades.web.faults import exception_view
from cyclades.web.rendering import OrjsonRenderer
from cyclades.web.request import SAFE_METHODS, CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.validation import MAX_BODY

WSGI = Any


def attempts(request: CycladesRequest) -> int | None:
    """How often a request may be tried; None is the default.

    Trying again needs the body again, so that it would have to be kept: streams are not.
    """
    length = request.content_length
    streams = "Transfer-Encoding" in request.headers if length is None else length > MAX_BODY
    return 1 if streams else None


SETTINGS = {
    "tm.activate_hook": lambda request: request.method not in SAFE_METHODS,
    "retry.attempts": ATTEMPTS,
    "retry.activate_hook": attempts,
    "handle_exceptions": False,  # Cornice: our exception view does it
}


def pause(retry: BeforeRetry) -> None:
    """Let the others finish: who comes back at once loses again."""
    request = retry.request
    request.app.pause(request.environ["retry.attempt"])


def main(global_config: dict[str, str], **local: str) -> WSGI:
    """Paste's entry point: `use = egg:cyclades`."""
    del global_config
    return make_api(Application(Settings.from_ini(local)))


def make_api(application: Application) -> WSGI:
    """The API of an application that exists already."""
    for kind in (StaleVersion, Collision):
        classImplements(kind, IRetryableError)
    config = Configurator(settings=dict(SETTINGS), request_factory=CycladesRequest)
    config.registry["cyclades"] = application
    for package in ("pyramid_retry", "pyramid_tm", "cornice"):
        config.include(package)
    config.add_renderer("orjson", OrjsonRenderer)
    config.add_tween("cyclades.web.tweens.surroundings", under=INGRESS)
    config.add_exception_view(exception_view, context=Exception)
    config.add_exception_view(exception_view, context=HTTPException)
    config.add_subscriber(pause, BeforeRetry)
    config.add_notfound_view(exception_view)
    metrics.include(config)
    config.registry["cyclades.resources"] = declared = resources()
    for resource in declared:
        config.add_cornice_service(resource.as_service())
    wsgi = config.make_wsgi_app()
    # What the packages above add to requests is in our class already: with these gone,
    # Pyramid does not build a new class for every request.
    config.registry.getUtility(IRequestExtensions).descriptors.clear()
    return wsgi


def resources() -> list[Resource]:
    """Every declared resource; fixed paths before paths with parameters."""
    found = [
        value
        for module in modules(cyclades.web)
        for value in vars(module).values()
        if isinstance(value, Resource) and value.operations
    ]
    unique = {id(resource): resource for resource in found}
    return sorted(unique.values(), key=lambda resource: resource.path.replace("{", "\x7f"))


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """All modules below a package."""
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)
