"""Input: JSON bodies and queries against colander schemas that are built once."""

from collections.abc import Mapping
from typing import Any

import colander
import orjson

from cyclades.domain.model.errors import InvalidInput, TooLarge

MAX_BODY = 1 << 20
MAX_DEPTH = 32
JSON_TYPES = frozenset({"application/json", ""})


class UnsupportedType(InvalidInput):
    """The body is not JSON: 415 where the service says so."""


def json_body(request: Any, kinds: frozenset[str] = JSON_TYPES) -> Any:
    """The body as Python values. Raises InvalidInput or TooLarge, never anything else.

    `kinds` are the media types that are taken for JSON.
    """
    length = request.content_length
    if length is not None and length > MAX_BODY:
        raise TooLarge("Request is too large.")
    raw = request.body_file_raw.read(MAX_BODY + 1) if length is None else request.body
    if len(raw) > MAX_BODY:
        raise TooLarge("Request is too large.")
    kind = (request.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    if raw and kind not in kinds:
        raise UnsupportedType(f"Unsupported Content-Type {kind[:60]!r}: send {max(kinds)}.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("Malformed request body: not valid JSON.") from error
    _refuse_odd(value, 0)
    return value


def _refuse_odd(value: Any, depth: int) -> None:
    # Text with NUL cannot be stored by PostgreSQL; depth is bounded against recursion.
    if depth > MAX_DEPTH:
        raise InvalidInput("Malformed request body: nested too deeply.")
    if isinstance(value, str):
        if "\x00" in value:
            raise InvalidInput("Malformed request body: text must not contain NUL.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_odd(key, depth + 1)
            _refuse_odd(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _refuse_odd(item, depth + 1)


def check(schema: colander.SchemaNode, value: Any) -> Any:
    """The schema's view of the value. Raises InvalidInput naming the field."""
    try:
        return schema.deserialize(value)
    except colander.Invalid as error:
        field, message = next(iter(error.asdict(translate=_translate).items()))
        said = f"Invalid input for field/attribute {field.rpartition('.')[2]}." if field else ""
        where = f" (at {field})" if "." in field else ""
        raise InvalidInput(f"{said} {message}{where}".strip(), field or None) from error


def refuse_unknown(schema: colander.SchemaNode, query: Mapping[str, Any]) -> None:
    """Raise InvalidInput for a query parameter that the schema does not name."""
    unknown = sorted(set(query) - {node.name for node in schema.children})
    if unknown:
        said = f"Additional properties are not allowed ({unknown[0][:60]!r} was unexpected)"
        raise InvalidInput(f"Invalid input for query parameters. {said}", unknown[0])


def _translate(message: Any) -> str:
    return str(message.interpolate() if hasattr(message, "interpolate") else message)


def query_values(schema: colander.SchemaNode, pairs: Any) -> Mapping[str, Any]:
    """The query as the schema sees it; a sequence field collects repeats."""
    raw: dict[str, Any] = {}
    lists = {node.name for node in schema.children if isinstance(node.typ, colander.Sequence)}
    for key, value in pairs.items():
        if "\x00" in value or "\x00" in key:
            raise InvalidInput("The query must not contain NUL.", key.replace("\x00", ""))
        if key in lists:
            raw.setdefault(key, []).append(value)
        else:
            raw.setdefault(key, value)
    result: Mapping[str, Any] = check(schema, raw)
    return result
