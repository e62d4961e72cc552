"""Bodies of application credentials. Source: Identity API, "Application Credentials"."""

from datetime import UTC, datetime
from typing import Any

import colander

from cyclades.web.identity.schemas.records import flag, listing, name_of, note
from cyclades.web.schema_types import mapping, sequence, shown


class Moment(colander.SchemaType):
    """An ISO 8601 time (UTC when it names no zone), or null."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """To an aware datetime."""
        if cstruct is colander.null or cstruct is None:
            return cstruct
        try:
            moment = datetime.fromisoformat(cstruct)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise colander.Invalid(node, f"{shown(cstruct)} is not a time") from error

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Not used."""
        del node
        return appstruct


CREATE = mapping(
    "",
    mapping(
        "application_credential",
        name_of(),
        note("description"),
        note("secret"),
        colander.SchemaNode(Moment(), name="expires_at", missing=None),
        sequence(
            "roles",
            mapping("role", note("id"), note("name"), unknown="ignore"),
            missing=None,
            maximum=100,
            nullable=True,
        ),
        flag("unrestricted"),
        sequence(
            "access_rules",
            mapping("access_rule", unknown="ignore"),
            missing=None,
            maximum=0,
            nullable=True,
        ),
        unknown="ignore",
    ),
    unknown="ignore",
)
LIST = listing(note("name"))
