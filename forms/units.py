"""The unit of a number, where its schema says one: « Montant (€) », « Surface en m² »."""

from __future__ import annotations

import re
from collections.abc import Mapping

from schema_loader.field import Field
from schema_loader.folding import fold

UNITS: Mapping[str, str] = {
    "€": "€", "eur": "€", "euro": "€", "euros": "€", "k€": "k€", "%": "%", "pourcentage": "%", "pourcent": "%",
    "m": "m", "metre": "m", "metres": "m", "km": "km", "kilometre": "km", "kilometres": "km", "cm": "cm",
    "centimetres": "cm", "mm": "mm", "millimetres": "mm", "m2": "m²", "m²": "m²", "metres carres": "m²", "metre carre": "m²",
    "ha": "ha", "hectare": "ha", "hectares": "ha", "km2": "km²", "km²": "km²", "m3": "m³", "m³": "m³", "kg": "kg",
    "kilogrammes": "kg", "tonne": "t", "tonnes": "t", "grammes": "g", "litres": "L", "kw": "kW", "kilowatts": "kW",
    "kwh": "kWh", "kva": "kVA", "minutes": "min", "secondes": "s", "heures": "h", "jours": "jours", "mois": "mois",
    "annees": "ans", "ans": "ans", "degres": "°", "°": "°", "km/h": "km/h", "m3/h": "m³/h", "bar": "bar", "bars": "bar",
}  # fmt: skip
WORD = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
LONG_WORD = "|".join(
    sorted((re.escape(unit) for unit in UNITS if len(unit) > 2 or unit in ("€", "m²")), key=len, reverse=True)
)
BRACKETS = re.compile(rf"[(\[]\s*(?:en |exprimee? en )?({WORD})\s*(?:ttc|ht)?\s*[)\]]")
IN_TITLE = re.compile(rf"\ben ({LONG_WORD})(?![\w/²³])")
IN_WORDS = re.compile(
    rf"(?:exprimee?s?|indiquee?s?|mesuree?s?|donnee?s?|calculee?s?|chiffree?s?)\s+en\s+({WORD})(?![\w/²³])"
)


def unit_of(field: Field) -> str:
    """The unit to show beside a number; empty where the schema says none that is known."""
    declared = field.descriptor.get("unit", field.descriptor.get("unite"))
    if isinstance(declared, str) and 0 < len(declared.strip()) <= 12:
        return UNITS.get(fold(declared), declared.strip())
    title, description = fold(field.title), fold(field.description)
    match = (
        BRACKETS.search(title)
        or IN_TITLE.search(title)
        or IN_WORDS.search(title)
        or IN_WORDS.search(description)
    )
    return UNITS[match[1]] if match is not None else ""
