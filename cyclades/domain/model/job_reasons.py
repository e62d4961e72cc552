"""The reason that our jobs carry: it finds a job again, and tells operators who asked.

The text travels as `cyc:<effect id> req:<request id>`, as a word pair among whatever
else a cluster puts in its reasons. It is read back from outside, so reading is strict.
"""

import re
from dataclasses import dataclass
from typing import Final

from cyclades.domain.model.effects import Effect

_REASON: Final = re.compile(r"(?:^|\s)cyc:([\w.-]{1,64})(?:\s+req:([\w.-]{0,128}))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class JobReason:
    """The effect that a job carries out, and the request that caused it."""

    effect_id: str
    request_id: str | None = None


def reason_of(effect: Effect) -> str:
    """The text to give with the effect's job."""
    return f"cyc:{effect.id} req:{effect.request_id}"


def read_reason(text: str) -> JobReason | None:
    """What `reason_of` wrote, or None when the text is somebody else's."""
    found = _REASON.search(text)
    return JobReason(found[1], found[2] or None) if found else None
