"""Teams: who joins, as what, who leaves, and what the last manager may not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app import auth, mail
from app.models import Account, Establishment, Invitation, JournalEntry, LoginSession, Membership
from tests.browser import with_csrf
from tests.factories import Make

PASSWORD = "quatre chaises vertes molles"  # noqa: S105 (a made-up one)
TEAM = "/e/saint-remi/equipe"


@pytest.fixture
def town(make: Make) -> Establishment:
    return make.establishment(slug="saint-remi", name="Ville de Saint-Rémi")


@pytest.fixture
def ada(make: Make, town: Establishment) -> Account:
    """She manages the town."""
    account = make.account(name="Ada Martin", email="ada@ville.fr")
    make.member(account, town, "manager")
    return account


@pytest.fixture
def manager(sign_in, ada: Account) -> TestClient:
    return sign_in(ada)


@pytest.fixture
def guest(application) -> TestClient:
    """Another browser, which nobody has signed in with."""
    with TestClient(application, follow_redirects=False) as browser:
        yield with_csrf(browser)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[mail.Letter]:
    found: list[mail.Letter] = []
    monkeypatch.setattr(mail, "deliver", lambda letter: found.append(letter))
    return found


@pytest.fixture
def rows(make: Make) -> Callable:
    def found(statement):
        with make.engine.connect() as connection:
            return connection.execute(statement).all()

    return found


def path_of(letter: mail.Letter) -> str:
    return letter.link[letter.link.index("/invitation") :]


def invite(browser: TestClient, email: str = "bob@ville.fr", role: str = "editor"):
    return browser.post(f"{TEAM}/inviter", data={"email": email, "role": role})


def roles(rows: Callable) -> dict[int, str]:
    return dict(rows(select(Membership.account_id, Membership.role)))


# --- inviting ---------------------------------------------------------------------------------------------------------


def test_a_person_without_an_account_makes_one_and_joins(manager, guest, letters, rows, ada, town) -> None:
    assert invite(manager, " Bob@Ville.fr ").status_code == 200
    (letter,) = letters
    assert letter.to == "bob@ville.fr"
    assert letter.subject == "Ada Martin vous invite dans Tabellion"
    assert "« Saisie »" in letter.lines[0].replace("\u00a0", " ")
    page = guest.get(path_of(letter))
    assert "Ville de Saint-Rémi" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert guest.post(path_of(letter), data={"nom": "", "mot_de_passe": "court"}).status_code == 422
    answer = guest.post(path_of(letter), data={"nom": "Bob Durand", "mot_de_passe": PASSWORD})
    assert answer.headers["location"] == "/e/saint-remi/"
    bob = rows(select(Account.id, Account.email).where(Account.name == "Bob Durand"))[0]
    assert bob.email == "bob@ville.fr"
    assert roles(rows) == {ada.id: "manager", bob.id: "editor"}
    assert guest.get("/mon-compte").status_code == 200
    assert guest.get(path_of(letter)).status_code == 404
    assert guest.post(path_of(letter)).status_code == 404
    noted = rows(
        select(JournalEntry.act, JournalEntry.account_id, JournalEntry.details)
        .where(JournalEntry.establishment_id == town.id)
        .order_by(JournalEntry.id)
    )
    assert noted == [
        ("member.invited", ada.id, {"role": "editor"}),
        ("member.joined", bob.id, {"role": "editor"}),
    ]


def test_a_link_holds_a_secret_that_is_kept_nowhere(manager, letters, rows) -> None:
    invite(manager)
    secret = letters[0].link.rpartition(".")[2]
    assert rows(select(Invitation.token_hash)) == [(auth.token_hash(secret),)]
    assert secret not in manager.get(TEAM).text


def test_with_a_mail_server_the_link_is_not_shown_to_who_invites(manager, letters, monkeypatch) -> None:
    monkeypatch.setattr(mail, "is_set", lambda: True)
    answer = invite(manager)
    assert answer.status_code == 303
    page = manager.get(TEAM).text
    assert "Une invitation est partie à bob@ville.fr" in page
    assert letters[0].link not in page


@pytest.mark.parametrize("change", ["x", "other", "number", "empty", "huge", "letters"])
def test_a_link_that_is_not_ours_opens_nothing(manager, guest, letters, make, change) -> None:
    other = make.establishment()
    invite(manager)
    token = path_of(letters[0]).rpartition("/")[2]
    number, _, secret = token.partition(".")
    path = {
        "x": token + "x",
        "other": f"{other.id}.{secret}",
        "number": number,
        "empty": f"{number}.",
        "huge": f"{'9' * 30}.{secret}",
        "letters": f"١.{secret}",
    }[change]
    assert guest.get(f"/invitation/{path}").status_code == 404
    assert guest.post(f"/invitation/{path}", data={"nom": "Eve", "mot_de_passe": PASSWORD}).status_code == 404


def test_an_invitation_ends_after_a_fortnight_and_is_sent_again(manager, guest, letters, make, rows) -> None:
    invite(manager)
    with make.engine.begin() as connection:
        connection.execute(update(Invitation).values(expires_at=datetime.now(UTC)))
    assert guest.get(path_of(letters[0])).status_code == 404
    assert "Lien périmé" in manager.get(TEAM).text
    ((number,),) = rows(select(Invitation.id))
    manager.post(f"{TEAM}/invitations/{number}/renvoyer")
    assert guest.get(path_of(letters[0])).status_code == 404
    assert guest.get(path_of(letters[1])).status_code == 200


def test_inviting_again_replaces_the_former_invitation(manager, guest, letters, rows) -> None:
    invite(manager)
    invite(manager, role="publisher")
    assert rows(select(Invitation.role)) == [("publisher",)]
    assert guest.get(path_of(letters[0])).status_code == 404
    assert "Publication" in guest.get(path_of(letters[1])).text


def test_an_invitation_is_cancelled(manager, guest, letters, rows) -> None:
    invite(manager)
    ((number,),) = rows(select(Invitation.id))
    assert manager.post(f"{TEAM}/invitations/{number}/annuler").status_code == 303
    assert guest.get(path_of(letters[0])).status_code == 404
    assert manager.post(f"{TEAM}/invitations/{number}/annuler").status_code == 404
    assert manager.post(f"{TEAM}/invitations/{number}/renvoyer").status_code == 404


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("bob", "editor", "n’est pas complète"),
        ("bob@ville.fr", "", "Choisissez un rôle."),
        ("bob@ville.fr", "king", "Choisissez un rôle."),
        ("ADA@ville.fr", "reader", "fait déjà partie de l’équipe"),
        ("a@b.fr\nBcc: c@d.fr", "reader", "n’est pas complète"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said(manager, letters, email, role, said) -> None:
    answer = invite(manager, email, role)
    assert answer.status_code == 422
    assert said in answer.text
    assert letters == []


# --- joining with an account ------------------------------------------------------------------------------------------


def test_an_account_joins_a_second_establishment_and_its_session_is_renewed(
    manager, guest, letters, make, rows
) -> None:
    bob = make.account(name="Bob", email="bob@ville.fr")
    other = make.establishment()
    make.member(bob, other, "reader")
    invite(manager)
    page = guest.get(path_of(letters[0])).text
    assert "/connexion?suite=/invitation/" in page
    assert 'name="mot_de_passe"' not in page
    refused = guest.post(path_of(letters[0]), data={"nom": "Eve", "mot_de_passe": PASSWORD})
    assert refused.headers["location"] == path_of(letters[0])
    token = make.signed_in(bob)
    guest.cookies.set(auth.cookie_name(), token)
    assert "Rejoindre en tant que Bob" in guest.get(path_of(letters[0])).text
    assert guest.post(path_of(letters[0])).status_code == 303
    held = rows(select(Membership.role).where(Membership.account_id == bob.id))
    assert sorted(role for (role,) in held) == ["editor", "reader"]
    assert (auth.token_hash(token),) not in rows(select(LoginSession.token_hash))


def test_joining_with_another_address_is_said_first(manager, guest, letters, make, rows) -> None:
    bob = make.account(name="Bob", email="bob@personnel.fr")
    invite(manager)
    guest.cookies.set(auth.cookie_name(), make.signed_in(bob))
    page = guest.get(path_of(letters[0])).text
    assert "a été envoyée à bob@ville.fr" in page
    assert guest.post(path_of(letters[0])).status_code == 303
    assert roles(rows)[bob.id] == "editor"


def test_joining_lowers_nobody(manager, letters, ada, rows) -> None:
    invite(manager, "ada@personnel.fr", "reader")
    assert manager.post(path_of(letters[0])).status_code == 303
    assert roles(rows) == {ada.id: "manager"}


def test_of_two_who_accept_at_once_one_joins(application, manager, letters, make, rows, ada) -> None:
    invite(manager)
    people = [make.account() for _ in range(4)]

    def accept(person: Account) -> int:
        with TestClient(application, follow_redirects=False) as browser:
            with_csrf(browser).cookies.set(auth.cookie_name(), make.signed_in(person))
            return browser.post(path_of(letters[0])).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(accept, people)) == [303, 404, 404, 404]
    assert len(roles(rows)) == 2


# --- roles, and leaving -----------------------------------------------------------------------------------------------


def test_a_role_is_changed_and_noted(manager, make, town, ada, rows) -> None:
    bob = make.account(name="Bob")
    make.member(bob, town, "reader")
    assert manager.post(f"{TEAM}/{bob.id}/role", data={"role": "publisher"}).status_code == 303
    assert roles(rows)[bob.id] == "publisher"
    manager.post(f"{TEAM}/{bob.id}/role", data={"role": "publisher"})  # no change, no entry
    assert rows(select(JournalEntry.act, JournalEntry.subject, JournalEntry.details)) == [
        ("member.role-changed", f"account:{bob.id}", {"before": "reader", "after": "publisher"})
    ]
    assert manager.post(f"{TEAM}/{bob.id}/role", data={"role": "king"}).status_code == 404


def test_somebody_of_another_establishment_is_not_there(manager, make, rows) -> None:
    bob = make.account()
    make.member(bob, make.establishment(), "reader")
    for path in (f"{TEAM}/{bob.id}/role", f"{TEAM}/{bob.id}/retirer"):
        assert manager.post(path, data={"role": "manager"}).status_code == 404
    assert manager.get(f"{TEAM}/{bob.id}/retirer").status_code == 404
    assert roles(rows)[bob.id] == "reader"


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "9" * 40, "١", "x"])
def test_what_cannot_be_a_number_is_no_address(manager, number) -> None:
    for path in (f"{number}/role", f"{number}/retirer", f"invitations/{number}/annuler"):
        assert manager.post(f"{TEAM}/{path}", data={"role": "reader"}).status_code == 404


@pytest.mark.parametrize("text", ["a\0b@ville.fr", "\0", "a@b\u200b.fr"])
def test_what_no_database_holds_is_refused_in_words(manager, guest, letters, text) -> None:
    assert invite(manager, text).status_code == 422
    invite(manager)
    answer = guest.post(path_of(letters[0]), data={"nom": text, "mot_de_passe": PASSWORD + text})
    assert answer.status_code == 422 or "\0" not in text


def test_the_last_manager_stays_one(manager, make, town, ada, rows) -> None:
    closed = make.account(is_active=False)
    make.member(closed, town, "manager")  # a closed account manages nothing
    for path in (f"{TEAM}/{ada.id}/role", f"{TEAM}/{ada.id}/retirer", f"{TEAM}/quitter"):
        assert manager.post(path, data={"role": "reader"}).status_code == 303
        assert "au moins une personne qui le gère" in manager.get("/mon-compte").text
    assert roles(rows)[ada.id] == "manager"
    assert manager.post(f"{TEAM}/{closed.id}/retirer").status_code == 303


def test_of_two_managers_one_may_go(manager, make, town, ada, rows) -> None:
    make.member(make.account(), town, "manager")
    answer = manager.post(f"{TEAM}/{ada.id}/role", data={"role": "reader"})
    assert answer.headers["location"] == "/"
    assert manager.get(TEAM).status_code == 403


def test_two_managers_who_lower_each_other_at_once_leave_one(application, make, town, ada, rows) -> None:
    bob = make.account()
    make.member(bob, town, "manager")

    def lower(pair: tuple[Account, Account]) -> None:
        who, whom = pair
        with TestClient(application, follow_redirects=False) as browser:
            with_csrf(browser).cookies.set(auth.cookie_name(), make.signed_in(who))
            browser.post(f"{TEAM}/{whom.id}/role", data={"role": "reader"})

    for _ in range(3):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lower, [(ada, bob), (bob, ada)]))
        assert sorted(roles(rows).values()) == ["manager", "reader"]
        with make.engine.begin() as connection:
            connection.execute(update(Membership).values(role="manager"))


def test_a_member_leaves_and_is_gone(client, make, town, ada, sign_in, rows) -> None:
    bob = make.account()
    make.member(bob, town, "reader")
    browser = sign_in(bob)
    assert browser.get(f"{TEAM}/quitter").status_code == 200
    assert browser.post(f"{TEAM}/quitter").status_code == 303
    assert roles(rows) == {ada.id: "manager"}
    assert browser.get("/e/saint-remi/").status_code == 404
    assert [act for (act,) in rows(select(JournalEntry.act))] == ["member.left"]


def test_who_is_removed_is_out_at_once(manager, guest, make, town) -> None:
    bob = make.account(name="Bob")
    make.member(bob, town, "publisher")
    guest.cookies.set(auth.cookie_name(), make.signed_in(bob))
    assert guest.get("/e/saint-remi/").status_code == 200
    assert manager.post(f"{TEAM}/{bob.id}/retirer").status_code == 303
    assert guest.get("/e/saint-remi/").status_code == 404


@pytest.mark.parametrize("role", ["reader", "editor", "publisher"])
def test_the_team_is_its_manager_s_to_see(client, make, town, sign_in, role) -> None:
    bob = make.account()
    make.member(bob, town, role)
    browser = sign_in(bob)
    assert browser.get(TEAM).status_code == 403
    assert invite(browser).status_code == 403
    assert TEAM not in browser.get("/e/saint-remi/").text


def test_the_list_asks_as_many_queries_for_a_hundred_as_for_one(manager, make, town, ada) -> None:
    from sqlalchemy import event

    from app import db

    def count() -> int:
        seen: list[str] = []

        def note(connection, cursor, statement, *rest) -> None:
            seen.append(statement)

        event.listen(db.engine(), "before_cursor_execute", note)
        assert manager.get(TEAM).status_code == 200
        event.remove(db.engine(), "before_cursor_execute", note)
        return len(seen)

    manager.get(TEAM)  # the first connection of a process asks the server about itself
    few = count()
    for _ in range(30):
        make.member(make.account(), town, "reader")
    assert count() == few
    assert len(re.findall("role-du-membre", manager.get(TEAM).text)) == 62
