"""Errors of the French checks of one column (``custom-check-error/<name>``), check by check and reason by reason.

The reasons and parameters are those that :mod:`schema_loader.custom_checks` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from schema_loader.custom_checks.identifiers import is_key_right
from schema_loader.errors import CellError
from schema_loader.field import Field
from schema_loader.messages.case import NAME_LENGTH, with_example
from schema_loader.messages.i18n import N_, Message, Words
from schema_loader.messages.row_check_errors import row_check_error


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is wrong (``{text}`` is what was typed), how to mend it (without a full stop), an example that passes."""

    wrong: str
    how: str
    example: str = ""


CHECKS: Mapping[str, Sentences] = {
    "siret": Sentences(
        N_("{text} n’est pas un numéro SIRET : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 14 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
        "21750001600019",
    ),
    "siren": Sentences(
        N_("{text} n’est pas un numéro SIREN : son chiffre de contrôle ne correspond pas."),
        N_("Vérifiez les 9 chiffres, par exemple sur annuaire-entreprises.data.gouv.fr"),
        "217500016",
    ),
    "code-fantoir": Sentences(
        N_("{text} n’est pas un code FANTOIR."),
        N_("Écrivez les 4 caractères du code de la voie, puis sa lettre de contrôle"),
        "0780D",
    ),
    "nomenclature-acte": Sentences(
        N_("{text} ne commence pas par une matière de la nomenclature des actes."),
        N_("Écrivez la matière, une barre oblique sans espaces, puis la sous-matière"),
        "finances locales/subventions",
    ),
    "phone-number-value": Sentences(
        N_("{text} n’est pas un numéro de téléphone."),
        N_("Écrivez les 10 chiffres, ou le numéro international qui commence par +"),
        "01 42 76 40 40",
    ),
    "opening-hours-value": Sentences(
        N_("{text} ne suit pas la façon d’écrire des horaires d’ouverture."),
        N_("Écrivez les jours en anglais abrégé, puis les heures"),
        "Mo-Fr 09:00-17:00",
    ),
    "year-interval-value": Sentences(
        N_("{text} n’est pas une période de deux années."),
        N_("Écrivez la première année, une barre oblique, puis une année plus tardive"),
        "2020/2024",
    ),
    "french-gps-coordinates": Sentences(
        N_("Le point {text} n’est pas en France."),
        N_("Vérifiez les coordonnées : la longitude vient en premier, puis la latitude"),
    ),
    "code-postal": Sentences(
        N_("{text} n’est le code postal d’aucune commune."),
        N_("Écrivez les 5 chiffres du code postal ; celui d’un CEDEX ne convient pas"),
        "75001",
    ),
    "code-commune-insee": Sentences(
        N_("{text} n’est pas le code INSEE d’une commune."),
        N_("Cherchez le code officiel de la commune, à 5 caractères ; ce n’est pas son code postal"),
        "75056",
    ),
    "commune": Sentences(
        N_("{text} n’est pas le nom officiel d’une commune."), N_("Écrivez le nom officiel de la commune"), "Paris"
    ),
    "canton": Sentences(
        N_("{text} n’est pas le nom officiel d’un canton."), N_("Écrivez le nom officiel du canton"), "Brest-1"
    ),
    "numero-departement": Sentences(
        N_("{text} n’est pas un numéro de département."),
        N_("Écrivez le numéro sur 2 caractères, ou 3 outre-mer, avec son zéro"),
        "01",
    ),
    "departement": Sentences(
        N_("{text} n’est pas le nom officiel d’un département."), N_("Écrivez le nom officiel du département"), "Gironde"
    ),
    "code-region": Sentences(
        N_("{text} n’est pas le code d’une région."), N_("Écrivez le code officiel, sur 2 chiffres"), "53"
    ),
    "region": Sentences(
        N_("{text} n’est pas le nom officiel d’une région."), N_("Écrivez le nom officiel de la région"), "Bretagne"
    ),
    "pays": Sentences(
        N_("{text} n’est pas le nom officiel d’un pays."), N_("Écrivez le nom officiel du pays, en français"), "France"
    ),
    "code-pays-iso2": Sentences(
        N_("{text} n’est pas le code d’un pays."), N_("Écrivez le code du pays en 2 lettres majuscules"), "FR"
    ),
    "code-pays-iso3": Sentences(
        N_("{text} n’est pas le code d’un pays."), N_("Écrivez le code du pays en 3 lettres majuscules"), "FRA"
    ),
}  # fmt: skip

# What a check says instead for some reasons; a key of one word alone goes for every check.
REASONS: Mapping[str, str] = {
    "siret length": N_("Le SIRET compte {count} ; il en faut {expected}."),
    "siren length": N_("Le SIREN compte {count} ; il en faut {expected}."),
    "siret not-digits": N_("{text} contient autre chose que des chiffres."),
    "siren not-digits": N_("{text} contient autre chose que des chiffres."),
    "nomenclature-acte no-slash": N_(
        "Il manque une barre oblique entre la matière et la sous-matière dans {text}."
    ),
    "nomenclature-acte spaces": N_("Il y a un espace de trop autour de la barre oblique dans {text}."),
    "phone-number-value too-short": N_("Le numéro de téléphone {text} est trop court."),
    "phone-number-value too-long": N_("Le numéro de téléphone {text} est trop long."),
    "phone-number-value unknown": N_("Le numéro de téléphone {text} n’est attribué à personne."),
    "year-interval-value same": N_("{text} donne deux fois la même année."),
    "year-interval-value order": N_("Dans {text}, la seconde année vient avant la première."),
    "case": N_("{text} n’est pas écrit avec les majuscules et les accents du nom officiel."),
}


KEYED: tuple[Literal["siret", "siren"], ...] = ("siret", "siren")


def check_error(error: CellError, t: Words) -> Message:
    """Words for a French check that a value or a row fails."""
    name = error.code.partition("/")[2] or error.code
    across = row_check_error(name, error, t)
    if across is not None:
        return across
    text, reason = t.quote(error.cell), str(error.params.get("reason") or "")
    if name not in CHECKS:
        problem = t.gettext(
            "{text} ne passe pas le contrôle {check}.", text=text, check=t.quote(name, NAME_LENGTH)
        )
        how = t.gettext("Consultez la description de cette colonne")
        return Message(
            problem, with_example(how, error.field, t) if error.field else t.gettext("{how}.", how=how)
        )
    if reason == "not-text":
        problem = t.gettext(
            "Le contrôle {check} demande un texte, et le schéma déclare autre chose.", check=t.quote(name)
        )
        return Message(
            problem, t.gettext("Aucune valeur ne peut convenir : signalez-le aux auteurs du schéma.")
        )
    special = _SPECIAL.get(name)
    told = special(error, t) if special is not None else None
    if told is not None:
        return told
    sentences = CHECKS[name]
    wrong = REASONS.get(f"{name} {reason}") or REASONS.get(reason) or sentences.wrong
    digits, expected = (error.params.get(key) for key in ("digits", "expected"))
    problem = t.gettext(
        wrong,
        text=text,
        count=t.ngettext("{n} chiffre", "{n} chiffres", digits if isinstance(digits, int) else 0),
        expected=t.number(expected if isinstance(expected, int) else 0),
    )
    meant = error.params.get("meant")
    if isinstance(meant, str) and meant and reason in ("case", "unknown"):
        return Message(problem, t.gettext("Vouliez-vous dire {choice} ?", choice=t.quote(meant)))
    return Message(problem, _with_example(t.gettext(sentences.how), sentences.example, error.field, t))


def _with_example(how: str, example: str, field: Field | None, t: Words) -> str:
    """The schema's own example of a SIRET or SIREN if its key is right; else the check's, where the field takes it.

    One that the field makes up might not pass the check.
    """
    for kind in KEYED:
        published = field.example if field is not None else None
        if example == CHECKS[kind].example and published and is_key_right(kind, published):
            return t.gettext("{how}. Exemple : {example}.", how=how, example=t.literal(published))
    if example and (field is None or not field.read(example)[1]):
        return t.gettext("{how}. Exemple : {example}.", how=how, example=t.literal(example))
    return t.gettext("{how}.", how=how)


# -- reasons that call for more than a sentence ---------------------------------------------------------------------


def _sirene(error: CellError, t: Words) -> Message | None:
    """The number of another register."""
    text, other = t.quote(error.cell), error.params.get("looks_like")
    siret = error.code.endswith("siret")
    if other == "siren":
        how = t.gettext("Ajoutez-lui les 5 chiffres de l’établissement")
        problem = t.gettext("{text} est un numéro SIREN ; il faut un SIRET.", text=text)
        return Message(problem, _with_example(how, CHECKS["siret"].example, error.field, t))
    if other == "siret":
        siren = "".join(character for character in error.cell if character.isdigit())[:9]
        problem = t.gettext("{text} est un numéro SIRET ; il faut un SIREN.", text=text)
        return Message(problem, t.gettext("Gardez ses 9 premiers chiffres : {text}.", text=siren))
    if other == "rna":
        wanted = "SIRET" if siret else "SIREN"
        problem = t.gettext("{text} est un numéro RNA ; il faut un {wanted}.", text=text, wanted=wanted)
        how = t.gettext(
            "Cherchez le {wanted} de l’association sur annuaire-entreprises.data.gouv.fr", wanted=wanted
        )
        return Message(problem, _with_example(how, CHECKS[wanted.lower()].example, error.field, t))
    return None


def _acte(error: CellError, t: Words) -> Message | None:
    matter, meant = str(error.params.get("matter") or ""), str(error.params.get("meant") or "")
    if error.params.get("reason") != "unknown-matter" or not matter:
        return None
    problem = t.gettext(
        "{matter} n’est pas une matière de la nomenclature des actes.", matter=t.quote(matter)
    )
    if meant:
        return Message(problem, t.gettext("Vouliez-vous dire {choice} ?", choice=t.quote(meant)))
    sentences = CHECKS["nomenclature-acte"]
    return Message(problem, _with_example(t.gettext(sentences.how), sentences.example, error.field, t))


def _hours(error: CellError, t: Words) -> Message | None:
    position = error.params.get("position")
    if not isinstance(position, int) or not 1 < position <= len(error.cell):
        return None
    rest = t.quote(error.cell[position - 1 :], 30)
    problem = t.gettext(
        "Les horaires {text} ne se lisent plus à partir de {rest}.", text=t.quote(error.cell), rest=rest
    )
    sentences = CHECKS["opening-hours-value"]
    return Message(problem, _with_example(t.gettext(sentences.how), sentences.example, error.field, t))


def _interval(error: CellError, t: Words) -> Message | None:
    reason, first, second = (error.params.get(key) for key in ("reason", "first", "second"))
    text = t.quote(error.cell)
    if reason == "order":
        wrong = REASONS["year-interval-value order"]
        problem = t.gettext(wrong, text=text)
        return Message(
            problem, t.gettext("Écrivez la plus ancienne d’abord : {text}.", text=f"{second:04}/{first:04}")
        )
    if reason == "form" and error.params.get("year_only"):
        problem = t.gettext("{text} n’est ni une année, ni une période de deux années.", text=text)
        how = t.gettext("Écrivez une année, ou deux années séparées par une barre oblique")
        return Message(problem, _with_example(how, CHECKS["year-interval-value"].example, error.field, t))
    return None


def _point(error: CellError, t: Words) -> Message | None:
    lon, lat = (str(error.params.get(key) or "") for key in ("lon", "lat"))
    if not error.params.get("swapped") or error.field is None:
        return None
    point = error.field.type.from_json([lat, lon])
    if point is None:
        return None
    problem = t.gettext(
        "Le point {text} n’est en France que si l’on inverse ses deux nombres.", text=t.quote(error.cell)
    )
    right = t.literal(error.field.type.format(point))
    return Message(problem, t.gettext("Écrivez la longitude d’abord, puis la latitude : {text}.", text=right))


def _commune(error: CellError, t: Words) -> Message | None:
    """A commune of another year: most have merged, some have changed their name."""
    year, listed, meant = (error.params.get(key) for key in ("year", "listed", "meant"))
    if error.params.get("reason") != "other-year":
        return None
    problem = t.gettext(
        "{text} figure dans la liste officielle des communes de {listed}, mais pas dans celle de {year}.",
        text=t.quote(error.cell),
        listed=str(listed),
        year=str(year),
    )
    if isinstance(meant, str) and meant:
        return Message(problem, t.gettext("Vouliez-vous dire {choice} ?", choice=t.quote(meant)))
    if str(listed) > str(year):
        return Message(
            problem, t.gettext("Écrivez la commune telle qu’elle était en {year}.", year=str(year))
        )
    return Message(problem, t.gettext("Cherchez la commune par laquelle elle a été remplacée."))


_SPECIAL: Mapping[str, Callable[[CellError, Words], Message | None]] = {
    "commune": _commune,
    "code-commune-insee": _commune,
    "siret": _sirene,
    "siren": _sirene,
    "nomenclature-acte": _acte,
    "opening-hours-value": _hours,
    "year-interval-value": _interval,
    "french-gps-coordinates": _point,
}
