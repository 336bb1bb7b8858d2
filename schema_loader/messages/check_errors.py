"""Errors of the French checks (``custom-check-error/<name>``), check by check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from schema_loader.errors import CellError
from schema_loader.messages.case import NAME_LENGTH, with_example
from schema_loader.messages.i18n import N_, Message, Words, capital

# Check → what is wrong, how to mend it (an order, without its full stop). ``{text}`` is what was typed.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "siret": (
        N_("{text} n’est pas un numéro SIRET : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 14 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
    ),
    "siren": (
        N_("{text} n’est pas un numéro SIREN : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 9 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
    ),
    "rna": (
        N_("{text} n’est pas un numéro RNA d’association."),
        N_("Écrivez la lettre W suivie de 9 chiffres"),
    ),
    "code-commune-insee": (
        N_("{text} n’est pas le code INSEE d’une commune."),
        N_("Cherchez le code officiel de la commune, à 5 caractères ; ce n’est pas son code postal"),
    ),
    "commune": (
        N_("{text} n’est pas le nom officiel d’une commune."),
        N_("Écrivez le nom officiel de la commune"),
    ),
    "departement": (
        N_("{text} n’est pas le nom officiel d’un département."),
        N_("Écrivez le nom officiel du département"),
    ),
    "numero-departement": (
        N_("{text} n’est pas un numéro de département."),
        N_("Écrivez le numéro sur 2 caractères, ou 3 outre-mer, avec son zéro"),
    ),
    "region": (
        N_("{text} n’est pas le nom officiel d’une région."),
        N_("Écrivez le nom officiel de la région"),
    ),
    "code-region": (
        N_("{text} n’est pas le code d’une région."),
        N_("Écrivez le code officiel, sur 2 chiffres"),
    ),
    "canton": (N_("{text} n’est pas le nom officiel d’un canton."), N_("Écrivez le nom officiel du canton")),
    "pays": (N_("{text} n’est pas le nom officiel d’un pays."), N_("Écrivez le nom officiel du pays")),
    "code-pays-iso2": (
        N_("{text} n’est pas le code d’un pays."),
        N_("Écrivez le code du pays en 2 lettres majuscules"),
    ),
    "code-pays-iso3": (
        N_("{text} n’est pas le code d’un pays."),
        N_("Écrivez le code du pays en 3 lettres majuscules"),
    ),
    "code-postal": (N_("{text} n’est pas un code postal."), N_("Écrivez les 5 chiffres du code postal")),
    "code-fantoir": (
        N_("{text} n’est pas un code FANTOIR."),
        N_("Écrivez les 10 caractères du code, avec sa lettre de contrôle"),
    ),
    "nomenclature-acte": (
        N_("{text} ne commence pas par une matière de la nomenclature des actes."),
        N_("Écrivez la matière, une barre oblique sans espaces, puis la sous-matière"),
    ),
    "phone-number-value": (
        N_("{text} n’est pas un numéro de téléphone."),
        N_("Écrivez les 10 chiffres, ou le numéro international"),
    ),
    "opening-hours-value": (
        N_("{text} ne suit pas la façon d’écrire des horaires d’ouverture."),
        N_("Écrivez les jours en anglais abrégé, puis les heures, comme « Mo-Fr 09:00-17:00 »"),
    ),
    "year-interval-value": (
        N_("{text} n’est pas une période de deux années."),
        N_("Écrivez la première année, une barre oblique, puis une année plus tardive"),
    ),
    "french-gps-coordinates": (
        N_("Le point {text} n’est pas en France."),
        N_("Vérifiez les coordonnées : la longitude vient en premier, puis la latitude"),
    ),
}
ALIASES = {
    "french-siret-value": "siret",
    "french-siren-value": "siren",
    "nomenclature-actes-value": "nomenclature-acte",
    "phone-number": "phone-number-value",
    "opening-hours": "opening-hours-value",
    "year-interval": "year-interval-value",
}
OPERATORS: Mapping[str, str] = {
    ">": N_("plus grand que"), ">=": N_("plus grand que, ou égal à,"), "==": N_("égal à"),
    "<": N_("plus petit que"), "<=": N_("plus petit que, ou égal à,"),
}  # fmt: skip


def check_error(error: CellError, t: Words) -> Message:
    """Words for a French check that a value or a row fails."""
    name = error.code.partition("/")[2]
    name = ALIASES.get(name, name)
    if name in _ACROSS:
        return _ACROSS[name](error, t)
    sentences = SENTENCES.get(name)
    text = t.quote(error.cell)
    if sentences is None:
        problem = t.gettext(
            "{text} ne passe pas le contrôle {check}.", text=text, check=t.quote(name, NAME_LENGTH)
        )
        how = t.gettext("Consultez la description de cette colonne")
    else:
        problem, how = t.gettext(sentences[0], text=text), t.gettext(sentences[1])
    if error.field is None:
        return Message(problem, t.gettext("{how}.", how=how))
    example = with_example(how, error.field, t)
    return Message(problem, example)


def names() -> frozenset[str]:
    """The checks that have words of their own."""
    return frozenset(SENTENCES) | frozenset(_ACROSS)


def _named(error: CellError, t: Words, *keys: str) -> list[str]:
    """Columns named by the check's parameters, quoted."""
    found: list[str] = []
    for key in keys:
        value: Any = error.params.get(key)
        values = value if isinstance(value, (list, tuple)) else [value]
        found += [str(name) for name in values if name]
    shown = [t.quote(name, 40) for name in dict.fromkeys(found)]
    return shown if len(shown) <= 4 else [*shown[:4], t.ngettext("{n} autre", "{n} autres", len(shown) - 4)]


def _sum(error: CellError, t: Words) -> Message:
    column, parts = _named(error, t, "column"), _named(error, t, "columns")
    problem = t.gettext(
        "{text} n’est pas la somme des colonnes {columns}.", text=t.quote(error.cell), columns=t.all_of(parts)
    )
    return Message(
        problem,
        t.gettext(
            "Corrigez {column}, ou l’une des valeurs additionnées.",
            column="".join(column) or t.gettext("le total"),
        ),
    )


def _compare(error: CellError, t: Words) -> Message:
    column, other = _named(error, t, "column"), _named(error, t, "column2")
    operator = t.gettext(OPERATORS.get(str(error.params.get("op")), N_("comparable à")))
    problem = t.gettext(
        "{column} doit être {operator} {other}, ce qui n’est pas le cas ici.",
        column=capital("".join(column) or t.gettext("cette valeur")), operator=operator,
        other="".join(other) or t.gettext("l’autre valeur"),
    )  # fmt: skip
    return Message(problem, t.gettext("Vérifiez les deux valeurs ; elles ont peut-être été inversées."))


def _cohesive(error: CellError, t: Words) -> Message:
    columns = _named(error, t, "column", "othercolumns")
    problem = t.gettext(
        "Les colonnes {columns} vont ensemble, et seules certaines sont remplies.", columns=t.all_of(columns)
    )
    return Message(problem, t.gettext("Remplissez-les toutes, ou laissez-les toutes vides."))


def _one_of(error: CellError, t: Words) -> Message:
    columns = _named(error, t, "column1", "column2")
    problem = t.gettext(
        "Ni l’une ni l’autre de ces colonnes n’est remplie : {columns}.", columns=t.all_of(columns)
    )
    return Message(problem, t.gettext("Remplissez au moins l’une des deux."))


_ACROSS: Mapping[str, Callable[[CellError, Words], Message]] = {
    "sum-columns-value": _sum,
    "compare-columns-value": _compare,
    "cohesive-columns-value": _cohesive,
    "one-of-required": _one_of,
}
