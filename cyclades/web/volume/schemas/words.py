"""Words that several bodies of the volume service share.

Source: Block Storage API reference, "Volumes", "Volume snapshots", "Backups".
"""

from collections.abc import Mapping
from typing import Any

import colander

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.schema_types import mapping, text

MOST_TEXT = 255
MOST_ITEMS = 128  # of one volume's metadata, or snapshot's, or what it knows of its image
OLD_WORDS = {"display_name": "name", "display_description": "description"}


def few_texts(node: colander.SchemaNode, value: Any) -> None:
    """Names and values of metadata are short texts, and names are not empty."""
    if len(value) > MOST_ITEMS:
        raise colander.Invalid(node, f"There are at most {MOST_ITEMS} items.")
    for name, said in value.items():
        if not isinstance(said, str) or len(said) > MOST_TEXT or not 0 < len(name) <= MOST_TEXT:
            raise colander.Invalid(
                node, f"{name[:40]!r}: names and values are texts of at most {MOST_TEXT} characters"
            )


def metadata(name: str = "metadata", **more: Any) -> colander.SchemaNode:
    """An object of texts."""
    return mapping(name, unknown="preserve", validator=few_texts, **more)


METADATA = mapping("", metadata())
META = mapping("", metadata("meta"))


def name_and_description() -> list[colander.SchemaNode]:
    """Under both names that clients have for each; null is as good as nothing."""
    return [
        text(name, missing=colander.drop, nullable=True)
        for name in ("name", "description", *OLD_WORDS)
    ]


def described(body: Mapping[str, Any]) -> dict[str, Any]:
    """What `name_and_description` found, under the model's names."""
    found = {name: body[old] for old, name in OLD_WORDS.items() if old in body}
    found |= {name: body[name] for name in OLD_WORDS.values() if name in body}
    if "name" in found:
        found["name"] = (found["name"] or "").strip()
    return found


def changed(body: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The same, of a body that must change something. Raises InvalidInput."""
    found = described(body)
    if not found:
        raise InvalidInput(f"Nothing to change in {field}.", field)
    return found


def merged(found: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Both, if that is not too much. Raises InvalidInput."""
    together = {**found, **more}
    if len(together) > max(MOST_ITEMS, len(found)):
        raise InvalidInput(f"There are at most {MOST_ITEMS} items.", "metadata")
    return together
