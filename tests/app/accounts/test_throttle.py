"""Guessing is slowed down; nobody can use it to keep somebody else out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app import db
from app.accounts import throttle
from app.errors import TooMany
from app.models import SignInAttempt
from app.tenancy import Scope

ADA, BOB = "ada@ville.fr", "bob@ville.fr"
HOME, TOWN = "192.0.2.1/32", "198.51.100.7/32"


def attempts(times: int, email: str = ADA, network: str = HOME, device: str | None = None) -> int:
    """How many of so many attempts in a row are let through."""
    passed = 0
    for _ in range(times):
        try:
            throttle.count("sign-in", email, network, device)
        except TooMany:
            continue
        passed += 1
    return passed


def test_a_ninth_attempt_in_a_quarter_of_an_hour_waits(database) -> None:
    assert attempts(8) == 8
    with pytest.raises(TooMany) as refused:
        throttle.count("sign-in", ADA, HOME)
    assert 14 * 60 < refused.value.retry_after <= 15 * 60 + 1
    assert "Réessayez dans 15 min" in refused.value.text("fr")


def test_the_last_attempt_allowed_is_known_as_such(database) -> None:
    assert [throttle.count("sign-in", ADA, HOME).is_last for _ in range(8)] == [False] * 7 + [True]


def test_the_person_signs_in_from_elsewhere_and_others_from_here(database) -> None:
    attempts(20)
    assert attempts(1, network=TOWN) == 1
    assert attempts(1, email=BOB) == 1


def test_in_the_same_network_a_known_browser_has_a_count_of_its_own(database) -> None:
    """A town hall behind one address: a colleague who guesses, then a stranger who tries every address."""
    attempts(20)
    for n in range(80):
        attempts(1, email=f"{n}@ville.fr")
    assert attempts(1, email=BOB) == 0
    assert attempts(8, device="mark") == 8
    assert attempts(1, device="mark") == 0
    assert attempts(1, device="another") == 1


def test_a_network_that_tries_every_account_waits(database) -> None:
    passed = sum(attempts(1, email=f"{n}@ville.fr") for n in range(70))
    assert passed == throttle.PER_NETWORK
    assert attempts(1, email=BOB, network=TOWN) == 1


def test_a_known_browser_s_attempts_are_not_its_network_s(database) -> None:
    for n in range(70):
        attempts(1, email=f"{n}@ville.fr", device=str(n))
    assert attempts(1) == 1


def test_the_window_slides_and_a_refusal_does_not_lengthen_it(database, owner_engine) -> None:
    assert attempts(30) == 8
    with owner_engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(SignInAttempt)) == 8
        connection.execute(update(SignInAttempt).values(at=SignInAttempt.at - timedelta(minutes=16)))
    assert attempts(30) == 8


def test_the_right_password_wipes_the_count(database) -> None:
    attempts(7)
    throttle.forgive(throttle.count("sign-in", ADA, HOME))
    assert attempts(8) == 8


def test_many_at_once_pass_no_more_than_one_after_the_other(database) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: attempts(1), range(40))) == throttle.PER_PAIR


def test_what_is_counted_outlives_a_refused_request(database) -> None:
    def refused() -> None:
        with db.in_transaction(Scope()) as session:
            session.execute(text("SELECT 1"))
            throttle.count("sign-in", ADA, HOME)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        refused()
    assert attempts(8) == 7


def test_no_address_is_kept(database, owner_engine) -> None:
    throttle.count("sign-in", ADA, HOME)
    with owner_engine.connect() as connection:
        (hashed,) = connection.scalars(select(SignInAttempt.email_hash))
    assert len(hashed) == 32
    assert b"ada" not in hashed


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "127.0.0.1/32"),
        (None, "127.0.0.1/32"),
    ],
)
def test_a_network_is_what_a_stranger_can_hardly_change(address: str | None, network: str) -> None:
    assert throttle.network_of(address) == network
