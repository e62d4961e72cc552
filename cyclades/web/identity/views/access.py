"""Who may, in views: one line each."""

from cyclades.domain.model.identity import Caller
from cyclades.domain.model.identity_policy import authorise
from cyclades.web.request import CycladesRequest


def may(request: CycladesRequest, action: str, *, own: bool = False) -> None:
    """Raise Forbidden unless the caller may do this; `own`: it is theirs."""
    authorise(request.caller, action, own=own)


def home_of(caller: Caller) -> str:
    """The domain of things that the caller makes without naming one."""
    return caller.domain_id or caller.project_domain_id or caller.user_domain_id
