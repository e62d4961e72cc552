"""What is remembered about attempts to log in."""

from typing import Protocol


class LoginRecords(Protocol):
    """Shared by all processes. Each call is a transaction of its own."""

    def wait_for(self, who: str, address: str) -> int:
        """Seconds until this user may try again from this address; 0: now."""
        ...

    def failed(self, who: str, address: str) -> None:
        """Count a failure."""
        ...

    def rehash(self, user_id: str, old_hash: str, new_hash: str) -> None:
        """Replace a password's hash if it is still the old one."""
        ...
