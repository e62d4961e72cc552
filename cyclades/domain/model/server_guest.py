"""What a server's guest may be told at any time: its owner's keys and data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerGuest:
    """`public_keys` by name; `user_data` is base64 text. The password is kept nowhere."""

    public_keys: Mapping[str, str] = field(default_factory=dict)
    user_data: str = ""
