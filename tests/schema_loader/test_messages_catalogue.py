"""The catalogue of English sentences: complete, compiled, and equal to what the source says."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import schema_loader
from schema_loader.messages import i18n
from tests.schema_loader.message_checks import check_typography

SOURCE = Path(schema_loader.__file__).parent
PO = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"\{(\w*)\}")

Id = str | tuple[str, ...]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def extracted() -> set[Id]:
    return {
        message for _, _, message, _, _ in extract_from_dir(SOURCE, [("**.py", "python")], keywords=KEYWORDS)
    }


def entries(catalogue: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for message in catalogue:
        if message.id:
            yield _tuple(message.id), _tuple(message.string)


def _tuple(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_sentence_of_the_source_is_in_the_catalogue_and_no_other(
    catalogue: Catalog, extracted: set[Id]
) -> None:
    kept = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue
        if message.id
    }
    # a singular that also stands alone is one entry of the catalogue
    alone = {message for message in extracted if isinstance(message, str)}
    plural = {message for message in extracted if isinstance(message, tuple)}
    expected = plural | {message for message in alone if message not in {singular for singular, *_ in plural}}
    assert kept == expected
    assert len(kept) > 300


def test_no_sentence_escapes_the_extraction(extracted: set[Id]) -> None:
    """The extractor does not look inside nested calls: a sentence written there would never be translated."""
    known = {text for message in extracted for text in _tuple(message)}
    for path in (SOURCE / "messages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in KEYWORDS:
                texts = {
                    arg.value
                    for arg in node.args
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
                assert texts <= known, f"{path.name}:{node.lineno}"


def test_every_entry_is_translated_and_none_is_doubtful(catalogue: Catalog) -> None:
    assert not catalogue.obsolete
    for message in catalogue:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(_tuple(message.string)), message.id
            assert len(_tuple(message.string)) == len(_tuple(message.id)), message.id


def test_a_translation_keeps_the_values_the_edges_and_the_end_of_its_sentence(catalogue: Catalog) -> None:
    for french, english in entries(catalogue):
        for ours, theirs in zip(french, english, strict=True):
            assert set(PLACEHOLDER.findall(ours)) == set(PLACEHOLDER.findall(theirs)), ours
            assert (ours[0] == " ", ours[-1] == " ") == (theirs[0] == " ", theirs[-1] == " "), ours
            assert (ours[-1] in ".?") == (theirs[-1] in ".?"), ours


def test_message_ids_are_written_with_plain_spaces_and_true_apostrophes(extracted: set[Id]) -> None:
    for message in extracted:
        for text in _tuple(message):
            assert "\u202f" not in text
            assert "\u00a0" not in text
            check_typography(i18n.typography(text))


def test_english_has_no_french_spaces_or_quotation_marks(catalogue: Catalog) -> None:
    for _, english in entries(catalogue):
        for text in english:
            assert not set(text) & set("«»\u202f\u00a0"), text
            assert not re.search(r"\s[;:!?]", text), text


def test_the_catalogue_is_compiled_and_up_to_date(catalogue: Catalog) -> None:
    compiled = PO.with_suffix(".mo")
    assert compiled.is_file(), f"{compiled} is missing, English would silently be French: run `make install`"
    with compiled.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    for french, english in entries(catalogue):
        spoken = translations.ngettext(*french, 1) if len(french) > 1 else translations.gettext(*french)
        assert spoken == english[0], f"{compiled} is older than {PO.name}: run `make install`"


def test_counts_are_singular_below_two_in_french_and_for_one_in_english() -> None:
    singular, plural = "{n} chiffre", "{n} chiffres"
    french, english = i18n.words("fr"), i18n.words("en")
    assert [french.ngettext(singular, plural, n) for n in (0, 1, 2)] == [
        "0 chiffre",
        "1 chiffre",
        "2 chiffres",
    ]
    assert [english.ngettext(singular, plural, n) for n in (0, 1, 2)] == ["0 digits", "1 digit", "2 digits"]


def test_a_language_tag_with_a_region_is_understood_and_another_language_is_answered_in_french() -> None:
    assert i18n.words("en-GB") is i18n.words("en_US")
    assert i18n.words("fr-CA") is i18n.words("de")
