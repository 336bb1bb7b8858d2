"""What is stored, what is shown, what comes back: nothing is lost, nothing altered but as the field normalises it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.binding import EMPTY, posted, read_form, show, show_row
from forms.control import controls
from schema_loader.check import check_cell
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

ALLERGENS = {"arrayItem": {"type": "string", "constraints": {"enum": ["lait", "œufs", "soja"]}}}
DAYS = {"constraints": {"pattern": r"^(lundi|mardi|jeudi)(\|(lundi|mardi|jeudi))*$"}}


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
            if made.before and control.kind not in ("checkboxes", "geopoint"):
                odd.append((control.kind, control.field.name, text))
    assert len(odd) <= 25, odd


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_typed_in_a_text_is_kept_letter_for_letter_within(before: str, after: str) -> None:
    typed = f"a{before}\n{after}z".replace("\r", "").replace("\0", "")
    assert read_one(control_of(), ("", typed)) == typed


# -- how people type --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more", "typed", "stored"),
    [
        ("date", {}, "12/03/2024", "2024-03-12"),
        ("date", {}, "12/3/2024", "2024-03-12"),
        ("date", {}, " 1.3.2024 ", "2024-03-01"),
        ("date", {}, "1er mars 2024", "2024-03-01"),
        ("date", {}, "2024-03-12", "2024-03-12"),
        ("date", {"format": "%d/%m/%Y"}, "12/3/2024", "12/03/2024"),
        ("date", {"format": "any"}, "03/04/2024", "2024-04-03"),
        ("date", {"format": "%m/%d/%Y"}, "03/04/2024", "04/03/2024"),  # the third of April, shown so as well
        ("date", {"format": "%Y"}, "2024", "2024"),
        ("datetime", {}, "12/03/2024 14:30", "2024-03-12T14:30:00"),
        ("datetime", {}, "12/03/2024 à 14h30", "2024-03-12T14:30:00"),
        ("datetime", {}, "12/03/2024 14:30:05 +01:00", "2024-03-12T14:30:05+01:00"),
        ("datetime", {}, "2024-03-12T14:30:00Z", "2024-03-12T14:30:00Z"),
        ("time", {}, "14h30", "14:30:00"),
        ("time", {}, "9 h", "09:00:00"),
        ("time", {"format": "%H:%M"}, "14 h 30", "14:30"),
        ("yearmonth", {}, "3/2024", "2024-03"),
        ("yearmonth", {}, "mars 2024", "2024-03"),
        ("year", {}, " 2024 ", "2024"),
        ("duration", {}, "1 h 30", "PT1H30M"),
        ("duration", {}, "10 jours", "P10D"),
        ("duration", {}, "2 semaines", "P14D"),
        ("duration", {}, "PT5M", "PT5M"),
        ("number", {}, "1 234,50", "1234.50"),
        ("number", {}, "1\u202f234,50", "1234.50"),
        ("number", {}, "1\u00a0234.5 €", "1234.5"),
        ("number", {}, "-12,5", "-12.5"),
        ("number", {}, "1.234.567,89", "1234567.89"),
        ("number", {"decimalChar": ","}, "1 234.5", "1234,5"),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.234,5", "1234,5"),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.5", "1,5"),
        ("number", {"groupChar": ","}, "0,5", "0.5"),
        ("number", {"groupChar": ","}, "1,234", "1234"),
        ("integer", {}, "2 400 000", "2400000"),
        ("integer", {}, "12,0", "12"),
        ("boolean", {"trueValues": ["oui"], "falseValues": ["non"]}, "oui", "oui"),
        ("string", {}, "  Fonctionnement 2024 ", "Fonctionnement 2024"),
        ("string", {"name": "siret"}, "217 500 016 00019", "21750001600019"),
        ("string", {"name": "code_postal"}, "44 000", "44000"),
        ("string", {"constraints": {"enum": ["sans porc ", "sans sel"]}}, "sans porc ", "sans porc "),
    ],
)  # fmt: skip
def test_a_typed_text_is_stored_as_the_type_writes_it(
    kind: str, more: dict[str, Any], typed: str, stored: str
) -> None:
    control = control_of(kind, **more)
    assert read_one(control, ("", typed)) == stored
    assert check_cell(control.field, stored)[1] == ()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("date", "12/03/24"),  # which century is for the person to say
        ("date", "31/02/2024"),
        ("date", "12/03/2024 14:30"),  # the hour is not dropped in silence
        ("date", "mardi"),
        ("datetime", "12/03/2024"),
        ("time", "25:00"),
        ("number", "douze"),
        ("number", "12,5 ou 13"),
        ("integer", "12,5"),
        ("year", "24"),
        ("duration", "longtemps"),
        ("geojson", "{"),
        ("string", "  \n a\tb"),
    ],
)
def test_what_is_not_understood_stays_as_typed(kind: str, typed: str) -> None:
    control = control_of(kind, constraints={"pattern": "[0-9]+"} if kind == "string" else {})
    assert read_one(control, ("", typed)) == typed
    assert check_cell(control.field, typed)[1]
    assert show(control, typed).value == typed


def test_english_readers_type_a_comma_for_thousands_and_are_not_guessed_at() -> None:
    assert read_one(control_of("number", lang="en"), ("", "1,234")) == "1,234"
    assert read_one(control_of("number", lang="en"), ("", "1,234.5")) == "1234.5"
    assert read_one(control_of("number", lang="fr"), ("", "1,234")) == "1.234"


@pytest.mark.parametrize(
    ("kind", "stored", "fr", "en"),
    [
        ("date", "2024-03-12", "12/03/2024", "2024-03-12"),
        ("date", "0800-03-12", "12/03/0800", "0800-03-12"),
        ("datetime", "2024-03-12T14:30:00", "12/03/2024 14:30", "2024-03-12 14:30"),
        ("datetime", "2024-03-12T14:30:00Z", "12/03/2024 14:30 UTC", "2024-03-12 14:30 UTC"),
        ("datetime", "2024-03-12T14:30:05.250+01:00", "12/03/2024 14:30:05,25 +01:00", None),
        ("time", "09:00:00", "09:00", "09:00"),
        ("yearmonth", "2024-03", "03/2024", "2024-03"),
        ("duration", "P1DT2H", "1 jour 2 h", "P1DT2H"),
        ("number", "1234.50", "1234,50", "1234.50"),
        ("number", "-1234567.5", "-1\u202f234\u202f567,5", "-1234567.5"),
        ("number", "NaN", "NaN", "NaN"),
        ("integer", "2024", "2024", "2024"),
        ("integer", "24000", "24\u202f000", "24000"),
    ],
)
def test_a_value_is_shown_as_its_reader_types_it(kind: str, stored: str, fr: str, en: str | None) -> None:
    assert show(control_of(kind), stored).value == fr
    if en is not None:
        assert show(control_of(kind, lang="en"), stored).value == en


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


# -- lists -----------------------------------------------------------------------------------------------------------


def test_boxes_make_a_json_list_in_the_order_of_the_schema() -> None:
    control = control_of("array", **ALLERGENS)
    assert read_one(control, ("", "lait"), ("", "soja")) == '["lait", "soja"]'
    assert read_one(control) == ""
    assert show(control, '["soja", "lait"]').checked == ("soja", "lait")
    assert (
        there_and_back(control, '["soja", "lait"]')[1] == '["soja", "lait"]'
    )  # its order is not ours to change


def test_an_item_off_an_enforced_list_stays_until_it_is_unchecked() -> None:
    control = control_of("array", **ALLERGENS)
    made, back = there_and_back(control, '["lait", "kiwi"]')
    assert made.checked == ("lait", "kiwi")
    assert back == '["lait", "kiwi"]'
    assert read_one(control, ("", "lait"), ("avant", made.before)) == '["lait"]'


def test_others_may_be_written_where_choices_are_only_suggested() -> None:
    control = control_of("array", arrayItem={"type": "string", "enum": ["lait", "œufs"]})
    assert control.open_list
    made = show(control, '["œufs", "kiwi", "ananas"]')
    assert (made.checked, made.others) == (("œufs",), "kiwi\nananas")
    assert read_one(control, ("", "lait"), ("autres", " kiwi \n\nananas")) == '["lait", "kiwi", "ananas"]'


def test_a_text_that_is_no_list_is_kept_until_boxes_are_checked() -> None:
    control = control_of("array", **ALLERGENS)
    made, back = there_and_back(control, "lait, œufs")
    assert (made.raw, back) == ("lait, œufs", "lait, œufs")
    assert read_one(control, ("brut", "lait, œufs"), ("", "lait")) == '["lait"]'


def test_lines_make_a_list_and_untouched_items_keep_their_type() -> None:
    control = control_of("array")
    assert read_one(control, ("", "un\n deux \n\n")) == '["un", "deux"]'
    made, back = there_and_back(control, '[1, "deux", {"a": null}]')
    assert made.value == '1\ndeux\n{"a": null}'
    assert back == '[1, "deux", {"a": null}]'
    assert (
        read_one(control, ("", made.value + "\ntrois"), ("avant", made.before))
        == '[1, "deux", {"a": null}, "trois"]'
    )


def test_items_of_a_type_are_stored_as_it_writes_them() -> None:
    control = control_of("array", arrayItem={"type": "integer"})
    assert read_one(control, ("", "1\n2\ntrois")) == '[1, 2, "trois"]'
    assert show(control, "[1, 2]").value == "1\n2"
    assert not show(control, "[1, 2]").before


def test_a_json_list_typed_as_such_is_taken_as_such() -> None:
    control = control_of("array")
    assert read_one(control, ("", '["a",\n"b"]')) == '["a", "b"]'
    assert read_one(control, ("", '["a"')) == '["a"'


def test_a_delimited_list_and_its_delimiter() -> None:
    control = control_of("list", delimiter=";", itemType="integer")
    assert read_one(control, ("", "1\n2")) == "1;2"
    assert show(control, "1;2").value == "1\n2"


@pytest.mark.parametrize(
    ("pattern", "joined"),
    [
        (r"^(lundi|mardi|jeudi)(\|(lundi|mardi|jeudi))*$", "lundi|jeudi"),
        (r"^ *(lundi|mardi|jeudi)( *, *(lundi|mardi|jeudi))* *$", "lundi,jeudi"),
        (r"(lundi|mardi|jeudi)(; (lundi|mardi|jeudi))*", "lundi; jeudi"),
        (r"(?:(?:^|;)(lundi|mardi|jeudi))+$", "lundi;jeudi"),
    ],
)
def test_a_pattern_that_takes_several_texts_is_boxes_joined_as_it_wants(pattern: str, joined: str) -> None:
    control = control_of(constraints={"pattern": pattern})
    assert (control.kind, control.values) == ("checkboxes", ("lundi", "mardi", "jeudi"))
    assert read_one(control, ("", "lundi"), ("", "jeudi")) == joined
    assert show(control, joined).checked == ("lundi", "jeudi")
    assert check_cell(control.field, joined)[1] == ()


def test_choices_that_hold_the_separator_are_told_apart() -> None:
    control = control_of(
        constraints={
            "pattern": r"(Direction, cabinet|Sports|Culture, jeunesse)(,(Direction, cabinet|Sports|Culture, jeunesse))*"
        }
    )
    assert show(control, "Sports,Culture, jeunesse").checked == ("Sports", "Culture, jeunesse")
    assert there_and_back(control, "Sports,Culture, jeunesse")[1] == "Sports,Culture, jeunesse"


def test_several_values_in_a_plain_text_are_written_with_semicolons() -> None:
    control = control_of(arrayItem={"type": "string", "enum": ["a", "b"]})
    assert read_one(control, ("", "a"), ("", "b"), ("autres", "c")) == "a;b;c"


# -- points ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "stored"),
    [
        ("default", "2.3522,48.8566"),
        ("array", "[2.3522, 48.8566]"),
        ("object", '{"lon": 2.3522, "lat": 48.8566}'),
    ],
)
def test_a_point_is_two_named_axes_in_any_format(form: str, stored: str) -> None:
    control = control_of("geopoint", format=form)
    assert read_one(control, ("lat", "48,8566"), ("lon", "2.3522")) == stored
    made, back = there_and_back(control, stored)
    assert (made.lat, made.lon, back) == ("48,8566", "2,3522", stored)


def test_six_decimals_are_enough_and_more_are_kept_until_one_types() -> None:
    control = control_of("geopoint")
    made, back = there_and_back(control, "2.35221234567,48.85661234567")
    assert (made.lon, made.lat) == ("2,352212", "48,856612")
    assert back == "2.35221234567,48.85661234567"
    assert (
        read_one(control, ("lat", "48.85661234567"), ("lon", made.lon), ("avant", made.before))
        == "2.352212,48.856612"
    )


@pytest.mark.parametrize(("lat", "lon"), [("95", "2"), ("abc", "2,5"), ("", "2,5"), ("1", "x,y")])
def test_axes_that_are_no_point_are_shown_again_with_their_error(lat: str, lon: str) -> None:
    control = control_of("geopoint")
    stored = read_one(control, ("lat", lat), ("lon", lon))
    assert check_cell(control.field, stored)[1]
    made, back = there_and_back(control, stored)
    assert back == stored
    if "," not in (lat + lon).replace("2,5", ""):
        assert (made.lat, made.lon) == (lat, lon)


def test_both_axes_pasted_in_one_are_latitude_first_as_maps_give_them() -> None:
    assert read_one(control_of("geopoint"), ("lat", "48.8566, 2.3522"), ("lon", "")) == "2.3522,48.8566"


def test_a_point_with_its_axes_exchanged_is_warned_of() -> None:
    control = control_of("geopoint")
    assert show(control, "48.8566,2.3522").swapped
    assert not show(control, "2.3522,48.8566").swapped
    assert not show(control, "139.7,35.6").swapped  # Tokyo is in no France either way


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
