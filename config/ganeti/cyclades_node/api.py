"""Cyclades' node API: which ports' documents have changed."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from cyclades_node.conf import BadConf, Conf

LARGEST = 256 * 2**20  # bytes of an answer
MOST_PORTS = 1000  # in one question


class ApiTrouble(Exception):
    """It is away, refuses us, or makes no sense."""


class Answer(NamedTuple):
    """`ports` has those that changed; None where there is no such port."""

    cursor: str
    ports: dict[str, Any]


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Our key is for this host alone."""


def opener(conf: Conf) -> OpenerDirector:
    """TLS is verified, with `conf.ca` instead of the system's authorities if given.

    Raises BadConf, OSError.
    """
    if not conf.api:
        raise BadConf("api is empty: this node does not know where Cyclades is")
    secure = HTTPSHandler(context=ssl.create_default_context(cafile=conf.ca or None))
    return build_opener(ProxyHandler({}), _NoRedirect, secure)


class Api:
    """One question at a time."""

    def __init__(self, conf: Conf) -> None:
        """Raises BadConf, OSError."""
        self._opener = opener(conf)
        self._url = f"{conf.api.rstrip('/')}/node/v1/ports"
        self._key = conf.node_key

    def ask(self, known: Mapping[str, str], cursor: str, patience: float) -> Answer:
        """`known` has the digests by port, empty for none. Raises ApiTrouble."""
        body = json.dumps({"ports": known, "cursor": cursor}).encode()
        request = Request(  # noqa: S310  the operator's own URL
            self._url,
            data=body,
            method="POST",
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
            },
        )
        try:
            with self._opener.open(request, timeout=patience) as response:
                said = json.loads(response.read(LARGEST))
            return Answer(str(said["cursor"]), dict(said["ports"]))
        except HTTPError as error:
            error.close()
            raise ApiTrouble(f"{self._url}: {error}") from error
        except (OSError, URLError, ValueError, KeyError, TypeError) as error:
            raise ApiTrouble(f"{self._url}: {error}") from error
