"""Regular expressions in words: simple ones are told, the rest is not, and none is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.messages import pattern_in_words
from schema_loader.shapes import shapes


def told(source: str, lang: str = "fr") -> str | None:
    words = pattern_in_words(source, lang)
    return words and words.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("source", "french", "english"),
    [
        (r"^\d{14}$", "14 chiffres", "14 digits"),
        (r"^[0-9]{9}$", "9 chiffres", "9 digits"),
        (r"\d", "1 chiffre", "1 digit"),
        (r"^W\d{9}$", "la lettre W suivie de 9 chiffres", "the letter W followed by 9 digits"),
        (r"^\d\.\d{1,2}$", "1 chiffre, un point, puis 1 ou 2 chiffres", "1 digit, a point, then 1 or 2 digits"),
        (r"^\d{2,5}$", "de 2 à 5 chiffres", "from 2 to 5 digits"),
        (r"^\d{3,}$", "au moins 3 chiffres", "at least 3 digits"),
        (r"^\d+$", "un ou plusieurs chiffres", "one or more digits"),
        (r"^[A-Z]{2}$", "2 lettres majuscules", "2 capital letters"),
        (r"^\d\d\.\d\d[A-Z]$", "2 chiffres, un point, 2 chiffres, puis 1 lettre majuscule", "2 digits, a point, 2 digits, then 1 capital letter"),
        (r"^\d{4}-\d{2}-\d{2}$", "une date AAAA-MM-JJ", "a date YYYY-MM-DD"),
        (r"^[0-9]{4}\-[0-9]{2}\-[0-9]{2}(\/[0-9]{4}\-[0-9]{2}\-[0-9]{2})?$",
         "une date AAAA-MM-JJ puis éventuellement une barre oblique et une date AAAA-MM-JJ",
         "a date YYYY-MM-DD then optionally a slash and a date YYYY-MM-DD"),
        (r"^[0-9]{4}(\/[0-9]{4})?$", "4 chiffres puis éventuellement une barre oblique et 4 chiffres", "4 digits then optionally a slash and 4 digits"),
        (r"^ *(EUROPE|FRANCE) *$", "une valeur parmi « EUROPE » et « FRANCE »", "one of “EUROPE” and “FRANCE”"),
        (r"^(a|b){1}(\|(a|b))*$|^(non renseigné){1}$",
         "une ou plusieurs valeurs séparées par « | », parmi « a » et « b », ou bien « non renseigné »",
         "one or more values separated by “|”, among “a” and “b”, or else “non renseigné”"),
        (r"(?:(?:^|\|)(aa|bb))+$", "une ou plusieurs valeurs séparées par « | », parmi « aa » et « bb »", "one or more values separated by “|”, among “aa” and “bb”"),
        (r"^(?:(?:aa|bb)(?:,\s*)?)+$", "une ou plusieurs valeurs séparées par « , », parmi « aa » et « bb »", "one or more values separated by “,”, among “aa” and “bb”"),
        (r"^[\w.]+$", "uniquement des chiffres, des lettres, « . » et « _ »", "only digits, letters, “.” and “_”"),
        (r"^[A-Za-z\s\-\u00C0-\u00FF]+$", "uniquement des lettres, des espaces et « - »", "only letters, spaces and “-”"),
        (r"^https?://[^|\s]*$", "une adresse web qui commence par http:// ou https://", "a web address that starts with http:// or https://"),
        (r"^(\+33|\+590)(\d){6,9}$", "un numéro de téléphone sans espace, qui commence par « +33 » ou « +590 »", "a telephone number without spaces, starting with “+33” or “+590”"),
        (r"^([013-9]\d|2[AB1-9])\d{3}$", "le code INSEE d’une commune : 5 chiffres, ou 2A ou 2B puis 3 chiffres", "the INSEE code of a municipality: 5 digits, or 2A or 2B then 3 digits"),
        (r"^[1-5]$", "un chiffre de 1 à 5", "a digit from 1 to 5"),
        (r"[[]\d", "« [ » puis 1 chiffre", "“[” then 1 digit"),
    ],
)  # fmt: skip
def test_a_simple_pattern_is_told(source: str, french: str, english: str) -> None:
    assert told(source) == french
    assert told(source, "en") == english


@pytest.mark.parametrize(
    "source",
    [
        r"^(\w+) \1$", r"(?=a)b", r"(?i)abc", r"^\D+$", "(", r"(?:(?:^|\|)([A-Z]\d|)\1+[A-Z]\d)+$", r"^(a+b+)+$",
        r"^\d-\d-\d-\d-\d-\d-\d-\d$", r"^(https?://[^|\s]*)|([\w\-\.]+@([\w-]+\.)+[\w-]{2,})$", "", "a" * 500,
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_simple_is_not_told(source: str) -> None:
    assert pattern_in_words(source) is None


parts = st.sampled_from(
    [
        r"\d",
        "[0-9]{2}",
        r"\w+",
        "[A-Z]{1,3}",
        "-",
        r"\.",
        "/",
        "(a|b)",
        "(?:x)?",
        r"[^;]*",
        ".",
        "W",
        r"\s",
        "[à-ü]",
        "a{3}",
        "(",
        "|",
        "^",
        "$",
    ]
)


@given(st.one_of(st.lists(parts, max_size=8).map("".join), st.text(max_size=20)))
def test_any_pattern_is_told_or_not_without_ado(source: str) -> None:
    for lang in ("fr", "en"):
        words = pattern_in_words(source, lang)
        assert words is None or 0 < len(words) <= 260


@given(
    st.lists(
        st.sampled_from([r"\d", "[A-F]", "[0-9A-Z]", r"[\w.-]", "[^;]", r"[a-z\s]"]), min_size=1, max_size=1
    )
)
def test_a_character_is_held_by_a_run_exactly_when_the_pattern_takes_it(pieces: list[str]) -> None:
    """The sentence that names characters out of place rests on this."""
    (shape,) = shapes(pieces[0]) or ()
    (run,) = shape
    for character in "5Gg é;._-\u0665\u00ff\n\U0001f600":
        assert run.characters.holds(character) is bool(re.fullmatch(pieces[0], character))  # type: ignore[union-attr]
