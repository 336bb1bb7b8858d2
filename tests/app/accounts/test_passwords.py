"""Which passwords are refused, with what words, and how they are kept."""

from __future__ import annotations

import time
import unicodedata

import pytest

from app.accounts import passwords

GOOD = (
    "cheval orange pluie douce",
    "correct horse battery staple",
    "Saint-Rémi-1789-pont",
    "vbnmkloi8765refd",
    "пароль из четырёх слов",
    "a" * 5 + "bcdefghij" + "🦊🦉",
    "ada lovelace machine à calculer",
    "9f!K2p@7w-Zq",
)
GUESSED = (
    "motdepasse123",
    "Motdepasse2024!",
    "P@ssw0rd1234",
    "azertyuiop12",
    "1q2w3e4r5t6y",
    "123456789012",
    "010203040506",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "soleil soleil 2024",
    "Bonjour-bonjour!",
    "administrateur1",
    "mairie-commune-2024",
    "mnbvcxwqsdfg",
    "tulipe tambour ardoise neuf",
)


@pytest.mark.parametrize("password", GOOD)
def test_length_is_all_that_is_asked(password: str) -> None:
    assert passwords.faults(password, email="ada.martin@ville.fr", name="Ada Martin") == []


@pytest.mark.parametrize("password", GUESSED)
def test_what_a_stranger_would_try_first_is_refused(password: str) -> None:
    ((problem, remedy),) = passwords.faults(password)
    assert "essaierait un inconnu" in problem
    assert "Quatre ou cinq mots" in remedy


@pytest.mark.parametrize(
    "password", ["ada.martin@ville.fr", "AdaMartin2024!", "martinada-ville", "ÂDA martin 1979"]
)
def test_one_s_own_name_or_address_is_refused(password: str) -> None:
    ((problem, _remedy),) = passwords.faults(password, email="ada.martin@ville.fr", name="Ada Martin")
    assert "votre nom ou votre adresse" in problem


def test_its_length_is_said() -> None:
    ((problem, _),) = passwords.faults("onze lettre")
    assert problem.startswith("Ce mot de passe compte 11 caractères")
    assert passwords.faults("") and passwords.faults(" " * 12) and passwords.faults("x" * 257)
    assert passwords.faults("éclat rouge vif " * 16) == []


def test_it_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    one, other = passwords.hash_of(GOOD[0]), passwords.hash_of(GOOD[0])
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert passwords.matches(one, GOOD[0])
    assert not passwords.matches(one, GOOD[0] + " ")
    assert not passwords.is_dated(one)
    assert passwords.is_dated(
        "$argon2id$v=19$m=8192,t=1,p=1$KggZLXoSV0BPa8VefV1qzg$UeOa6qY1psKKLVBMdQFR8ZEqwK8sq7fuqT1gDs3sqxQ"
    )


def test_it_is_the_same_however_the_keyboard_composed_it() -> None:
    stored = passwords.hash_of(unicodedata.normalize("NFC", "été à l’école"))
    assert passwords.matches(stored, unicodedata.normalize("NFD", "été à l’école"))


def test_where_there_is_none_it_takes_as_long_and_never_matches() -> None:
    stored = passwords.hash_of(GOOD[0])

    def seconds(kept: str | None) -> float:
        begun = time.perf_counter()
        assert not passwords.matches(kept, "autre chose")
        return time.perf_counter() - begun

    known = min(seconds(stored) for _ in range(5))
    assert min(seconds(None) for _ in range(5)) > known / 3
    assert not passwords.matches("garbled", GOOD[0])
    assert not passwords.matches(stored, "x" * 5000)
