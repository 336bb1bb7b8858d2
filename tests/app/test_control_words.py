"""Every field of every real schema as a control in a page: sound HTML, each control with its words, quickly."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from app.i18n import use
from app.templating import environment
from forms.binding import show_row
from forms.control import controls
from schema_loader.table_schema import TableSchema
from tests.corpus import needs_corpus
from tests.forms.fields import control_of, corpus_schemas

LABELLED = {"input", "select", "textarea"}
VOID = {"input", "br", "hr", "img"}


class Page(HTMLParser):
    """Ids, references and labels of a page; ``faults`` are tags that are not closed in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.labels: set[str] = set()
        self.controls: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if "id" in given:
            self.ids.append(given["id"])
        self.references.update(given.get("aria-describedby", "").split())
        if given.get("list"):
            self.references.add(given["list"])
        if tag == "label":
            self.labels.add(given["for"])
        if tag in LABELLED and given.get("type") != "hidden":
            self.controls.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


def drawn(schema: TableSchema, row: dict[str, str]) -> str:
    template = environment().from_string(
        "{% for control in controls %}{{ ui.control(control, shown[loop.index0], errors, {'hx-post': '/x'}) }}{% endfor %}"
    )
    return template.render(
        controls=controls(schema), shown=show_row(schema, row), errors=[("Faux.", "Corrigez.")]
    )


@needs_corpus
@pytest.mark.parametrize("filled", ["nothing", "examples", "nonsense"])
def test_every_real_schema_makes_a_sound_form(filled: str) -> None:
    with use("fr"):
        for name, schema in corpus_schemas():
            texts = {"nothing": "", "nonsense": 'à "corriger" <b>\nici'}
            row = {field.name: texts.get(filled, field.example or "") for field in schema.fields}
            text = drawn(schema, row)
            page = Page(text)
            assert page.faults == [], name
            assert page.open == [], name
            assert len(page.ids) == len(set(page.ids)), name
            assert page.references <= set(page.ids), name
            assert set(page.controls) == page.labels, name
            assert "<b>\n" not in text, name


def test_words_are_those_of_the_language_of_the_page() -> None:
    control = control_of(description="Aide")
    with use("fr"):
        assert "(facultatif)" in environment().from_string("{{ c | control_head }}").render(c=control)
    with use("en"):
        environment().from_string("{{ c | control_head }}").render(c=control)
    with use("fr"):
        assert "(facultatif)" in environment().from_string("{{ c | control_head }}").render(c=control)


def test_a_long_description_is_short_at_first_and_whole_on_demand() -> None:
    text = (
        environment()
        .from_string("{{ c | control_head }}")
        .render(c=control_of(description="Une phrase. " * 60))
    )
    assert "<details" in text
    assert text.count("Une phrase.") > 60
