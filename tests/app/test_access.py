"""Who may call a route, tried on one route of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from app import access, auth, db
from app.access import Member, SessionOf, accesses, member, routes
from app.auth import Viewer
from app.main import create_app
from app.models import Account, Establishment, JobProgress, LoginSession
from app.tenancy import Role, Scope, scope_of
from tests.browser import with_csrf, without_tokens
from tests.factories import Make

router = APIRouter()


@router.get("/t/public")
def public_page(viewer: Annotated[Viewer | None, Depends(access.public)]) -> dict:
    return {"name": viewer.name if viewer else None}


@router.get("/t/own")
def own_page(viewer: Annotated[Viewer, Depends(access.signed_in)]) -> dict:
    return {"name": viewer.name, "seats": [[seat.slug, seat.role] for seat in viewer.seats]}


@router.get("/t/administration")
def administration_page(viewer: Annotated[Viewer, Depends(access.administrator)], session: SessionOf) -> dict:
    return {"establishments": len(session.execute(select(Establishment.id)).all())}


@router.get("/t/e/{establishment}")
def reader_page(me: Annotated[Member, Depends(member("reader"))], session: SessionOf) -> dict:
    return {"role": me.role, "rows": list(session.scalars(select(JobProgress.establishment_id)))}


@router.post("/t/e/{establishment}")
def editor_page(me: Annotated[Member, Depends(member("editor"))], session: SessionOf) -> dict:
    session.add(JobProgress(establishment_id=me.establishment.id, task="t"))
    return {}


@router.post("/t/e/{establishment}/half")
def half_page(me: Annotated[Member, Depends(member("editor"))], session: SessionOf) -> dict:
    session.add(JobProgress(establishment_id=me.establishment.id, task="half"))
    session.flush()
    raise access.NotFound


@router.get("/t/e/{establishment}/equipe")
def manager_page(me: Annotated[Member, Depends(member("manager"))], session: SessionOf) -> dict:
    return {"scope": sorted(scope_of(session).manage) == [me.establishment.id]}


@pytest.fixture
def browser(bound_database, database) -> Iterator[TestClient]:
    application = create_app()
    application.include_router(router)
    with TestClient(application, follow_redirects=False) as found:
        yield with_csrf(found)


@pytest.fixture
def enter(browser: TestClient, make: Make) -> Callable[[Account], None]:
    return lambda account: browser.cookies.set(auth.cookie_name(), make.signed_in(account))


def test_each_declares_its_access() -> None:
    application = FastAPI()
    application.include_router(router)
    found = {(route.path, *sorted(route.methods or ())): accesses(route) for route in routes(application)}
    assert found["/t/public", "GET"] == ["public"]
    assert found["/t/administration", "GET"] == ["administrator"]
    assert found["/t/e/{establishment}", "GET"] == ["member:reader"]
    assert found["/t/e/{establishment}", "POST"] == ["member:editor"]


def test_nobody_sees_public_pages_alone(browser: TestClient, make: Make) -> None:
    place = make.establishment()
    assert browser.get("/t/public").json() == {"name": None}
    for path in ("/t/own", "/t/administration", f"/t/e/{place.slug}", "/t/e/absent"):
        answer = browser.get(path, headers={"Accept": "application/json"})
        assert answer.status_code in {303, 401}, path


@pytest.mark.parametrize(
    ("role", "read", "write", "manage"),
    [
        (None, 404, 404, 404),
        ("reader", 200, 403, 403),
        ("editor", 200, 200, 403),
        ("publisher", 200, 200, 403),
        ("manager", 200, 200, 200),
    ],
)
def test_each_role_does_its_share(browser, make, enter, role, read, write, manage) -> None:
    place, other = make.establishment(), make.establishment()
    for where in (place, other):
        make.add(JobProgress(establishment_id=where.id, task="t"))
    account = make.account()
    make.member(account, other, "manager")
    if role:
        make.member(account, place, role)
    enter(account)
    answer = browser.get(f"/t/e/{place.slug}")
    assert answer.status_code == read
    if role:
        assert answer.json() == {"role": role, "rows": [place.id]}
    assert browser.post(f"/t/e/{place.slug}").status_code == write
    assert browser.get(f"/t/e/{place.slug}/equipe").status_code == manage
    assert browser.get("/t/e/absent").status_code == 404


def test_a_hidden_establishment_and_an_absent_one_answer_alike(browser, make, enter) -> None:
    hidden = make.establishment(slug="cachee")
    enter(make.account())
    found, absent = browser.get(f"/t/e/{hidden.slug}"), browser.get("/t/e/absente")
    assert found.status_code == absent.status_code == 404
    texts = [without_tokens(answer.text) for answer in (found, absent)]
    assert texts[0].replace("cachee", "absente") == texts[1]


def test_an_administrator_sees_the_list_and_no_establishment_s_rows(browser, make, enter) -> None:
    place = make.establishment()
    enter(make.account(is_administrator=True))
    assert browser.get("/t/administration").json() == {"establishments": 1}
    assert browser.get(f"/t/e/{place.slug}").status_code == 404
    enter(make.account())
    assert browser.get("/t/administration").status_code == 404


def test_seats_are_listed_by_name_with_their_roles(browser, make, enter) -> None:
    account = make.account()
    for slug, name, role in (("z", "Zoo", "reader"), ("a", "abbaye", "manager")):
        make.member(account, make.establishment(slug=slug, name=name), role)
    enter(account)
    assert browser.get("/t/own").json()["seats"] == [["a", "manager"], ["z", "reader"]]


def test_of_many_seats_that_of_the_address_is_there(browser, make, enter, monkeypatch) -> None:
    monkeypatch.setattr(auth, "SEATS_SHOWN", 2)
    account = make.account()
    for n in range(4):
        make.member(account, make.establishment(slug=f"s{n}", name=f"S{n}"), "reader")
    enter(account)
    assert browser.get("/t/e/s3").status_code == 200


def test_what_a_refused_request_wrote_is_gone(browser, make, enter) -> None:
    place, account = make.establishment(), make.account()
    make.member(account, place, "editor")
    enter(account)
    assert browser.post(f"/t/e/{place.slug}/half").status_code == 404
    with make.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM job_progress")).scalar() == 0


@pytest.mark.parametrize("reason", ["expired", "closed", "ended", "forged"])
def test_a_sign_in_that_is_over_is_none(browser, make, enter, reason) -> None:
    account = make.account()
    enter(account)
    assert browser.get("/t/own").status_code == 200
    with make.engine.begin() as connection:
        if reason == "expired":
            connection.execute(text("UPDATE login_session SET expires_at = now() - interval '1 second'"))
        elif reason == "closed":
            connection.execute(text("UPDATE account SET is_active = false"))
        elif reason == "ended":
            with db.in_transaction(Scope()) as session:
                auth.end_session(session, browser.cookies[auth.cookie_name()])
        else:
            browser.cookies.set(auth.cookie_name(), "forged")
    assert browser.get("/t/own").status_code in {303, 401}


def test_a_sign_in_lasts_as_long_as_it_is_used(browser, make, enter) -> None:
    account = make.account()
    enter(account)
    with make.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE login_session SET last_seen_at = now() - interval '1 hour', expires_at = now() + interval '1 hour'"
            )
        )
    assert browser.get("/t/own").status_code == 200
    with make.engine.connect() as connection:
        expires = connection.execute(select(LoginSession.expires_at)).scalar_one()
    assert expires > datetime.now(UTC) + timedelta(days=13)


def test_a_sign_in_keeps_no_token(make: Make) -> None:
    account = make.account()
    with db.in_transaction(Scope()) as session:
        token = auth.start_session(session, account.id, "Firefox")
    with db.in_transaction(Scope()) as session:
        (stored,) = session.scalars(select(LoginSession))
    assert token.encode() not in stored.token_hash
    assert stored.token_hash == auth.token_hash(token)


def test_roles_are_those_of_the_hierarchy() -> None:
    assert {str(role): member(role.value).access for role in Role} == {
        "reader": "member:reader",
        "editor": "member:editor",
        "publisher": "member:publisher",
        "manager": "member:manager",
    }
