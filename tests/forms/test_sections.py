"""Long forms in parts, and how far each part is."""

from __future__ import annotations

from typing import Any

from forms.sections import LARGEST, SMALL, sections, states
from tests.corpus import needs_corpus
from tests.forms.fields import corpus_schemas, schema_of


def fields(*names: str, **more: Any) -> Any:
    return schema_of(*({"name": name, "type": "string", **more} for name in names))


def test_a_short_form_is_one_part_without_a_title() -> None:
    (part,) = sections(fields(*(f"c{n}" for n in range(SMALL))))
    assert part.title == ""


def test_neighbours_that_begin_or_end_alike_belong_together() -> None:
    schema = fields(*(f"adresse_{n}" for n in "abcdefgh"), *(f"{n}_reparateur" for n in "abcdefgh"))
    assert [(part.title, len(part.controls)) for part in sections(schema)] == [
        ("Adresse", 8),
        ("Reparateur", 8),
    ]


def test_numbered_fields_are_cut_between_two_numbers() -> None:
    schema = fields(
        *(f"{word}_piece_{n}_producteur" for n in range(1, 16) for word in ("nom", "delai", "annees"))
    )
    parts = sections(schema)
    assert [part.title for part in parts] == [
        "Producteur 1 – 4",
        "Producteur 5 – 7",
        "Producteur 8 – 11",
        "Producteur 12 – 15",
    ]
    assert all(len(part.controls) % 3 == 0 for part in parts)


def test_a_schema_that_says_what_belongs_together_is_followed() -> None:
    groups = ["lieu"] * 9 + ["accès"] * 9
    schema = schema_of(
        *({"name": f"x{n}", "type": "string", "section": group} for n, group in enumerate(groups))
    )
    assert [(part.title, len(part.controls)) for part in sections(schema)] == [("Lieu", 9), ("Accès", 9)]


def test_a_run_without_a_name_says_from_what_to_what() -> None:
    schema = fields(*"abcdefghijklmnopqrstuvwxyz")
    assert sections(schema)[0].title == "A – I"


def test_a_part_says_what_is_filled_missing_and_wrong() -> None:
    schema = schema_of(
        {"name": "a", "type": "string", "constraints": {"required": True}, "missingValues": ["", "NA"]},
        {"name": "b", "type": "string", "constraints": {"required": True}},
        {"name": "c", "type": "string"},
    )
    (state,) = states(sections(schema), {"a": "NA", "b": "x", "c": None}, {"b", "z"})
    assert (state.filled, state.total, state.missing, state.faulty) == (1, 3, 1, 1)


@needs_corpus
def test_the_parts_of_every_real_schema_hold_each_control_once_in_its_order() -> None:
    for name, schema in corpus_schemas():
        parts = sections(schema)
        assert tuple(field for part in parts for field in part.names) == schema.field_names, name
        assert len({part.anchor for part in parts}) == len(parts)
        assert all(len(part.controls) <= LARGEST for part in parts), name
        assert all(part.title for part in parts) or len(parts) == 1, name
        assert len(parts) <= max(1, len(schema.fields) // 4), name
