"""JSON out: orjson, everywhere."""

from datetime import UTC, datetime
from typing import Any

import orjson
from pyramid.response import Response

JSON = "application/json"
LARGEST = 2**63 - 1
SECONDS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def to_bytes(value: object) -> bytes:
    """JSON text. Presenters give plain types, datetimes aside: those are ISO 8601."""
    return orjson.dumps(value)


class OrjsonRenderer:
    """A Pyramid renderer factory; keeps the status and headers that the view set."""

    def __init__(self, info: object) -> None:
        """Pyramid tells about the view; we do not care."""
        del info

    def __call__(self, value: Any, system: Any) -> bytes:
        """Render the view's answer."""
        system["request"].response.content_type = JSON
        return to_bytes(value)


def json_response(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    """A whole response, where there is no view to render for (faults, discovery)."""
    return Response(
        body=to_bytes(value),
        status=status,
        content_type=JSON,
        headerlist=None,
        charset="UTF-8",
        **({"headers": headers} if headers else {}),
    )


def whole(number: int) -> int | orjson.Fragment:
    """A number of any size; orjson itself writes 64 bits."""
    return number if number <= LARGEST else orjson.Fragment(str(number))


def iso(moment: datetime | None) -> str | None:
    """`2026-11-22T10:00:00Z`, as compute, network and image write times."""
    # orjson is several times as fast as isoformat, and this is called for every row of lists.
    return orjson.dumps(moment.astimezone(UTC), option=SECONDS)[1:-1].decode() if moment else None


def iso_micro(moment: datetime | None) -> str | None:
    """`2026-11-22T10:00:00.000000`, as compute's actions and volumes write times."""
    if moment is None:
        return None
    return f"{orjson.dumps(moment.astimezone(UTC))[1:20].decode()}.{moment.microsecond:06}"
