"""Every sentence that a person can read exists in French and in English: extracted, translated, its values kept."""

from __future__ import annotations

import re
import string

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.corpus import ROOT

DOMAINS = ("app", "schema_loader", "exporters")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
SOURCES = {"app": ("app", "templates"), "schema_loader": ("schema_loader",), "exporters": ("exporters",)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]


def extracted(domain: str) -> set[str]:
    """The French sentences of a domain's sources (of a plural, the singular)."""
    found = set()
    for source in SOURCES[domain]:
        if (ROOT / source).is_dir():
            for _, _, message, _, _ in extract_from_dir(str(ROOT / source), METHODS, keywords=KEYWORDS):
                found.add(message[0] if isinstance(message, tuple) else message)
    return found


def catalogue(domain: str) -> Catalog:
    path = ROOT / domain / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale="en", domain=domain)


def pairs(domain: str) -> list[tuple[str, str]]:
    """Each French text with its English one, plural forms side by side."""
    found = []
    for message in catalogue(domain):
        if message.id:
            french = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            english = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            found += list(zip(french, english, strict=True))
    return found


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_sentence_of_the_sources_is_in_the_catalogue(domain: str) -> None:
    known = {m.id[0] if isinstance(m.id, (tuple, list)) else m.id for m in catalogue(domain) if m.id}
    assert extracted(domain) == known, "run `make messages`"


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_left_untranslated_or_uncertain(domain: str) -> None:
    assert [french for french, english in pairs(domain) if not english] == []
    assert [message.id for message in catalogue(domain) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_take_the_same_values(domain: str) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [french for french, english in pairs(domain) if names(english) - names(french) - {"n"}] == []
    assert [french for french, english in pairs(domain) if names(french) - names(english) - {"n"}] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_french_sentences_have_french_marks(domain: str) -> None:
    texts = [french for french, _ in pairs(domain)]
    assert [text for text in texts if re.search(r"\w'\w", text)] == []  # the apostrophe is ’
    assert [text for text in texts if re.search(r"[^\s«][!?;](?:\s|$)", text)] == []
    assert [text for text in texts if re.search(r"\w:\s", text)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_english_sentences_have_no_french_marks(domain: str) -> None:
    assert [english for _, english in pairs(domain) if re.search(r"[«»]| [:;!?](?:\s|$)", english)] == []
