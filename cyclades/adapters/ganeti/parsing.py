"""Reading values that may be anything.

Each reader gives the value in its type, or raises AnswerLost: an answer that is not what
it should be is as good as none.
"""

from typing import Any, Final

from cyclades.adapters.ganeti.errors import AnswerLost

LONGEST: Final = 2000


def table(value: object) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise AnswerLost("The cluster's answer is not a JSON object.")
    return value


def rows(value: object) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise AnswerLost("The cluster's answer is not a JSON array.")
    return value


def text(value: object) -> str:
    """A text of bounded length."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise AnswerLost("The cluster's answer holds something else than a text.")
    return value


def texts(value: object) -> tuple[str, ...]:
    """An array of texts."""
    return tuple(text(item) for item in rows(value))


def optional_text(value: object) -> str | None:
    """A text, or null."""
    return None if value is None else text(value)


def number(value: object) -> int:
    """A whole number that is not negative."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise AnswerLost("The cluster's answer holds something else than a number.")
    return value


def number_or_zero(value: object) -> int:
    """A number, or nothing when the node does not answer (null, "?")."""
    return 0 if value in (None, "?") else number(value)
