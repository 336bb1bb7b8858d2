"""What an establishment may be: its rules are those of :mod:`app.establishments.sheet`, and those that concern the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session
from stdnum.fr.siren import compact

from app import files, i18n, journal
from app.accent import accent, nearest
from app.establishments import queries
from app.establishments.logo import Logo
from app.establishments.sheet import KIND_WORDS, LICENCES, table
from app.folding import fold, fold_email
from app.i18n import N_, gettext
from app.models import Establishment
from schema_loader import messages
from schema_loader.check import RowRule
from schema_loader.custom_checks import for_columns
from schema_loader.messages import Message

Errors = dict[str, list[Message]]
"""Column → what is wrong with it."""

MAX_CONSTANTS, NAME_LENGTH, VALUE_LENGTH = 100, 120, 1000


class Invalid(Exception):
    """What was typed cannot be kept: ``errors`` by column, each with what is wrong and how to mend it."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def said(problem: str, remedy: str, /, **values: object) -> Message:
    """A refusal in the current language, from two msgids."""
    return Message(gettext(problem, **values), gettext(remedy, **values))


# --- reading what was typed ------------------------------------------------------------------------------------------


def tidy(raw: Mapping[str, str]) -> dict[str, str]:
    """The columns of the sheet as they are kept: numbers without spaces, a nature by its code, « 1 » as département 01."""
    values = {name: " ".join(raw.get(name, "").split()) for name in table().field_names}
    for name in ("siren", "siret"):
        values[name] = compact(values[name])
    if not values["siren"] and len(values["siret"]) == 14:
        values["siren"] = values["siret"][:9]
    values["type"] = _kinds(i18n.language()).get(fold(values["type"]), values["type"])
    number = values["departement"].upper()
    values["departement"] = number.zfill(2) if number.isdecimal() else number
    values["courriel"] = fold_email(values["courriel"])
    values["adresse_page"] = values["adresse_page"].lower()
    return values


@lru_cache(maxsize=2)
def _kinds(_lang: str) -> dict[str, str]:
    """What a nature may be called, folded → its code."""
    found = {fold(gettext(words)): code for code, words in KIND_WORDS.items()}
    return (
        found
        | {fold(words): code for code, words in KIND_WORDS.items()}
        | {code: code for code in KIND_WORDS}
    )


def faults(values: Mapping[str, str], *, sandbox: bool, rule: RowRule | None = None) -> Errors:
    """What is wrong with one establishment, the others aside."""
    errors: Errors = {}
    lang = i18n.language()
    for error in (rule or row_rule()).errors([values[name] for name in table().field_names]):
        errors.setdefault(error.field_name or "nom", []).append(messages.cell_message(error, lang))
    siren, siret = values["siren"], values["siret"]
    if not siren and not sandbox and "siret" not in errors:
        errors.setdefault("siren", []).append(
            said(
                N_("Il manque le SIREN : il dit quel organisme publie les données."),
                N_("Saisissez ses 9 chiffres, ou le SIRET. Exemple : 217 500 016."),
            )
        )
    if siren and siret and not siret.startswith(siren) and not {"siren", "siret"} & set(errors):
        errors.setdefault("siret", []).append(
            said(
                N_("Ce SIRET n’est pas celui d’un lieu de ce SIREN : ses 9 premiers chiffres sont {start}."),
                N_("Corrigez l’un ou l’autre."),
                start=siret[:9],
            )
        )
    return errors


def row_rule() -> RowRule:
    """The rule of one line of the sheet, to be asked many times."""
    rules = table()
    return RowRule(rules.fields, for_columns(rules, rules.fields))


# --- creating --------------------------------------------------------------------------------------------------------


