"""What is stored, what is shown, what comes back: nothing is lost, nothing altered but as the field normalises it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.binding import EMPTY, posted, read_form, show, show_row
from forms.control import controls
from schema_loader.compile import compile_descriptor
from tests.corpus import needs_corpus
from tests.forms.fields import (
    browser,
    control_of,
    corpus_controls,
    corpus_schemas,
    read_one,
    schema_of,
    there_and_back,
)
from tests.schema_loader.strategies import cells, fields_and_cells

# -- the promise ----------------------------------------------------------------------------------------------------


@given(fields_and_cells())
def test_what_is_shown_and_left_alone_comes_back_as_the_field_normalises_it(
    case: tuple[dict[str, Any], str],
) -> None:
    described, text = case
    assume("\0" not in text)  # no database holds one
    schema = compile_descriptor({"fields": [described]})
    (control,) = controls(schema)
    back = read_form(schema, browser(posted(control, show(control, text))))
    assert back == {"a": schema.fields[0].normalise(text)}


@given(fields_and_cells(), st.sampled_from(["fr", "en"]))
def test_a_second_saving_changes_nothing(case: tuple[dict[str, Any], str], lang: str) -> None:
    described, text = case
    assume("\0" not in text)
    (control,) = controls(compile_descriptor({"fields": [described]}), lang)
    _, once = there_and_back(control, text)
    assert there_and_back(control, once)[1] == once


@needs_corpus
@given(st.data())
def test_the_promise_holds_for_fields_of_every_real_schema(data: st.DataObject) -> None:
    control = data.draw(st.sampled_from(tuple(corpus_controls())))
    field = control.field
    known = [
        *field.published_examples,
        *field.examples(),
        *field.choices[:3],
        *field.suggestions[:3],
        *field.type.samples(),
    ]
    text = data.draw(
        st.one_of(
            st.sampled_from(known or [""]), cells, st.lists(st.sampled_from(known or ["a"])).map(";".join)
        )
    )
    assume("\0" not in text)
    assert there_and_back(control, text)[1] == field.normalise(text)


@needs_corpus
def test_examples_of_real_schemas_need_no_hidden_copy() -> None:
    """The hidden copy is for what a control cannot hold: it is no crutch for the plain values of real schemas."""
    odd = []
    for control in corpus_controls():
        for text in control.field.examples():
            made, back = there_and_back(control, text)
            assert back == control.field.normalise(text)
            plain = text == text.strip() and text != "[]" and control.kind not in ("checkboxes", "geopoint")
            if made.before and plain:
                odd.append((control.kind, control.field.name, text))
    assert odd == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_typed_in_a_text_is_kept_letter_for_letter_within(before: str, after: str) -> None:
    typed = f"a{before}\n{after}z".replace("\r", "").replace("\0", "")
    assert read_one(control_of(), ("", typed)) == typed


# -- choices ---------------------------------------------------------------------------------------------------------


def test_yes_and_no_are_the_words_of_the_schema() -> None:
    control = control_of("boolean", trueValues=["vrai", "1"], falseValues=["faux", "0"])
    assert control.values == ("vrai", "faux")
    assert show(control, "1").value == "vrai"
    assert there_and_back(control, "1")[1] == "vrai"
    assert show(control, "peut-être").off_list
    assert there_and_back(control, "peut-être")[1] == "peut-être"


def test_a_choice_that_is_another_writing_of_one_is_shown_as_it_and_kept() -> None:
    control = control_of("number", constraints={"enum": ["1", "2.50"]})
    made, back = there_and_back(control, "1.0")
    assert (made.value, made.off_list, back) == ("1", False, "1.0")
    assert read_one(control, ("", "2.50")) == "2.50"


def test_nothing_chosen_is_nothing() -> None:
    control = control_of(constraints={"enum": ["a", "b"]})
    assert read_one(control) == read_one(control, ("", "")) == ""


# -- nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "stored"), [(["", "NA"], ""), (["NA", ""], ""), (["NA"], "NA"), (["-", "NA"], "-"), ([], "")]
)
@pytest.mark.parametrize("kind", ["number", "date", "boolean", "geopoint", "array"])
def test_a_control_left_empty_is_the_missing_value_of_the_field(
    kind: str, missing: list[str], stored: str
) -> None:
    control = control_of(kind, missingValues=missing)
    assert read_one(control) == stored
    assert show(control, stored) == EMPTY or missing == []
    for text in missing:
        made, back = there_and_back(control, text)
        assert made.value == made.raw == made.lat == ""
        assert back == stored


def test_a_word_for_nothing_that_is_typed_is_nothing_unless_something_is_required() -> None:
    assert read_one(control_of("number", missingValues=["", "NA"]), ("", "NA")) == ""
    required = control_of("number", missingValues=["", "NA"], constraints={"required": True})
    assert there_and_back(required, "NA")[1] == "NA"


def test_an_empty_text_that_is_a_value_is_kept_apart_from_nothing() -> None:
    control = control_of(missingValues=["-"])
    assert there_and_back(control, "")[1] == ""
    assert there_and_back(control, "-")[1] == "-"
    assert read_one(control, ("", "")) == "-"


# -- what was stored badly ----------------------------------------------------------------------------------------------


def test_an_imported_text_is_altered_only_when_asked_or_typed_over() -> None:
    control = control_of("date")
    made, back = there_and_back(control, "04/07/2005")
    assert (made.value, back, made.meant) == ("04/07/2005", "04/07/2005", "2005-07-04")
    assert read_one(control, ("", made.value), ("avant", made.before), ("lire", "1")) == "2005-07-04"
    assert read_one(control, ("", "05/07/2005"), ("avant", made.before)) == "2005-07-05"


def test_line_ends_and_spaces_of_a_stored_text_stay() -> None:
    control = control_of()
    for text in ("a\r\nb", " a ", "a\rb", "\na"):
        made, back = there_and_back(control, text)
        assert back == text
        assert made.multiline == ("\n" in text or "\r" in text)


# -- forms ------------------------------------------------------------------------------------------------------------


def test_a_form_gives_a_row_of_every_field_whatever_its_names_hold() -> None:
    names = ["a.b", "é è", "c1", "c1-lat", "x\u200dy", "csrf_token"]
    schema = schema_of(*({"name": name, "type": "string"} for name in names))
    sent = [
        ("c1", "un"),
        ("c3", "trois"),
        ("c99", "x"),
        ("csrf_token", "y"),
        ("c3-lat", "z"),
        ("a.b", "w"),
        ("c6", object()),
    ]
    assert read_form(schema, sent) == dict(zip(names, ["un", "", "trois", "", "", ""], strict=True))
    assert [made.value for made in show_row(schema, {"a.b": "un", "é è": None})] == ["un", "", "", "", "", ""]


def test_a_hidden_copy_that_was_tampered_with_is_but_a_typed_text() -> None:
    control = control_of("date")
    assert read_one(control, ("", "12/03/2024"), ("avant", "{")) == "2024-03-12"
    assert read_one(control, ("", "12/03/2024"), ("avant", "[1]")) == "2024-03-12"
    assert read_one(control, ("", "?"), ("avant", '"\\ud800"')) == "?"


@needs_corpus
def test_an_empty_form_is_an_empty_row_in_every_real_schema() -> None:
    for _, schema in corpus_schemas():
        row = read_form(schema, [])
        assert list(row) == list(schema.field_names)
        assert all(text in ("", *schema.by_name[name].missing_values) for name, text in row.items())
