"""How the identity service writes ids."""


def bare(id: str) -> str:
    """A UUID as 32 hexadecimal digits."""
    return id.replace("-", "")