def create(
    session: Session, raw: Mapping[str, str], *, sandbox: bool = False, account: int | None = None
) -> Establishment:
    """Create one establishment; the scope is an administrator's. Flushes. Raises :class:`Invalid`."""
    values = tidy(raw)
    errors = faults(values, sandbox=sandbox)
    queries.lock(session)
    for column, message in _clashes(session, [values]).get(0, ()):
        errors.setdefault(column, []).append(message)
    if errors:
        raise Invalid(errors)
    if not values["adresse_page"]:
        (values["adresse_page"],) = free_slugs(session, [values])
    made = Establishment(**_columns(values, sandbox))
    session.add(made)
    session.flush()
    journal.note(session, act="establishment.created", account=account, subject=f"establishment:{made.id}")
    return made


def create_all(session: Session, rows: Sequence[Mapping[str, str]], *, account: int | None = None) -> int:
    """Create establishments that :func:`faults_of_all` finds nothing wrong with. Raises :class:`Invalid` if it does now."""
    queries.lock(session)
    if clashes := _clashes(session, rows):
        raise Invalid({column: [message] for found in clashes.values() for column, message in found})
    slugs = free_slugs(session, rows)
    columns = [
        _columns({**values, "adresse_page": slug}, sandbox=False)
        for values, slug in zip(rows, slugs, strict=True)
    ]
    for start in range(0, len(columns), 1000):
        queries.add_all(session, columns[start : start + 1000])
    journal.note(session, act="establishment.imported", account=account, count=len(columns))
    session.flush()
    return len(columns)


def faults_of_all(session: Session, rows: Sequence[Mapping[str, str]], lines: Sequence[int]) -> list[Errors]:
    """What is wrong with each line of a file, what is there already and the other lines included.

    ``lines``: their numbers in the file, for the words.
    """
    rule = row_rule()
    found = [faults(values, sandbox=False, rule=rule) for values in rows]
    for place, told in _clashes(session, rows, lines).items():
        for column, message in told:
            found[place].setdefault(column, []).append(message)
    return found


def _columns(values: Mapping[str, str], sandbox: bool) -> dict[str, Any]:
    constants = {"COLL_NOM": values["nom"], "COLL_SIRET": values["siret"]}
    return {
        "slug": values["adresse_page"],
        "name": values["nom"],
        "siren": values["siren"] or None,
        "siret": values["siret"] or None,
        "kind": values["type"] or "commune",
        "departement": values["departement"] or None,
        "contact_email": values["courriel"] or None,
        "contact_phone": values["telephone"] or None,
        "address": values["adresse"] or None,
        "constants": {name: value for name, value in constants.items() if value},
        "is_sandbox": sandbox,
    }


def _clashes(
    session: Session, rows: Sequence[Mapping[str, str]], lines: Sequence[int] = ()
) -> dict[int, list[tuple[str, Message]]]:
    """Place of a line → what it has in common with an establishment that exists, or with a line above it."""
    sirets = [values["siret"] for values in rows if values["siret"]]
    slugs = [values["adresse_page"] for values in rows if values["adresse_page"]]
    named = [(values["siren"], fold(values["nom"])) for values in rows if values["siren"]]
    holders = queries.holders_of_siret(session, sirets) if sirets else {}
    taken = queries.taken_slugs(session, slugs) if slugs else set()
    same = queries.namesakes(session, named) if named else set()
    seen: dict[tuple[str, ...], int] = {}
    found: dict[int, list[tuple[str, Message]]] = {}

    def tell(place: int, column: str, message: Message) -> None:
        found.setdefault(place, []).append((column, message))

    for place, values in enumerate(rows):
        siret, slug, name = values["siret"], values["adresse_page"], (values["siren"], fold(values["nom"]))
        if siret in holders:
            tell(place, "siret", said(*_SIRET_TAKEN, name=holders[siret]))
        elif values["siren"] and name in same:
            tell(place, "nom", said(*_NAME_TAKEN))
        if slug and slug in taken:
            tell(place, "adresse_page", said(*_SLUG_TAKEN))
        keys = {"siret": (siret,), "adresse_page": (slug,), "nom": name}
        for column, key in keys.items():
            if not all(key):
                continue
            first = seen.setdefault((column, *key), place)
            if first != place:
                tell(place, column, said(*_TWICE, line=lines[first] if lines else first + 1))
                break
    return found


