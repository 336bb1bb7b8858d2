"""A field's rules in words: what its column may hold, before anyone types anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schema_loader.constraints import Constraint
from schema_loader.field import Field
from schema_loader.messages.i18n import N_, Words, words
from schema_loader.messages.patterns import pattern_in_words
from schema_loader.types import ArrayType, BooleanType, FieldType, IntegerType, ListType, NumberType
from schema_loader.types.dates import DEFAULT_DATE

MASKS: Mapping[str, str] = {
    "Y": N_("AAAA"), "y": N_("AA"), "m": N_("MM"), "d": N_("JJ"), "H": N_("HH"), "M": N_("MM"), "S": N_("SS"),
}  # fmt: skip
STRINGS: Mapping[str, str] = {
    "default": N_("texte"),
    "email": N_("adresse électronique"),
    "uri": N_("adresse web"),
    "uuid": N_("identifiant unique (UUID)"),
    "binary": N_("contenu encodé en base 64"),
    "wkt": N_("géométrie (WKT)"),
}
PLAIN: Mapping[str, str] = {
    "number": N_("nombre"),
    "integer": N_("nombre entier"),
    "year": N_("année (4 chiffres)"),
    "yearmonth": N_("année et mois (AAAA-MM)"),
    "duration": N_("durée (norme ISO 8601)"),
    "object": N_("objet JSON"),
    "any": N_("valeur libre"),
}
GEOPOINTS: Mapping[str, str] = {
    "default": N_("point géographique (longitude,latitude)"),
    "array": N_("point géographique ([longitude, latitude])"),
    "object": N_("point géographique (lon et lat nommées)"),
}
TEMPORAL: Mapping[str, tuple[str, str, str]] = {  # words, default format, words where any spelling goes
    "date": (N_("date"), DEFAULT_DATE, N_("date, dans l’écriture de votre choix")),
    "time": (N_("heure"), "%H:%M:%S", N_("heure, dans l’écriture de votre choix")),
    "datetime": (
        N_("date et heure"),
        "%Y-%m-%dT%H:%M:%S",
        N_("date et heure, dans l’écriture de votre choix"),
    ),
}
DAYS = ("date", "datetime")
MOMENTS = ("time", "year", "yearmonth")


def type_in_words(kind: FieldType, lang: str = "fr") -> str:
    """The type as a noun phrase without article: « nombre entier », « date (AAAA-MM-JJ) », « oui ou non »."""
    t = words(lang)
    name = kind.name
    if name == "string":
        return t.gettext(STRINGS[kind.format_name])
    if name in TEMPORAL:
        return _temporal(kind, t)
    if isinstance(kind, BooleanType):
        return t.gettext("{yes} ou {no}", yes=t.quote(kind.format(True)), no=t.quote(kind.format(False)))
    if isinstance(kind, NumberType) and kind.decimal_char != ".":
        return t.gettext("nombre ({mark} pour les décimales)", mark=t.quote(kind.decimal_char))
    if isinstance(kind, ListType):
        items = type_in_words(kind.item, lang)
        return t.gettext(
            "liste séparée par {delimiter} ; chaque élément : {type}",
            delimiter=t.quote(kind.delimiter),
            type=items,
        )
    if isinstance(kind, ArrayType):
        if kind.item is None or kind.item.type.name == "any":
            return t.gettext("liste JSON")
        return t.gettext("liste JSON ; chaque élément : {type}", type=type_in_words(kind.item.type, lang))
    if name == "geopoint":
        return t.gettext(GEOPOINTS[kind.format_name])
    if name == "geojson":
        return t.gettext(
            "géométrie ({format})", format="TopoJSON" if kind.format_name == "topojson" else "GeoJSON"
        )
    return t.gettext(PLAIN.get(name, N_("valeur libre")))


def _temporal(kind: FieldType, t: Words) -> str:
    named, default, any_spelling = TEMPORAL[kind.name]
    if kind.format_name == "any":
        return t.gettext(any_spelling)
    if kind.name == "datetime" and kind.format_name == "default":
        return t.gettext("date et heure (comme {example})", example=kind.samples()[0])
    mask = in_letters(getattr(kind, "pattern", None) or default, t)
    return t.gettext("{type} ({mask})", type=t.gettext(named), mask=mask) if mask else t.gettext(named)


def in_letters(pattern: str, t: Words) -> str | None:
    """A strptime format as people write one: ``%d/%m/%Y`` → JJ/MM/AAAA; None where it has other parts."""
    first, *pieces = pattern.split("%")
    if any(piece[:1] not in MASKS for piece in pieces):
        return None
    return first + "".join(t.gettext(MASKS[piece[0]]) + piece[1:] for piece in pieces)


def describe_field(field: Field, lang: str = "fr", max_choices: int = 12) -> tuple[str, ...]:
    """The type, then each rule of the field, as short phrases: « texte », « obligatoire », « au plus 256 caractères ».

    At most ``max_choices`` values of an enumeration are named.
    """
    t = words(lang)
    told = [
        type_in_words(field.type, lang),
        t.gettext("obligatoire") if field.required else t.gettext("facultatif"),
    ]
    if field.unique:
        told.append(t.gettext("sans doublon"))
    told += limits_in_words(field, lang)
    if field.choices:
        told.append(
            t.gettext(
                "une valeur parmi : {choices}", choices=t.choices(field.choices, max_choices, t.all_of, 1_000)
            )
        )
    elif field.suggestions:
        told.append(
            t.gettext(
                "par exemple : {choices}", choices=t.choices(field.suggestions, max_choices, t.any_of, 1_000)
            )
        )
    item = getattr(field.type, "item", None)
    if isinstance(item, Field):
        inner = describe_field(item, lang, max_choices)[
            2:
        ]  # its type is said already, and an item is always there
        told += [t.gettext("pour chaque élément : {rule}", rule=rule) for rule in inner]
    spoken = [text for text in field.missing_values if text]
    if spoken:
        told.append(t.gettext("valeur absente : {texts}", texts=t.choices(spoken, max_choices)))
    return tuple(told)


def limits_in_words(field: Field, lang: str = "fr") -> tuple[str, ...]:
    """What a value must measure and look like: « au plus 256 caractères », « entre 0 et 1 », « 14 chiffres »."""
    t = words(lang)
    told = [phrase for phrase in (_lengths(field, t), bounds(field, t)) if phrase]
    if "pattern" in field.constraints:
        shape = pattern_in_words(field.constraints["pattern"].value, lang)
        told.append(shape or t.gettext("de la même forme que l’exemple"))
    return tuple(told)


def _lengths(field: Field, t: Words) -> str | None:
    low, high = (_value(field, name) for name in ("minLength", "maxLength"))
    items = field.type.name in ("array", "list", "object")
    if low is None and high is None:
        return None
    if low == high:
        return counted(field, low, t)
    if high is None:
        return t.gettext("au moins {count}", count=counted(field, low, t))
    if not low:
        return t.gettext("au plus {count}", count=counted(field, high, t))
    if items:
        return t.gettext("de {low} à {high} éléments", low=t.number(low), high=t.number(high))
    return t.gettext("de {low} à {high} caractères", low=t.number(low), high=t.number(high))


def counted(field: Field, count: int, t: Words) -> str:
    """A length with its unit: characters, or items of a list."""
    if field.type.name in ("array", "list", "object"):
        return t.ngettext("{n} élément", "{n} éléments", count)
    return t.ngettext("{n} caractère", "{n} caractères", count)


def bounds(field: Field, t: Words) -> str | None:
    """The span of admitted values as one phrase: « entre 0 et 1 », « du 01/01/2020 au 31/12/2024 »; None without any."""
    low, high = (field.constraints.get(name) for name in ("minimum", "maximum"))
    more, less = (field.constraints.get(name) for name in ("exclusiveMinimum", "exclusiveMaximum"))
    kind = 1 if field.type.name in DAYS else 2 if field.type.name in MOMENTS else 0
    told = []
    if low and high:
        phrase = (N_("entre {low} et {high}"), N_("du {low} au {high}"), N_("de {low} à {high}"))[kind]
        told.append(t.gettext(phrase, low=shown_limit(field, low, t), high=shown_limit(field, high, t)))
    elif low:
        phrase = (N_("au moins {low}"), N_("à partir du {low}"), N_("à partir de {low}"))[kind]
        told.append(t.gettext(phrase, low=shown_limit(field, low, t)))
    elif high:
        phrase = (N_("au plus {high}"), N_("jusqu’au {high}"), N_("jusqu’à {high}"))[kind]
        told.append(t.gettext(phrase, high=shown_limit(field, high, t)))
    if more:
        phrase = (N_("plus de {low}"), N_("après le {low}"), N_("après {low}"))[kind]
        told.append(t.gettext(phrase, low=shown_limit(field, more, t)))
    if less:
        phrase = (N_("moins de {high}"), N_("avant le {high}"), N_("avant {high}"))[kind]
        told.append(t.gettext(phrase, high=shown_limit(field, less, t)))
    return t.all_of(told) or None


def shown_limit(field: Field, constraint: Constraint, t: Words) -> str:
    """A bound as a reader of the language expects it: 31/12/2024, 1 234,5."""
    if isinstance(field.type, IntegerType):
        return t.number(constraint.value)
    return field.type.display(constraint.value, t.lang)


def _value(field: Field, name: str) -> Any:
    constraint = field.constraints.get(name)
    return constraint.value if constraint is not None else None
