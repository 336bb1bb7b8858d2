"""Errors in the words of the form."""

from __future__ import annotations

from typing import Any

import pytest
from babel.messages.pofile import read_po

from forms.binding import show
from forms.words import CHOOSE, ORDERS, error_words
from schema_loader.check import check_cell
from schema_loader.messages import cell_message
from tests.corpus import ROOT
from tests.forms.fields import control_of


def said(kind: str, text: str, lang: str = "fr", **more: Any) -> str:
    control = control_of(kind, lang=lang, **more)
    (error,) = check_cell(control.field, text)[1]
    return str(error_words(control, error, show(control, text))).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "text", "more", "words"),
    [
        ("date", "mardi", {}, "« mardi » n’est pas une date. Écrivez le jour, le mois puis l’année. Exemple : « 12/03/2024 »."),
        ("number", "douze", {}, "« douze » n’est pas un nombre. Écrivez un nombre. Exemple : « 1234,5 »."),
        ("boolean", "peut-être", {"trueValues": ["oui"], "falseValues": ["non"]}, "Choisissez une valeur."),
        ("boolean", "", {"constraints": {"required": True}}, "Choisissez une valeur."),
        ("array", "lait", {"arrayItem": {"type": "string", "constraints": {"enum": ["lait"]}}}, "Choisissez une valeur."),
    ],
)  # fmt: skip
def test_the_advice_is_how_one_types_in_the_form(
    kind: str, text: str, more: dict[str, Any], words: str
) -> None:
    assert words.replace("« 12/03/2024 »", "12/03/2024").replace("« 1234,5 »", "1234,5") in said(
        kind, text, **more
    ).replace("« 12/03/2024 »", "12/03/2024")


def test_what_is_wrong_stays_as_the_core_says_it() -> None:
    control = control_of("date")
    (error,) = check_cell(control.field, "mardi")[1]
    assert error_words(control, error).problem == cell_message(error).problem


def test_where_another_text_is_offered_the_advice_leads_to_it() -> None:
    assert "2005-07-04" in said("date", "04/07/2005")


def test_examples_of_codes_are_in_groups() -> None:
    assert "217 500 016 00019" in said(
        "string", "123", name="siret", example="21750001600019", constraints={"pattern": r"^\d{14}$"}
    )


def test_every_sentence_borrowed_from_the_core_is_in_its_catalogue() -> None:
    with (ROOT / "schema_loader/locale/en/LC_MESSAGES/schema_loader.po").open("rb") as file:
        known = {message.id: message.string for message in read_po(file, locale="en")}
    for borrowed in (CHOOSE, *ORDERS.values(), "{how}.", "{how}. Exemple : {example}."):
        assert known.get(borrowed), borrowed
