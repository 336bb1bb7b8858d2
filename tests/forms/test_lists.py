"""Several values in one cell: boxes and lines."""

from __future__ import annotations

import pytest

from forms.binding import show
from schema_loader.check import check_cell
from tests.forms.fields import control_of, read_one, there_and_back

ALLERGENS = {"arrayItem": {"type": "string", "constraints": {"enum": ["lait", "œufs", "soja"]}}}


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
