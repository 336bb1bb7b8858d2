"""Columns given to fields: by every spelling that people use, and never two to one."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.detect import detect
from importers.matching import Filler, Matching, match_columns, match_table
from importers.pairing import SURE
from importers.table import read_table
from schema_loader import starter
from schema_loader.compile import compile_descriptor, compile_schema
from tests.importers.tables import write_csv

STARTER = Path(starter.__file__).parent
SUBVENTIONS = compile_schema((STARTER / "subventions-2.1.1.json").read_bytes())
SCHEMAS = [compile_schema(path.read_bytes()) for path in sorted(STARTER.glob("*.json"))]


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "without accents": bare,
    "with spaces around": lambda t: f"  {t} ",
    "with underscores": lambda t: t.replace(" ", "_"),
    "with typographic apostrophes": lambda t: t.replace("'", "’"),
    "with straight apostrophes": lambda t: t.replace("’", "'"),
    "with what is not seen": lambda t: "\ufeff" + "\u200d".join((t[:3], t[3:])),
    "marked as required": lambda t: f"{t} *",
    "with its unit": lambda t: f"{t} (€)",
    "with a colon": lambda t: f"{t} :",
    "on two lines": lambda t: t.replace(" ", "\n", 1),
}


@given(st.sampled_from(SCHEMAS), st.data())
def test_a_header_in_other_spellings_and_another_order_is_matched(
    schema: object, data: st.DataObject
) -> None:
    assert schema in SCHEMAS
    fields = SCHEMAS[SCHEMAS.index(schema)].fields  # type: ignore[arg-type]
    order = data.draw(st.permutations(fields))
    kept = order[: data.draw(st.integers(1, len(order)))]
    labels = [
        SPELLINGS[data.draw(st.sampled_from(sorted(SPELLINGS)))](
            field.name if data.draw(st.booleans()) or not field.title else field.title
        )
        for field in kept
    ]
    extra = data.draw(st.lists(st.sampled_from(["", "zzz", "qqq 12"]), max_size=3))
    found = match_columns(SCHEMAS[SCHEMAS.index(schema)], [*labels, *extra])  # type: ignore[arg-type]
    for place, field in enumerate(kept):
        match = found.by_field[field.name]
        assert (match.column, match.sure) == (place, True), (labels[place], match)


names = st.text("abcdefNom éèDate_SIRET12€’ -", max_size=14)


@given(
    st.lists(names.filter(str.strip), min_size=1, max_size=8, unique=True),
    st.lists(names, max_size=10),
    st.lists(st.lists(st.sampled_from(["", "12", "2024-01-01", "oui", "x"]), max_size=10), max_size=4),
    st.dictionaries(names, st.none() | names, max_size=4),
)
def test_never_two_fields_on_one_column(
    fields: list[str], labels: list[str], rows: list[list[str]], remembered: dict[str, str | None]
) -> None:
    schema = compile_descriptor({"fields": [{"name": name, "type": kind} for name, kind in zip(fields, ["string", "date", "integer", "boolean"] * 2, strict=False)]})  # fmt: skip
    found = match_columns(schema, labels, rows, remembered)
    taken = [match.column for match in found.matches if match.column is not None]
    assert len(taken) == len(set(taken))
    assert [match.field for match in found.matches] == list(schema.field_names)
    assert sorted([*taken, *found.ignored]) == list(range(len(labels)))
    assert all(0 <= match.confidence <= 1 for match in found.matches)
    assert all((match.column is None) == (match.reason == "none") for match in found.matches)
    assert Matching.from_json(json.loads(json.dumps(found.to_json()))) == found


# -- reasons, in turn ---------------------------------------------------------------------------------------------------


def reasons(found: Matching) -> dict[str, tuple[str, str]]:
    return {match.field: (match.label, match.reason) for match in found.matches if match.column is not None}


def test_each_reason_is_said() -> None:
    labels = [
        "nomAttribuant",
        "SIRET de votre collectivité",
        "DATE_CONVENTION",
        "Numéro décision",
        "Montant accordé",
        "Aide notifiée ?",
        "couleur",
    ]
    found = reasons(match_columns(SUBVENTIONS, labels))
    assert found["nomAttribuant"] == ("nomAttribuant", "name")
    assert found["idAttribuant"] == ("SIRET de votre collectivité", "title")
    assert found["dateConvention"] == ("DATE_CONVENTION", "spelling")
    assert found["referenceDecision"] == ("Numéro décision", "spelling")
    assert found["montant"] == ("Montant accordé", "near")
    assert "couleur" not in {label for label, _ in found.values()}


def test_a_near_label_asks_for_a_second_look() -> None:
    match = match_columns(SUBVENTIONS, ["Montant accordé"]).by_field["montant"]
    assert match.column == 0
    assert match.confidence < SURE


CHECKED = compile_descriptor(
    {
        "fields": [{"name": "qui"}, {"name": "siret"}, {"name": "jour", "type": "date"}, {"name": "nature", "constraints": {"enum": ["numéraire", "en nature"]}}],
        "custom_checks": [{"name": "french-siret-value", "params": {"column": "siret"}}],
    }
)  # fmt: skip
ROWS = [
    ["Club", "38047555800058", "2024-01-01", "numéraire"],
    ["Amis", "21350987000019", "2024-02-01", "en nature"],
]


def test_values_tell_where_labels_say_nothing() -> None:
    found = match_columns(CHECKED, ["c1", "c2", "c3", "c4"], ROWS)
    assert {m.field: (m.column, m.reason) for m in found.matches if m.reason == "values"} == {
        "siret": (1, "values"), "jour": (2, "values"), "nature": (3, "values"),
    }  # fmt: skip
    assert not any(match.sure for match in found.matches)


def test_dates_as_people_write_them_look_like_dates() -> None:
    rows = [["Club", "12/03/2024"], ["Amis", "01/04/2024"]]
    assert match_columns(CHECKED, ["c1", "c2"], rows).by_field["jour"].column == 1


def test_two_columns_that_hold_the_like_are_left_to_a_person() -> None:
    rows = [["2024-01-01", "2024-01-02"], ["2024-02-01", "2024-02-02"]]
    assert match_columns(CHECKED, ["début", "fin"], rows).by_field["jour"].column is None


def test_without_labels_columns_are_taken_in_order_unless_a_value_belies_it() -> None:
    found = match_columns(CHECKED, [""] * 4, ROWS)
    assert [(m.column, m.reason) for m in found.matches] == [
        (0, "place"),
        (1, "place"),
        (2, "place"),
        (3, "place"),
    ]
    turned = match_columns(CHECKED, [""] * 4, [row[::-1] for row in ROWS])
    assert turned.by_field["jour"].column == 1


def test_a_title_that_two_fields_share_decides_nothing() -> None:
    schema = compile_descriptor({"fields": [{"name": "a1", "title": "Nom"}, {"name": "b1", "title": "Nom"}]})
    assert not any(match.sure for match in match_columns(schema, ["Nom"]).matches)


# -- what a person decided ----------------------------------------------------------------------------------------------


def test_what_was_mapped_before_comes_first_and_what_was_left_aside_stays_aside() -> None:
    first = match_columns(SUBVENTIONS, ["Qui donne", "Montant voté", "objet"])
    memory = first.assign("nomAttribuant", 0).assign("montant", None).memory()
    again = match_columns(SUBVENTIONS, ["QUI  DONNE", "montant vote", "objet"], (), memory)
    assert (again.by_field["nomAttribuant"].column, again.by_field["nomAttribuant"].reason) == (
        0,
        "remembered",
    )
    assert again.by_field["montant"].column is None
    assert again.by_field["objet"].column == 2


def test_a_remembered_field_that_the_schema_no_longer_has_is_forgotten() -> None:
    assert (
        match_columns(SUBVENTIONS, ["montant"], (), {"montant": "ancien"}).by_field["montant"].reason
        == "name"
    )


def test_a_person_moves_a_column() -> None:
    found = match_columns(SUBVENTIONS, ["montant", "objet"]).assign("objet", 0)
    assert (found.by_field["objet"].column, found.by_field["montant"].column) == (0, None)
    assert found.ignored_labels == ("objet",)
    assert found.columns == ("objet", None)
    assert found.by_field["objet"].reason == "person"
    with pytest.raises(KeyError):
        found.assign("zzz", 0)
    with pytest.raises(IndexError):
        found.assign("objet", 2)


def test_a_constant_fills_a_missing_field() -> None:
    found = match_columns(SUBVENTIONS, ["montant"])
    assert "nomAttribuant" in found.missing
    found = found.with_constant("nomAttribuant", "Commune").with_constant("nomAttribuant", "Commune d’Ici")
    assert found.constants == (Filler("nomAttribuant", "Commune d’Ici"),)
    assert "nomAttribuant" not in found.missing
    assert Matching.from_json(found.to_json()) == found
    assert found.with_constant("nomAttribuant", "").constants == ()


def test_lines_above_the_header_propose_values(tmp_path: Path) -> None:
    rows = [
        ["Qui accorde la subvention : Commune d’Ici"],
        ["SIRET", "21350987000019"],
        ["nomBeneficiaire", "montant", "objet"],
        ["Club", "12", "sport"],
    ]
    path = write_csv(tmp_path / "a.csv", rows)
    table = read_table(path, detect(path, SUBVENTIONS), SUBVENTIONS)
    proposed = match_table(SUBVENTIONS, table).proposed
    assert Filler("nomAttribuant", "Commune d’Ici", "title", 1, "A") in proposed
    assert Filler("idAttribuant", "21350987000019", "title", 2, "B") in proposed


def test_a_table_of_a_thousand_columns_is_matched_in_good_time() -> None:
    schema = compile_descriptor(
        {"fields": [{"name": f"champ{n}", "title": f"Valeur numéro {n} du tableau"} for n in range(300)]}
    )
    labels = [f"colonne {n} de données" for n in range(1000)]
    assert len(match_columns(schema, labels, [["12"] * 1000] * 30).labels) == 1000
