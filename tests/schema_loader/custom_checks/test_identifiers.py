"""SIREN, SIRET, FANTOIR codes and matters of the nomenclature ACTES."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren, siret

from schema_loader.custom_checks.identifiers import (
    LENGTHS,
    NomenclatureActe,
    Siren,
    Siret,
    acte_fault,
    compacted,
    is_key_right,
    sirene_fault,
)
from schema_loader.folding import fold_letters
from tests.schema_loader.custom_checks.declared import of_value, schema_with, warnings

digits = st.text("0123456789", min_size=1, max_size=16)


def with_key(start: str) -> str:
    """The digits and the one that completes them (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(start)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return start + str(-total % 10)


@pytest.mark.parametrize(
    "text",
    [
        "21860194600013",
        "218 601 946 00013",
        "218.601.946.00013",
        " 21860194600013 ",
        "35600000000048",
        "35600000049837",
    ],
)
def test_a_right_siret_passes(text: str) -> None:
    assert of_value("siret", text) is None


@pytest.mark.parametrize(
    ("text", "reason", "count", "looks_like"),
    [
        ("21860194600014", "check-digit", 14, ""),
        ("2186019460001", "length", 13, ""),
        ("218601946", "length", 9, "siren"),
        ("218601947", "length", 9, ""),
        ("218-601-946-00013", "not-digits", 14, ""),
        ("W861000123", "not-digits", 9, "rna"),
        ("2.186E+13", "not-digits", 6, ""),
        ("35600000049838", "check-digit", 14, ""),
    ],
)
def test_a_wrong_siret_says_what_it_is(text: str, reason: str, count: int, looks_like: str) -> None:
    error = of_value("siret", text)
    assert error is not None
    assert error.code == "custom-check-error/siret"
    assert error.params == {"reason": reason, "digits": count, "expected": 14, "looks_like": looks_like}


def test_a_siret_in_a_column_for_sirens_is_recognised() -> None:
    error = of_value("siren", "21860194600013")
    assert error is not None
    assert error.params == {"reason": "length", "digits": 14, "expected": 9, "looks_like": "siret"}
    assert of_value("siren", "218 601 946") is None


@pytest.mark.parametrize("name", ["siret", "siren"])
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_is_never_a_siren_and_the_schema_is_warned(name: str, kind: str) -> None:
    schema = schema_with(name, {"column": "a"}, {"a": kind})
    assert warnings(schema) == [
        ("check-misdeclared", "", {"check": name, "param": "column", "reason": "not-text", "runs": True})
    ]
    error = of_value(name, "21860194600013" if name == "siret" else "218601946", kind)
    assert error is not None and error.params == {"reason": "not-text"}


@given(st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=4))
def test_the_key_decides(start: str, nic: str) -> None:
    siren = with_key(start)
    siret = with_key(siren + nic)
    assert sirene_fault(siren, Siren) is None
    if siren != "356000000":
        assert sirene_fault(siret, Siret) is None
        wrong = siret[:-1] + str((int(siret[-1]) + 1) % 10)
        fault = sirene_fault(wrong, Siret)
        assert fault is not None and fault.params["reason"] == "check-digit"
    # one wrong digit is always seen, wherever it stands
    for place in range(9):
        other = siren[:place] + str((int(siren[place]) + 1) % 10) + siren[place + 1 :]
        assert sirene_fault(other, Siren) is not None


@given(st.text(max_size=20) | digits)
def test_any_text_gets_a_verdict(text: str) -> None:
    for check in (Siren, Siret):
        fault = sirene_fault(text, check)
        if fault is not None:
            assert fault.params["reason"] in ("not-digits", "length", "check-digit")
            assert (fault.params["reason"] == "length") <= (
                fault.params["digits"] != fault.params["expected"]
            )


@pytest.mark.parametrize("text", ["7500A", "A123B", "ZA03A"])
def test_a_fantoir_code_passes(text: str) -> None:
    assert of_value("code-fantoir", text) is None


@pytest.mark.parametrize("text", ["75001", "7500a", "750560001A", "ABCDE", "7500"])
def test_a_wrong_fantoir_code_fails(text: str) -> None:
    error = of_value("code-fantoir", text)
    assert error is not None and error.code == "custom-check-error/code-fantoir"


@pytest.mark.parametrize("matter", NomenclatureActe.MATTERS)
def test_each_matter_of_the_nomenclature_passes_without_case_or_accents(matter: str) -> None:
    assert of_value("nomenclature-acte", f"{matter}/subventions") is None
    assert of_value("nomenclature-actes-value", f"{fold_letters(matter).upper()}/x/y") is None


@pytest.mark.parametrize(
    ("text", "reason", "meant"),
    [
        ("finances locales", "no-slash", "finances locales"),
        ("7.5", "no-slash", ""),
        ("finances locales / subventions", "spaces", "finances locales"),
        ("urbanisme/ permis", "spaces", "urbanisme"),
        ("commandes publiques/marchés", "unknown-matter", "commande publique"),
        ("finances  locales/x", "unknown-matter", "finances locales"),
        ("tourisme/x", "unknown-matter", ""),
        ("/x", "unknown-matter", ""),
    ],
)
def test_a_wrong_matter_says_what_was_meant(text: str, reason: str, meant: str) -> None:
    error = of_value("nomenclature-acte", text)
    assert error is not None
    assert error.params == {"reason": reason, "matter": text.split("/")[0].strip(), "meant": meant}


@given(st.text(max_size=30), st.text(max_size=10))
def test_a_matter_is_one_of_the_nine_before_an_unspaced_slash(start: str, rest: str) -> None:
    known = fold_letters(start) in {fold_letters(matter) for matter in NomenclatureActe.MATTERS}
    if "/" not in start:
        assert (acte_fault(f"{start}/{rest}") is None) == (known and not rest.startswith(" "))


@given(st.sampled_from(["siren", "siret"]), st.from_regex(r"\A(35600000[0-9])?[0-9 .]{7,15}\Z"))
def test_a_key_has_the_verdict_of_the_library(kind: str, text: str) -> None:
    library = {"siren": siren, "siret": siret}[kind]
    assert is_key_right(kind, text) == library.is_valid(text)  # type: ignore[arg-type]
    number = compacted(text)[: LENGTHS[kind]]
    for digit in "0123456789":  # one of them is the control digit
        assert is_key_right(kind, number[:-1] + digit) == library.is_valid(number[:-1] + digit)  # type: ignore[arg-type]
