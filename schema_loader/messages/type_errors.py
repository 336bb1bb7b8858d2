"""Texts that are no value of their column's type: what is wrong with them, type by type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from schema_loader.folding import fold
from schema_loader.messages.case import MAX_TEXT, Case
from schema_loader.messages.describe import type_in_words
from schema_loader.messages.i18n import N_, Message, Words
from schema_loader.repair.choices import PLACEHOLDERS
from schema_loader.repair.codes import SPREADSHEET_ERRORS, is_abbreviated
from schema_loader.repair.days import day_meant, day_parts, spreadsheet_day
from schema_loader.repair.numbers import without_unit
from schema_loader.types import FieldType
from schema_loader.types.structured import read_json


def type_error(case: Case) -> Message:
    """Words for ``type-error``."""
    common = spoilt(case) or _spaces(case) or _placeholder(case)
    if common is not None:
        return common
    make = _MAKERS.get(case.field.type.name, _other)
    return make(case)


# -- what any type may meet ---------------------------------------------------------------------------------------


def spoilt(case: Case) -> Message | None:
    """A text that a spreadsheet has put in the place of the value."""
    t, text = case.t, case.text.strip()
    if fold(text[:20]) in SPREADSHEET_ERRORS:
        return case.message(
            t.gettext("{text} est une erreur affichée par le tableur, pas une valeur.", text=case.quoted),
            t.gettext("Corrigez la formule, ou remplacez-la par sa valeur"),
        )
    if case.field.type.name != "number" and is_abbreviated(text):
        return case.message(
            t.gettext(
                "{text} est un nombre abrégé par le tableur : ses derniers chiffres sont perdus.",
                text=case.quoted,
            ),
            t.gettext("Mettez la colonne au format texte, puis saisissez de nouveau le numéro complet"),
        )
    return None


def _spaces(case: Case) -> Message | None:
    t, text = case.t, case.text
    stripped = text.strip()
    if not stripped:
        problem = t.gettext("Il n’y a ici que des espaces.")
        if case.field.required:
            return case.message(problem, t.gettext("Saisissez une valeur"))
        return Message(problem, t.gettext("Effacez-les, ou saisissez une valeur."))
    return spaces_around(case)


def spaces_around(case: Case) -> Message | None:
    """A good text between spaces."""
    t, text = case.t, case.text
    stripped = text.strip()
    if stripped == text or not stripped or case.guess != stripped:
        return None
    before, after = text[0] != stripped[0], text[-1] != stripped[-1]
    only_spaces = not set(text).difference(stripped, " ")
    if only_spaces:
        where = N_("avant et après") if before and after else N_("avant") if before else N_("après")
        problem = t.gettext(
            "Il y a un espace en trop {where} la valeur {text}.",
            where=t.gettext(where),
            text=t.quote(stripped),
        )
    else:
        problem = t.gettext("Un caractère invisible entoure la valeur {text}.", text=t.quote(stripped))
    return case.message(problem, t.gettext("Retirez-le"))


def _placeholder(case: Case) -> Message | None:
    t = case.t
    if case.spelling is not None or fold(case.text[:30]) not in PLACEHOLDERS:
        return None
    problem = t.gettext("{text} ne peut pas tenir lieu de valeur ici.", text=case.quoted)
    if case.field.required:
        return case.message(problem, t.gettext("Cette information est obligatoire : saisissez-la"))
    return Message(problem, t.gettext("Si vous ne connaissez pas la valeur, ne mettez rien."))


# -- dates and times ----------------------------------------------------------------------------------------------

PARTS: Mapping[str, str] = {
    "Y": N_("l’année"), "y": N_("l’année sur deux chiffres"), "m": N_("le mois"), "d": N_("le jour"),
    "H": N_("l’heure"), "M": N_("les minutes"), "S": N_("les secondes"), "B": N_("le mois en lettres"),
    "b": N_("le mois en lettres"),
}  # fmt: skip


def how_to_write(pattern: str | None, default: str, t: Words) -> str:
    """The order to write a date or a time in the parts of a strptime format, e.g. « Écrivez l’année puis le mois »."""
    parts = re.findall(r"%([^%])", pattern or default)
    if not parts or any(part not in PARTS for part in parts):
        return t.gettext("Écrivez comme dans l’exemple")
    return t.gettext("Écrivez {parts}", parts=t.then([t.gettext(PARTS[part]) for part in parts]))


def _pattern(kind: FieldType) -> str | None:
    return getattr(kind, "pattern", None)


def _date(case: Case) -> Message:
    t, text = case.t, case.text.strip()
    how = how_to_write(_pattern(case.field.type), "%Y-%m-%d", t)
    parts = day_parts(text[:MAX_TEXT])
    serial = spreadsheet_day(text)
    if serial is not None and parts is None and case.spelling is not None:
        shown = t.day(serial)
        problem = t.gettext(
            "{text} est le numéro que le tableur donne au {day}.", text=case.quoted, day=shown
        )
        return case.message(problem, how)
    if parts is not None and day_meant(text) is None:
        return _impossible(case, parts, how)
    if case.spelling is not None:
        return case.message(
            t.gettext("La date {text} n’est pas écrite comme attendu.", text=case.quoted), how
        )
    if re.fullmatch(r"\d{4}", text):
        return case.message(t.gettext("Il manque le mois et le jour à {text}.", text=case.quoted), how)
    if re.fullmatch(r"\d{4}-\d{1,2}|\d{1,2}/\d{4}", text):
        return case.message(t.gettext("Il manque le jour à {text}.", text=case.quoted), how)
    return case.message(t.gettext("{text} n’est pas une date.", text=case.quoted), how)


def _impossible(case: Case, parts: tuple[int, int, int], how: str) -> Message:
    t = case.t
    year, month, day = parts
    if month > 12 >= day and _exists(year, day, month):
        problem = t.gettext(
            "{text} n’est pas une date : il n’y a pas de mois n° {month}. Le jour et le mois sont sans doute inversés.",
            text=case.quoted, month=month,
        )  # fmt: skip
        swapped = case.field.type.format(date(year, day, month))
        if not case.field.read(swapped)[1]:
            return Message(problem, t.gettext("{how} : {text}.", how=how, text=t.literal(swapped)))
        return case.message(problem, how)
    return case.message(t.gettext("La date {text} n’existe pas dans le calendrier.", text=case.quoted), how)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _datetime(case: Case) -> Message:
    t = case.t
    how = how_to_write(_pattern(case.field.type), "%Y%m%d%H%M%S", t)
    if case.spelling is not None:
        problem = t.gettext("La date et l’heure {text} ne sont pas écrites comme attendu.", text=case.quoted)
    elif day_meant(case.text[:MAX_TEXT]) is not None and ":" not in case.text:
        problem = t.gettext("Il manque l’heure à {text}.", text=case.quoted)
    else:
        problem = t.gettext("{text} n’est pas une date suivie d’une heure.", text=case.quoted)
    return case.message(problem, how)


def _time(case: Case) -> Message:
    t = case.t
    how = how_to_write(_pattern(case.field.type), "%H%M%S", t)
    if case.spelling is not None:
        return case.message(
            t.gettext("L’heure {text} n’est pas écrite comme attendu.", text=case.quoted), how
        )
    return case.message(t.gettext("{text} n’est pas une heure.", text=case.quoted), how)


def _year(case: Case) -> Message:
    t = case.t
    problem = t.gettext("{text} n’est pas une année.", text=case.quoted)
    return case.message(problem, t.gettext("Écrivez l’année sur 4 chiffres"))


def _yearmonth(case: Case) -> Message:
    t = case.t
    if case.spelling is not None:
        problem = t.gettext("Le mois {text} n’est pas écrit comme attendu.", text=case.quoted)
    else:
        problem = t.gettext("{text} n’est pas le mois d’une année.", text=case.quoted)
    return case.message(problem, t.gettext("Écrivez l’année, un tiret, puis le mois sur deux chiffres"))


def _duration(case: Case) -> Message:
    t = case.t
    return case.message(
        t.gettext("{text} n’est pas une durée écrite comme attendu.", text=case.quoted),
        t.gettext(
            "Écrivez la lettre P, les jours suivis de D, puis T, les heures suivies de H et les minutes suivies de M"
        ),
    )


# -- numbers and yes or no ----------------------------------------------------------------------------------------


def _number(case: Case) -> Message:
    t, text = case.t, case.text.strip()
    kind: Any = case.field.type
    mark = t.gettext("une virgule") if kind.decimal_char == "," else t.gettext("un point")
    decimals = t.gettext(
        "avec {mark} pour les décimales",
        mark=mark if kind.decimal_char in ".," else t.quote(kind.decimal_char),
    )
    if case.spelling is None:
        problem = t.gettext("{text} n’est pas un nombre.", text=case.quoted)
        return case.message(problem, t.gettext("Écrivez un nombre, {decimals}", decimals=decimals))
    wanted = _without(case, text)
    if not wanted or (("," in text or "." in text) and kind.decimal_char in case.spelling):
        wanted.append(decimals)
    problem = t.gettext("Le nombre {text} n’est pas écrit comme attendu.", text=case.quoted)
    return case.message(problem, t.gettext("Écrivez-le {manner}", manner=", ".join(wanted)))


def _without(case: Case, text: str) -> list[str]:
    t, wanted = case.t, []
    if re.search(r"\d\s\d", text):
        wanted.append(t.gettext("sans espace"))
    if without_unit(text)[1]:
        wanted.append(t.gettext("sans unité"))
    return wanted


def _integer(case: Case) -> Message:
    t, text = case.t, case.text.strip()
    if case.spelling is not None:
        wanted = _without(case, text)
        if not wanted:
            wanted.append(t.gettext("sans décimales"))
        problem = t.gettext("Le nombre {text} n’est pas écrit comme attendu.", text=case.quoted)
        return case.message(problem, t.gettext("Écrivez-le {manner}", manner=", ".join(wanted)))
    problem = t.gettext("{text} n’est pas un nombre entier.", text=case.quoted)
    return case.message(problem, t.gettext("Écrivez un nombre sans décimales"))


def _boolean(case: Case) -> Message:
    t = case.t
    kind: Any = case.field.type
    yes, no = (t.quote(kind.format(answer)) for answer in (True, False))
    problem = t.gettext("{text} n’est pas une réponse admise.", text=case.quoted)
    if case.guess is not None:
        how = t.gettext("Répondez par {yes} ou {no}, lettre pour lettre ; ici", yes=yes, no=no)
        return case.message(problem, how)
    return Message(problem, t.gettext("Répondez par {yes} ou {no}, lettre pour lettre.", yes=yes, no=no))


# -- texts with a format, and values made of values ---------------------------------------------------------------


def _string(case: Case) -> Message:
    t, kind = case.t, case.field.type.format_name
    if kind == "email":
        return case.message(_email_problem(case), t.gettext("Écrivez une seule adresse, sans espace"))
    if kind == "uri":
        problem = t.gettext("{text} n’est pas une adresse web complète.", text=case.quoted)
        return case.message(problem, t.gettext("Écrivez l’adresse en entier, avec son début https://"))
    if kind == "uuid":
        problem = t.gettext("{text} n’est pas un identifiant unique (UUID).", text=case.quoted)
        return case.message(
            problem, t.gettext("Écrivez 32 chiffres ou lettres de a à f, en groupes de 8, 4, 4, 4 et 12")
        )
    if kind == "binary":
        problem = t.gettext("{text} n’est pas un contenu encodé en base 64.", text=case.quoted)
        return case.message(problem, t.gettext("Collez le contenu encodé, sans rien y changer"))
    if kind == "wkt":
        problem = t.gettext("{text} n’est pas une géométrie au format WKT.", text=case.quoted)
        return case.message(
            problem,
            t.gettext("Écrivez le genre de forme en majuscules, puis ses coordonnées entre parenthèses"),
        )
    return _other(case)


def _email_problem(case: Case) -> str:
    t, text = case.t, case.text.strip()
    if "@" not in text:
        return t.gettext("Il manque l’arobase (@) dans l’adresse électronique {text}.", text=case.quoted)
    if text.count("@") > 1:
        return t.gettext(
            "{text} contient plusieurs adresses électroniques, ou une arobase (@) en trop.", text=case.quoted
        )
    if "." not in text.partition("@")[2]:
        return t.gettext(
            "L’adresse électronique {text} s’arrête trop tôt : il manque la fin, comme « .fr ».",
            text=case.quoted,
        )
    return t.gettext("{text} n’est pas une adresse électronique.", text=case.quoted)


def _array(case: Case) -> Message:
    t = case.t
    problem = t.gettext("La liste {text} n’est pas écrite comme attendu.", text=case.quoted)
    return case.message(
        problem,
        t.gettext(
            "Mettez la liste entre crochets, chaque élément entre guillemets droits, avec des virgules entre les éléments"
        ),
    )


def _list(case: Case) -> Message:
    t = case.t
    kind: Any = case.field.type
    how = t.gettext("Séparez les éléments par {delimiter}", delimiter=t.quote(kind.delimiter))
    for item in case.text[:MAX_TEXT].split(kind.delimiter):
        if kind.item.parse(item) is None:
            wanted = type_in_words(kind.item, t.lang)
            problem = t.gettext(
                "Dans la liste, {item} ne convient pas ; attendu : {type}.", item=t.quote(item), type=wanted
            )
            return case.message(problem, how)
    return case.message(t.gettext("La liste {text} n’est pas écrite comme attendu.", text=case.quoted), how)


def _object(case: Case) -> Message:
    t = case.t
    return case.message(
        t.gettext("{text} n’est pas un objet JSON.", text=case.quoted),
        t.gettext("Mettez entre accolades chaque nom et sa valeur, entre guillemets droits"),
    )


def _geojson(case: Case) -> Message:
    t = case.t
    topology = case.field.type.format_name == "topojson"
    name = "TopoJSON" if topology else "GeoJSON"
    if isinstance(read_json(case.text), dict):
        problem = t.gettext(
            "{text} n’a pas la structure d’une géométrie {format}.", text=case.quoted, format=name
        )
    else:
        problem = t.gettext("{text} n’est pas une géométrie {format}.", text=case.quoted, format=name)
    return case.message(
        problem, t.gettext("Copiez la géométrie entière depuis votre logiciel de cartographie")
    )


def _geopoint(case: Case) -> Message:
    t, kind = case.t, case.field.type.format_name
    how = {
        "array": N_("Écrivez entre crochets la longitude, une virgule, puis la latitude, en degrés"),
        "object": N_("Écrivez la longitude (lon) et la latitude (lat) en degrés"),
    }.get(
        kind,
        N_("Écrivez la longitude, une virgule, puis la latitude, en degrés avec un point pour les décimales"),
    )
    numbers = re.findall(r"-?\d+(?:\.\d+)?", case.text[:MAX_TEXT])
    if case.spelling is None and len(numbers) == 2:
        lon, lat = map(float, numbers)
        if abs(lon) > 180 or abs(lat) > 90:
            problem = t.gettext(
                "{text} est hors du globe : la longitude va de -180 à 180, la latitude de -90 à 90.",
                text=case.quoted,
            )
            return case.message(problem, t.gettext(how))
    return case.message(
        t.gettext("Le point {text} n’est pas écrit comme attendu.", text=case.quoted), t.gettext(how)
    )


def _other(case: Case) -> Message:
    t = case.t
    wanted = type_in_words(case.field.type, t.lang)
    problem = t.gettext("{text} ne convient pas ; attendu : {type}.", text=case.quoted, type=wanted)
    return case.message(problem, t.gettext("Corrigez cette valeur"))


_MAKERS: Mapping[str, Callable[[Case], Message]] = {
    "string": _string, "number": _number, "integer": _integer, "boolean": _boolean, "date": _date, "time": _time,
    "datetime": _datetime, "year": _year, "yearmonth": _yearmonth, "duration": _duration, "array": _array,
    "list": _list, "object": _object, "geopoint": _geopoint, "geojson": _geojson, "any": _other,
}  # fmt: skip
