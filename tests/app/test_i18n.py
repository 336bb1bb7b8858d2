"""The language of a person, and what sentences look like in it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app import i18n
from app.i18n import chosen_language, gettext, ngettext, sentence, use


@pytest.mark.parametrize(
    ("cookie", "accept", "lang"),
    [
        (None, None, "fr"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de-DE,de;q=0.9,en;q=0.5,fr;q=0.4", "en"),
        (None, "en;q=0.4,fr;q=0.5", "fr"),
        (None, "de,es", "fr"),
        (None, "en;q=0", "fr"),
        (None, "*", "fr"),
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        ("de", "en", "en"),  # a cookie that we did not set
        (None, "en;q=zzz,;;;,fr", "fr"),
        (None, ",".join(["xx"] * 10_000), "fr"),
    ],
)
def test_the_language_is_the_choice_then_the_browsers_then_french(
    cookie: str | None, accept: str | None, lang: str
) -> None:
    assert chosen_language(cookie, accept) == lang


def test_a_page_answers_in_the_readers_language(client: TestClient) -> None:
    for headers, lang, words in (
        ({"accept-language": "en"}, "en", "Skip to content"),
        ({"accept-language": "en", "cookie": f"x=1; {i18n.COOKIE}=fr"}, "fr", "Aller au contenu"),
        ({"accept-language": "en", "cookie": 'a="\x01; b'}, "en", "Skip to content"),
    ):
        answer = client.get("/aide", headers=headers)
        assert answer.headers["content-language"] == lang
        assert f'<html lang="{lang}"' in answer.text
        assert words in answer.text


def test_french_spaces_are_put_in_and_values_left_alone() -> None:
    assert gettext("Oui ; non : {x} « {y} » !", x="a : b", y="c ; d") == (
        "Oui\u202f; non\u202f: a : b «\u00a0c ; d\u00a0»\u202f!"
    )


def test_the_placeholders_of_templates_are_no_per_cent_signs() -> None:
    assert sentence("Page %(n)s sur %(m)s, 63 %%") == "Page %(n)s sur %(m)s, 63\u202f%%"


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    assert ngettext("{n} ligne lue", "{n} lignes lues", 0) == "0 ligne lue"
    assert ngettext("{n} ligne lue", "{n} lignes lues", 2) == "2 lignes lues"
    with use("en"):
        assert ngettext("{n} ligne lue", "{n} lignes lues", 0) == "0 rows read"


def test_the_language_ends_with_its_block() -> None:
    with use("en"), use("nowhere"):
        assert i18n.language() == "fr"
    assert i18n.language() == "fr"
