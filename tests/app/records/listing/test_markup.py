"""The rows of a list: every text escaped, the words in the reader's language, each line reachable."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app import i18n
from app.records.listing.columns import Column
from app.records.listing.markup import LineMarkup
from app.records.listing.shown import Line

COLUMNS = (
    Column("nom", "Nom", "text", "nom"),
    Column("prix", "Prix", "number", "prix"),
    Column(".utilisateur", "Par", "meta", ""),
    Column(".import", "Import", "meta", ""),
)
NASTY = '<b onclick="x()">l\'été & co</b>'


def line(**changed: object) -> Line:
    texts = {"nom": NASTY, "prix": "1 234,50", ".utilisateur": "", ".import": ""} | changed.pop("texts", {})  # type: ignore[operator]
    values = {
        "number": 7,
        "name": NASTY,
        "cells": tuple((column, texts[column.name]) for column in COLUMNS),
        "is_to_fix": False,
        "bad": frozenset(),
        "reasons": (),
        "more": 0,
        "at": datetime(2026, 3, 1, tzinfo=UTC),
        "by": "<i>Ada</i>",
        "submission": 12,
    } | changed
    return Line(**values)  # type: ignore[arg-type]


def test_what_a_person_typed_is_text() -> None:
    made = LineMarkup("/e/a/b", COLUMNS, may_choose=True)(line())
    assert "<b" not in made
    assert "<i>" not in made
    assert (
        made.replace("<wbr>", "").count("&lt;b onclick=&#34;x()&#34;&gt;l&#39;été &amp; co&lt;/b&gt;") == 2
    )  # the cell, and the name of the box
    assert 'href="/e/a/b/lignes/7"' in made
    assert '<td class="cell-number number">1 234,50</td>' in made


def test_a_text_may_be_left_after_a_slash_and_a_day_may_not() -> None:
    made = LineMarkup("/e/a/b", COLUMNS, may_choose=False)(
        line(texts={"nom": "finances locales/<i>", "prix": "12/03/2024"})
    )
    assert "finances locales/<wbr>&lt;i&gt;" in made
    assert ">12/03/2024<" in made


def test_a_line_without_a_first_text_is_called_by_its_number() -> None:
    made = LineMarkup("/e/a/b", COLUMNS, may_choose=False)(line(name="", texts={"nom": ""}))
    assert ">Ligne 7<" in made
    assert "checkbox" not in made


def test_columns_to_mend_are_marked() -> None:
    made = LineMarkup("/e/a/b", COLUMNS, may_choose=False)(line(bad=frozenset({"prix"}), is_to_fix=True))
    assert '<td class="cell-number number cell-bad">' in made
    assert "À corriger" in made


@pytest.mark.parametrize(("lang", "words"), [("fr", "Choisir la ligne 7"), ("en", "Choose row 7")])
def test_the_words_are_the_readers(lang: str, words: str) -> None:
    with i18n.use(lang):
        made = LineMarkup("/e/a/b", COLUMNS, may_choose=True)(line())
    assert words in made
    assert "Import n° 12" in made or "Import no. 12" in made or "12" in made.rsplit("<td", 1)[1]
