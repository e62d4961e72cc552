"""Bodies that changed with microversions: a table of fields, a schema for each band."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import colander

from cyclades.web.microversions import Microversion

OLDEST = Microversion(0, 0)


@dataclass(frozen=True, slots=True)
class Since:
    """A field of a body, from one microversion to before another."""

    node: colander.SchemaNode
    since: Microversion = OLDEST
    until: Microversion | None = None

    def within(self, version: Microversion) -> bool:
        """Whether this version has the field."""
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(frozen=True, slots=True)
class Versioned:
    """Schemas and the microversions they begin with, the newest first."""

    bands: tuple[tuple[Microversion, colander.SchemaNode], ...]

    def at(self, version: Microversion) -> colander.SchemaNode:
        """The schema of this microversion."""
        return next(schema for since, schema in self.bands if since <= version)

    @property
    def newest(self) -> colander.SchemaNode:
        """For documents."""
        return self.bands[0][1]


def versioned(fields: Sequence[Since], build: Callable[..., colander.SchemaNode]) -> Versioned:
    """`build(*nodes)` once for each band in which the same fields exist."""
    edges = {OLDEST} | {f.since for f in fields} | {f.until for f in fields if f.until}
    return Versioned(
        tuple(
            (edge, build(*(field.node for field in fields if field.within(edge))))
            for edge in sorted(edges, reverse=True)
        )
    )


def schema_at(body: colander.SchemaNode | Versioned, version: Microversion) -> colander.SchemaNode:
    """The schema itself, or the one of this microversion."""
    return body.at(version) if isinstance(body, Versioned) else body
