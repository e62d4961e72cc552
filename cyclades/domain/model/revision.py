"""Revisions: a client may say which version of an object it wants to change."""

from cyclades.domain.model.network_errors import RevisionNumberConstraintFailed


def require_revision(version: int, wanted: int | None) -> None:
    """Raise RevisionNumberConstraintFailed unless it is the wanted one, if one is named."""
    if wanted is not None and wanted != version:
        raise RevisionNumberConstraintFailed(
            f"Constrained to {wanted}, but current revision is {version}"
        )
