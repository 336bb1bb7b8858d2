"""Statements that are planned once, and only where nothing stands between the service and its server."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app import auth, db
from app.accounts import queries
from app.tenancy import Role, Scope
from tests.factories import Make

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%login_session%'")


@pytest.mark.parametrize(("prepares", "planned"), [(True, 1), (False, 0)])
def test_what_runs_with_every_request_is_planned_once(bound_database, prepares: bool, planned: int) -> None:
    engine = db.make_engine(bound_database.url, pool_size=1, overflow=0, prepares=prepares)
    try:
        for _ in range(3):
            with db.in_transaction(Scope("tab_web", 1), bind=engine) as session:
                assert queries.viewer_by_token(session, b"none", 1, []) == []
        with db.in_transaction(Scope("tab_web", 1), bind=engine) as session:
            assert session.scalar(PREPARED) == planned
            assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == planned
    finally:
        engine.dispose()


def test_a_plan_keeps_nothing_of_whom_it_was_made_for(bound_database, make: Make) -> None:
    """On one connection, the statement of every page gives each person their own establishments, whoever asked before."""
    places = [make.establishment() for _ in range(3)]
    people = [make.account() for _ in places]
    for account, place in zip(people, places, strict=True):
        make.member(account, place, "reader")
    engine = db.make_engine(bound_database.url, pool_size=1, overflow=0, prepares=True)
    tokens = [auth.token_hash(make.signed_in(account)) for account in people]
    try:
        for _ in range(8):  # beyond five, a plan may be the same for all
            for account, place, token in zip(people, places, tokens, strict=True):
                asked = [one.id for one in places]
                scope = Scope.of(place.id, Role.reader, account=account.id)
                with db.in_transaction(scope, bind=engine) as session:
                    rows = queries.viewer_by_token(session, token, account.id, asked)
                    assert [row.slug for row in rows] == [place.slug]
    finally:
        engine.dispose()
