"""The reference for one request: as little as Pyramid can do."""

from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response

BODY = b'{"hello":"world"}'


def hello(_request: Any) -> Response:
    return Response(BODY, content_type="application/json", charset="UTF-8")


def application() -> Any:
    """A WSGI application."""
    config = Configurator()
    config.add_route("hello", "/")
    config.add_view(hello, route_name="hello")
    return config.make_wsgi_app()