_SIRET_TAKEN = (
    N_("Ce SIRET est déjà celui de « {name} »."),
    N_("Vérifiez-le, ou ouvrez cet établissement."),
)
_NAME_TAKEN = (
    N_("Un établissement de ce nom et de ce SIREN existe déjà."),
    N_("Ouvrez-le, ou donnez un autre nom à celui-ci : « École Jules-Ferry »."),
)
_SLUG_TAKEN = (
    N_("Cette adresse de page est déjà prise."),
    N_("Choisissez-en une autre, par exemple avec le département : saint-remi-44."),
)
_TWICE = (N_("La ligne {line} du fichier dit la même chose."), N_("Gardez une seule des deux lignes."))


# --- addresses -------------------------------------------------------------------------------------------------------


def slug_of(name: str) -> str:
    """An address after a name: « Commune de Saint-Rémi » → saint-remi; never empty, 60 characters at most."""
    bare = re.sub(r"^(commune|ville|mairie) (de la |de l'|de |d'|du |des )", "", fold(name))
    return re.sub(r"[^a-z0-9]+", "-", bare)[:60].strip("-") or "etablissement"


def free_slugs(session: Session, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """An address for each line: the one it asks for, else one after its name, with the département, then a number, where
    others have it."""
    wanted = [values["adresse_page"] or slug_of(values["nom"]) for values in rows]
    candidates = {
        candidate
        for slug, values in zip(wanted, rows, strict=True)
        for candidate in (slug, f"{slug}-{values['departement'].lower()}")
    }
    taken = queries.taken_slugs(session, sorted(candidates))
    taken |= {values["adresse_page"] for values in rows}
    chosen: list[str] = []
    next_number: dict[str, int] = {}
    for slug, values in zip(wanted, rows, strict=True):
        departement = values["departement"].lower()
        free = values["adresse_page"] or next(
            (one for one in (slug, f"{slug}-{departement}") if one not in taken and one[-1] != "-"), ""
        )
        if not free:
            if slug not in next_number:
                taken |= queries.slugs_beginning(session, slug)
            number = next_number.get(slug, 2)
            while f"{slug}-{number}" in taken:
                number += 1
            free, next_number[slug] = f"{slug}-{number}", number + 1
        taken.add(free)
        chosen.append(free)
    return chosen


# --- settings --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Wanted:
    """The settings page as it was sent. ``constants``: pairs (name, value), in order, empty ones included."""

    values: dict[str, str]
    accent: str = ""
    licence: str = "lov2"
    constants: list[tuple[str, str]] = field(default_factory=list)
    logo: Logo | None = None
    without_logo: bool = False


def change_settings(
    session: Session, establishment: Establishment, wanted: Wanted, *, account: int | None
) -> None:
    """What a manager may change: name, contact, appearance, licence, constants. Flushes. Raises :class:`Invalid`."""
    values = tidy({**as_sheet(establishment), **wanted.values})
    errors = faults(values, sandbox=establishment.is_sandbox)
    colour = _accent(wanted.accent, errors)
    if wanted.licence not in LICENCES:
        errors["licence"] = [said(N_("Cette licence n’est pas de la liste."), N_("Choisissez-en une."))]
    constants = _constants(wanted.constants, errors)
    if errors:
        raise Invalid(errors)
    establishment.name = values["nom"]
    establishment.contact_email = values["courriel"] or None
    establishment.contact_phone = values["telephone"] or None
    establishment.address = values["adresse"] or None
    establishment.accent = colour
    establishment.licence = wanted.licence
    establishment.constants = constants
    _keep_logo(establishment, wanted)
    journal.note(
        session,
        act="establishment.changed",
        account=account,
        establishment=establishment.id,
        subject=f"establishment:{establishment.id}",
    )
    session.flush()


def change_identity(
    session: Session, establishment: Establishment, raw: Mapping[str, str], *, account: int | None
) -> None:
    """What an administrator may change besides: numbers, nature, département. The address stays. Flushes; raises Invalid."""
    values = tidy({**as_sheet(establishment), **raw, "adresse_page": ""})
    errors = faults(values, sandbox=establishment.is_sandbox)
    queries.lock(session)
    holder = queries.holders_of_siret(session, [values["siret"]]) if values["siret"] else {}
    if values["siret"] != (establishment.siret or "") and holder:
        errors.setdefault("siret", []).append(said(*_SIRET_TAKEN, name=holder[values["siret"]]))
    if errors:
        raise Invalid(errors)
    establishment.name = values["nom"]
    establishment.siren = values["siren"] or None
    establishment.siret = values["siret"] or None
    establishment.kind = values["type"] or "commune"
    establishment.departement = values["departement"] or None
    establishment.contact_email = values["courriel"] or None
    journal.note(
        session, act="establishment.changed", account=account, subject=f"establishment:{establishment.id}"
    )
    session.flush()


def as_sheet(establishment: Establishment) -> dict[str, str]:
    """An establishment as a line of the sheet."""
    return {
        "nom": establishment.name,
        "siren": establishment.siren or "",
        "siret": establishment.siret or "",
        "type": establishment.kind,
        "departement": establishment.departement or "",
        "adresse_page": establishment.slug,
        "courriel": establishment.contact_email or "",
        "telephone": establishment.contact_phone or "",
        "adresse": establishment.address or "",
    }


def _accent(typed: str, errors: Errors) -> str | None:
    colour = typed.strip().lower()
    if not colour:
        return None
    found = accent(colour)
    if found is not None:
        return found.light
    better = nearest(colour)
    if better is None:
        errors["accent"] = [
            said(
                N_("« {colour} » n’est pas un code de couleur."),
                N_("Écrivez un dièse et six signes, de 0 à 9 et de a à f. Exemple : #2a4fa3."),
                colour=colour,
            )
        ]
    else:
        errors["accent"] = [
            said(
                N_("La couleur {colour} est trop pâle : des liens de cette couleur se liraient mal."),
                N_("Prenez-la plus foncée : {better} convient."),
                colour=colour,
                better=better,
            )
        ]
    return None


def _constants(pairs: Sequence[tuple[str, str]], errors: Errors) -> dict[str, str]:
    kept: dict[str, str] = {}
    for place, (name, value) in enumerate(pairs):
        message = None
        if not name and not value:
            continue
        if not name:
            message = said(
                N_("Il manque le nom de la colonne."),
                N_("Écrivez-le comme dans le modèle. Exemple : COLL_NOM."),
            )
        elif name in kept:
            message = said(
                N_("La colonne {name} est déjà dans la liste."),
                N_("Gardez une seule des deux lignes."),
                name=name,
            )
        elif len(name) > NAME_LENGTH or len(value) > VALUE_LENGTH:
            message = said(N_("Ce texte est trop long."), N_("Raccourcissez-le."))
        elif len(kept) >= MAX_CONSTANTS:
            message = said(
                N_("Il y a plus de {most} valeurs."), N_("Gardez les plus utiles."), most=MAX_CONSTANTS
            )
        if message is not None:
            errors.setdefault(f"constante-{place}", []).append(message)
        elif value:
            kept[name] = value
    return kept


def _keep_logo(establishment: Establishment, wanted: Wanted) -> None:
    """A file is kept before the row names it; those that no row names any more go at the next change."""
    before = establishment.logo
    if wanted.logo is not None:
        files.write(establishment.id, wanted.logo.name, wanted.logo.data)
        establishment.logo = wanted.logo.name
    elif wanted.without_logo:
        establishment.logo = None
    for name in list(files.names(establishment.id, "logo-")):
        if name not in {before, establishment.logo}:
            files.remove(establishment.id, name)
