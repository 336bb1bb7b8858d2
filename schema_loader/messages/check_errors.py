"""Errors of the French checks (``custom-check-error/<name>``), check by check."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from schema_loader.errors import CellError
from schema_loader.field import Field
from schema_loader.messages.case import NAME_LENGTH, with_example
from schema_loader.messages.hints import MAX_TEXT
from schema_loader.messages.i18n import N_, Message, Words

# Check → what is wrong, how to mend it (an order, without its full stop), an example that passes. ``{text}`` is what was typed.
SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "siret": (
        N_("{text} n’est pas un numéro SIRET : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 14 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
        "21750001600019",
    ),
    "siren": (
        N_("{text} n’est pas un numéro SIREN : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 9 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
        "217500016",
    ),
    "rna": (
        N_("{text} n’est pas un numéro RNA d’association."),
        N_("Écrivez la lettre W suivie de 9 chiffres"),
        "W751234567",
    ),
    "code-commune-insee": (
        N_("{text} n’est pas le code INSEE d’une commune."),
        N_("Cherchez le code officiel de la commune, à 5 caractères ; ce n’est pas son code postal"),
        "75056",
    ),
    "commune": (
        N_("{text} n’est pas le nom officiel d’une commune."),
        N_("Écrivez le nom officiel de la commune"),
        "Paris",
    ),
    "departement": (
        N_("{text} n’est pas le nom officiel d’un département."),
        N_("Écrivez le nom officiel du département"),
        "Gironde",
    ),
    "numero-departement": (
        N_("{text} n’est pas un numéro de département."),
        N_("Écrivez le numéro sur 2 caractères, ou 3 outre-mer, avec son zéro"),
        "01",
    ),
    "region": (
        N_("{text} n’est pas le nom officiel d’une région."),
        N_("Écrivez le nom officiel de la région"),
        "Bretagne",
    ),
    "code-region": (
        N_("{text} n’est pas le code d’une région."),
        N_("Écrivez le code officiel, sur 2 chiffres"),
        "53",
    ),
    "canton": (
        N_("{text} n’est pas le nom officiel d’un canton."),
        N_("Écrivez le nom officiel du canton"),
        "",
    ),
    "pays": (
        N_("{text} n’est pas le nom officiel d’un pays."),
        N_("Écrivez le nom officiel du pays"),
        "France",
    ),
    "code-pays-iso2": (
        N_("{text} n’est pas le code d’un pays."),
        N_("Écrivez le code du pays en 2 lettres majuscules"),
        "FR",
    ),
    "code-pays-iso3": (
        N_("{text} n’est pas le code d’un pays."),
        N_("Écrivez le code du pays en 3 lettres majuscules"),
        "FRA",
    ),
    "code-postal": (
        N_("{text} n’est pas un code postal."),
        N_("Écrivez les 5 chiffres du code postal"),
        "75001",
    ),
    "code-fantoir": (
        N_("{text} n’est pas un code FANTOIR."),
        N_("Écrivez les 10 caractères du code, avec sa lettre de contrôle"),
        "",
    ),
    "nomenclature-acte": (
        N_("{text} ne commence pas par une matière de la nomenclature des actes."),
        N_("Écrivez la matière, une barre oblique sans espaces, puis la sous-matière"),
        "Fonction publique/Autres",
    ),
    "phone-number-value": (
        N_("{text} n’est pas un numéro de téléphone."),
        N_("Écrivez les 10 chiffres, ou le numéro international"),
        "01 42 76 40 40",
    ),
    "opening-hours-value": (
        N_("{text} ne suit pas la façon d’écrire des horaires d’ouverture."),
        N_("Écrivez les jours en anglais abrégé, puis les heures"),
        "Mo-Fr 09:00-17:00",
    ),
    "year-interval-value": (
        N_("{text} n’est pas une période de deux années."),
        N_("Écrivez la première année, une barre oblique, puis une année plus tardive"),
        "2020/2024",
    ),
    "french-gps-coordinates": (
        N_("Le point {text} n’est pas en France."),
        N_("Vérifiez les coordonnées : la longitude vient en premier, puis la latitude"),
        "",
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

UNKNOWN_OPERATOR = N_("en accord avec")


def check_error(error: CellError, t: Words) -> Message:
    """Words for a French check that a value or a row fails."""
    name = error.code.partition("/")[2]
    name = ALIASES.get(name, name)
    if name in _ACROSS:
        return _ACROSS[name](error, t)
    text = t.quote(error.cell)
    if name not in SENTENCES:
        problem = t.gettext(
            "{text} ne passe pas le contrôle {check}.", text=text, check=t.quote(name, NAME_LENGTH)
        )
        how = t.gettext("Consultez la description de cette colonne")
        return Message(
            problem, with_example(how, error.field, t) if error.field else t.gettext("{how}.", how=how)
        )
    wrong, how, example = SENTENCES[name]
    problem = _digits(name, error.cell, t) or t.gettext(wrong, text=text)
    return Message(problem, _with_example(t.gettext(how), example, error.field, t))


def _with_example(how: str, example: str, field: Field | None, t: Words) -> str:
    """The check's own example where the field takes it: one that the field makes up might not pass the check."""
    if example and (field is None or not field.read(example)[1]):
        return t.gettext("{how}. Exemple : {example}.", how=how, example=t.literal(example))
    published = tuple(field.published_examples) if field is not None else ()
    good = next((text for text in published if field is not None and not field.read(text)[1]), None)
    if good is None:
        return t.gettext("{how}.", how=how)
    return t.gettext("{how}. Exemple : {example}.", how=how, example=t.literal(good))


def _digits(name: str, text: str, t: Words) -> str | None:
    """What is wrong with the very writing of a SIRET or SIREN, before its check digit."""
    wanted = {"siret": (14, N_("Le SIRET compte {count}")), "siren": (9, N_("Le SIREN compte {count}"))}.get(
        name
    )
    bare = re.sub(r"[\s.]", "", text[:MAX_TEXT])
    if wanted is None or len(bare) == wanted[0] or not (bare.isascii() and bare.isdecimal()):
        return None
    count = t.ngettext("{n} chiffre", "{n} chiffres", len(bare))
    subject = t.gettext(wanted[1], count=count)
    return t.gettext("{subject} ; il en faut {n}.", subject=subject, n=t.number(wanted[0]))


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
    parts = _named(error, t, "columns")
    problem = t.gettext(
        "{text} n’est pas la somme des colonnes {columns}.", text=t.quote(error.cell), columns=t.all_of(parts)
    )
    return Message(problem, t.gettext("Corrigez ce total, ou l’une des valeurs additionnées."))


def _compare(error: CellError, t: Words) -> Message:
    column, other = _named(error, t, "column"), _named(error, t, "column2")
    this, that = t.gettext("Cette valeur"), t.gettext("l’autre valeur")
    operator = OPERATORS.get(str(error.params.get("op")), UNKNOWN_OPERATOR)
    problem = t.gettext(
        "{column} doit être {operator} {other}, ce qui n’est pas le cas ici.",
        column="".join(column) or this,
        operator=t.gettext(operator),
        other="".join(other) or that,
    )
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
