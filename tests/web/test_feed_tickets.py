"""POST /feed/tickets, and what a ticket is good for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from cyclades.adapters.sql.schema.feed import feed_tickets
from cyclades.bootstrap import Application
from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.sharing import Scope
from tests.adapters.simulated.hand_clock import HandClock
from tests.harness.api import CALLERS, PROJECT, Client, client_of

TICKETS = "/feed/tickets"


def ticket(api: Client, token: str = "member") -> str:
    secret: str = api.call("POST", TICKETS, token=token, status=201).json["ticket"]["id"]
    return secret


@pytest.mark.parametrize(
    ("token", "scope"),
    [
        ("member", Scope(PROJECT)),
        ("reader", Scope(PROJECT)),
        ("unscoped", Scope(None)),
        ("admin", Scope(None, everything=True)),
    ],
)
def test_a_ticket_stands_for_its_caller_once(
    api: Client, application: Application, token: str, scope: Scope
) -> None:
    answer = api.call("POST", TICKETS, token=token, status=201)
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json["ticket"]
    assert set(made) == {"id", "expires_at", "url"}
    assert made["url"] == f"/feed?ticket={made['id']}"
    assert len(made["id"]) == 43  # 256 bits

    redeemed = application.atomically(lambda unit: unit.feed_admission.redeem(made["id"]))
    assert (redeemed.user_id, redeemed.scope) == (CALLERS[token].user_id, scope)
    with pytest.raises(Unauthenticated):
        application.atomically(lambda unit: unit.feed_admission.redeem(made["id"]))


@pytest.mark.parametrize("token", [None, "nobody"])
def test_it_needs_a_token(api: Client, token: str | None) -> None:
    answer = api.call("POST", TICKETS, token=token, status=401)
    assert answer.json["error"]["code"] == 401


def test_the_database_knows_no_ticket(api: Client, application: Application) -> None:
    secret = ticket(api)
    with application.reader() as unit:
        (row,) = unit.connection.execute(select(feed_tickets))
    assert secret not in repr(row)


def test_a_ticket_does_not_wait(
    application_maker: Callable[..., Application], database_url: str
) -> None:
    app = application_maker(database_url, feed_ticket_ttl=30)
    app.clock = clock = HandClock()
    api = client_of(app)
    early, late = ticket(api), ticket(api)
    clock.passed += 29
    redeemed = app.atomically(lambda unit: unit.feed_admission.redeem(early))
    assert redeemed.expires == clock.now() + timedelta(seconds=1)
    clock.passed += 2
    with pytest.raises(Unauthenticated):
        app.atomically(lambda unit: unit.feed_admission.redeem(late))


@pytest.mark.parametrize("secret", ["", "x", "\udcff", "a" * 5000, "' OR 1=1 --"])
def test_what_never_was_a_ticket(application: Application, secret: str) -> None:
    with pytest.raises(Unauthenticated):
        application.atomically(lambda unit: unit.feed_admission.redeem(secret))
