"""Signing in and out, the first visit, and what a session is made of."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from starlette.testclient import TestClient

from app import auth
from app.accounts import first_visit, passwords
from app.models import Account, JournalEntry, LoginSession
from tests.browser import with_csrf
from tests.factories import Make

GOOD = "cheval orange pluie douce"
SIGN_IN = {"email": "ada@ville.fr", "mot_de_passe": GOOD}


@pytest.fixture(scope="module")
def good_hash() -> str:
    return passwords.hash_of(GOOD)


@pytest.fixture
def ada(make: Make, good_hash: str) -> Account:
    return make.account(name="Ada Martin", email="ada@ville.fr", password_hash=good_hash)


@pytest.fixture
def rows(make: Make) -> Callable:
    def found(statement):
        with make.engine.connect() as connection:
            return connection.execute(statement).all()

    return found


def acts(rows: Callable) -> list[tuple]:
    return [
        (row.act, row.account_id, row.details)
        for row in rows(
            select(JournalEntry.act, JournalEntry.account_id, JournalEntry.details).order_by(JournalEntry.id)
        )
    ]


# --- signing in -------------------------------------------------------------------------------------------------------


def test_signing_in_begins_a_session_of_a_new_token(client: TestClient, ada: Account, rows) -> None:
    answer = client.post("/connexion", data={**SIGN_IN, "email": " ADA@ville.fr "})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(auth.cookie_name()))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies[auth.cookie_name()]
    ((stored,),) = rows(select(LoginSession.token_hash))
    assert stored == auth.token_hash(token)
    assert client.get("/mon-compte").status_code == 200
    assert acts(rows) == [("account.signed-in", ada.id, {})]


def test_signing_in_again_ends_the_former_session(client: TestClient, ada: Account, rows) -> None:
    client.post("/connexion", data=SIGN_IN)
    first = client.cookies[auth.cookie_name()]
    client.post("/connexion", data=SIGN_IN)
    assert client.cookies[auth.cookie_name()] != first
    assert len(rows(select(LoginSession.id))) == 1


def test_a_session_somebody_planted_is_not_the_one_that_begins(
    client: TestClient, ada: Account, rows
) -> None:
    client.cookies.set(auth.cookie_name(), "planted")
    client.post("/connexion", data=SIGN_IN)
    ((stored,),) = rows(select(LoginSession.token_hash))
    assert stored != auth.token_hash("planted")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@ville.fr", "faux"),
        ("personne@ville.fr", GOOD),
        ("", ""),
        ("ada@ville.fr", ""),
        ("ada@ville.fr", "x" * 9000),
    ],
)
def test_what_is_wrong_is_said_without_saying_which(
    client: TestClient, ada: Account, rows, email: str, password: str
) -> None:
    answer = client.post("/connexion", data={"email": email, "mot_de_passe": password})
    assert answer.status_code == 422
    assert "L’adresse ou le mot de passe ne convient pas." in answer.text
    assert auth.cookie_name() not in client.cookies
    assert acts(rows) == [("account.sign-in-refused", None, {"slowed": False})]


def test_a_closed_account_and_one_without_a_password_do_not_sign_in(
    client: TestClient, make: Make, good_hash
) -> None:
    make.account(email="closed@ville.fr", password_hash=good_hash, is_active=False)
    make.account(email="new@ville.fr")
    for email in ("closed@ville.fr", "new@ville.fr"):
        assert client.post("/connexion", data={"email": email, "mot_de_passe": GOOD}).status_code == 422


def test_guessing_is_slowed_down_and_a_known_browser_is_not(
    client: TestClient, ada: Account, application, rows
) -> None:
    with TestClient(application, follow_redirects=False) as hers:
        with_csrf(hers)
        assert hers.post("/connexion", data=SIGN_IN).status_code == 303
        for _ in range(8):
            assert client.post("/connexion", data={**SIGN_IN, "mot_de_passe": "faux"}).status_code == 422
        answer = client.post("/connexion", data=SIGN_IN)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 800
        assert "Trop de tentatives" in answer.text
        assert hers.post("/connexion", data=SIGN_IN).status_code == 303
    refused = [details for act, _, details in acts(rows) if act == "account.sign-in-refused"]
    assert refused == [{"slowed": False}] * 7 + [{"slowed": True}]


@pytest.mark.parametrize(
    ("there", "goes"),
    [
        ("/mon-compte?a=b", "/mon-compte?a=b"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("/\\ailleurs.example", "/"),
        ("/\t/ailleurs.example", "/"),
        ("\\\\ailleurs.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/connexion?suite=/connexion", "/"),
        ("/deconnexion", "/"),
        ("", "/"),
    ],
)
def test_one_never_goes_to_another_site(client: TestClient, ada: Account, there: str, goes: str) -> None:
    assert client.post("/connexion", data={**SIGN_IN, "suite": there}).headers["location"] == goes
    assert client.get("/connexion", params={"suite": there}).headers["location"] == goes


def test_a_page_asked_for_is_come_back_to(client: TestClient, ada: Account) -> None:
    answer = client.get("/mon-compte?onglet=1")
    assert answer.headers["location"] == "/connexion?suite=%2Fmon-compte%3Fonglet%3D1"
    page = client.get(answer.headers["location"])
    assert 'name="suite" value="/mon-compte?onglet=1"' in page.text


def test_an_old_hash_is_made_anew(client: TestClient, make: Make, rows) -> None:
    from argon2 import PasswordHasher

    make.account(email="ada@ville.fr", password_hash=PasswordHasher(1, 8192, 1).hash(GOOD))
    assert client.post("/connexion", data=SIGN_IN).status_code == 303
    ((stored,),) = rows(select(Account.password_hash))
    assert not passwords.is_dated(stored)


# --- how long a session lasts -----------------------------------------------------------------------------------------


def test_whether_one_is_signed_in_is_told_without_making_it_last(
    client: TestClient, ada: Account, make: Make, rows
) -> None:
    assert client.get("/connexion/etat").status_code == 401
    client.post("/connexion", data=SIGN_IN)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    with make.engine.begin() as connection:
        connection.execute(
            update(LoginSession).values(last_seen_at=datetime(2020, 1, 1, tzinfo=UTC), expires_at=soon)
        )
    answer = client.get("/connexion/etat")
    assert answer.status_code == 204
    assert answer.headers["cache-control"] == "no-store"
    assert rows(select(LoginSession.expires_at)) == [(soon,)]


def test_a_session_in_use_ends_all_the_same(client: TestClient, ada: Account, make: Make, rows) -> None:
    client.post("/connexion", data=SIGN_IN)
    now = datetime.now(UTC)
    with make.engine.begin() as connection:
        connection.execute(
            update(LoginSession).values(
                created_at=now - timedelta(days=59), last_seen_at=now - timedelta(hours=1)
            )
        )
    assert client.get("/mon-compte").status_code == 200
    ((expires,),) = rows(select(LoginSession.expires_at))
    assert timedelta(hours=23) < expires - now <= timedelta(days=1)


def test_signing_out_ends_the_session_on_the_server(client: TestClient, ada: Account, rows) -> None:
    client.post("/connexion", data=SIGN_IN)
    token = client.cookies[auth.cookie_name()]
    assert client.get("/deconnexion").status_code == 405
    answer = client.post("/deconnexion")
    assert answer.status_code == 303
    assert auth.cookie_name() not in client.cookies
    assert rows(select(LoginSession.id)) == []
    client.cookies.set(auth.cookie_name(), token)
    assert client.get("/mon-compte").status_code == 303
    assert client.post("/deconnexion").status_code == 303  # out already: no error


# --- signing in again in place ----------------------------------------------------------------------------------------

JSON = {"Accept": "application/json"}


def test_in_place_a_program_gets_its_new_token(client: TestClient, ada: Account) -> None:
    answer = client.post("/connexion", data={**SIGN_IN, "mot_de_passe": "faux"}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("L’adresse ou le mot de passe")
    answer = client.post("/connexion", data=SIGN_IN, headers=JSON)
    token = answer.json()["csrf_token"]
    assert (
        client.post("/mon-compte", data={"csrf_token": token, "nom": "Ada", "langue": "fr"}).status_code
        == 303
    )


def test_in_place_another_person_does_not_send_what_somebody_wrote(
    client: TestClient, ada: Account, make: Make, good_hash: str
) -> None:
    make.account(email="bob@ville.fr", password_hash=good_hash)
    client.post("/connexion", data=SIGN_IN)
    with make.engine.begin() as connection:
        connection.execute(text("UPDATE login_session SET expires_at = created_at"))
    answer = client.post("/connexion", data={"email": "bob@ville.fr", "mot_de_passe": GOOD}, headers=JSON)
    assert answer.status_code == 422
    assert "saisi avec un autre compte" in answer.json()["message"]
    assert client.get("/mon-compte").status_code == 303
    assert client.post("/connexion", data=SIGN_IN, headers=JSON).status_code == 200


# --- the first visit --------------------------------------------------------------------------------------------------

FIRST = {"email": "Ada@ville.fr", "nom": " Ada  Martin ", "mot_de_passe": GOOD}


@pytest.fixture
def here(application, database):
    """A browser on the machine of the service."""
    with TestClient(application, follow_redirects=False, client=("127.0.0.1", 5000)) as browser:
        yield with_csrf(browser)


def test_the_first_account_administers_the_service(here: TestClient, rows) -> None:
    assert here.get("/connexion").headers["location"] == "/premiere-visite"
    assert 'name="code"' not in here.get("/premiere-visite").text
    assert here.post("/premiere-visite", data=FIRST).status_code == 303
    assert rows(select(Account.email, Account.name, Account.is_administrator)) == [
        ("ada@ville.fr", "Ada Martin", True)
    ]
    assert here.get("/administration/liens").status_code == 200
    assert "account.created" in [act for act, *_ in acts(rows)]


def test_there_is_one_first_visit(here: TestClient, ada: Account) -> None:
    assert here.get("/premiere-visite").status_code == 404
    assert here.post("/premiere-visite", data=FIRST).status_code == 404


def test_of_many_first_visitors_at_once_one_is_first(application, database, rows) -> None:
    def come(n: int) -> int:
        with TestClient(application, follow_redirects=False, client=("127.0.0.1", 5000 + n)) as browser:
            return (
                with_csrf(browser)
                .post("/premiere-visite", data={**FIRST, "email": f"p{n}@ville.fr"})
                .status_code
            )

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(come, range(6))) == [303, 404, 404, 404, 404, 404]
    assert len(rows(select(Account.id))) == 1


def test_from_elsewhere_the_first_visitor_needs_the_code_of_the_log(
    application, database, rows, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(application, follow_redirects=False, client=("203.0.113.9", 5000)) as browser:
        (said,) = [record for record in caplog.records if hasattr(record, "code")]
        assert said.address.endswith("/premiere-visite")
        with_csrf(browser)
        assert 'name="code"' in browser.get("/premiere-visite").text
        answer = browser.post("/premiere-visite", data={**FIRST, "code": "AAAAA-BBBBB"})
        assert answer.status_code == 422
        assert "pas le code de ce service" in answer.text
        assert rows(select(Account.id)) == []
        assert browser.post("/premiere-visite", data={**FIRST, "code": said.code.lower()}).status_code == 303


def test_the_code_is_not_to_be_guessed(application, database) -> None:
    with TestClient(application, follow_redirects=False, client=("203.0.113.9", 5000)) as browser:
        with_csrf(browser)
        for _ in range(8):
            browser.post("/premiere-visite", data={**FIRST, "code": "AAAAA-BBBBB"})
        code = first_visit.code_of(application.state.signing_key)
        answer = browser.post("/premiere-visite", data={**FIRST, "code": code})
        assert "Trop de tentatives" in answer.text
