"""Countries: ISO 3166-1 codes (pycountry), and their names in French."""

from __future__ import annotations

from functools import cache

# Names of the Commission d'enrichissement de la langue française (« Noms d'États », Journal officiel, 24 September 2008)
# and their everyday forms, where neither ISO nor the Unicode CLDR spells them so.
ALSO_NAMED = (
    "Bélize", "Brunéi", "Burkina", "Cité du Vatican", "Congo", "Guinée-Bissao", "Hong-Kong", "Kosovo", "Macao",
    "Myanmar", "Nigéria", "Palestine", "République tchèque", "Saint-Siège", "Swaziland", "Timor-Leste", "Vatican",
    "Vénézuéla", "Viet Nam", "Vietnam",
)  # fmt: skip


@cache
def alpha_2() -> frozenset[str]:
    """The codes of two letters, among them those of the French overseas territories."""
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def alpha_3() -> frozenset[str]:
    """The codes of three letters."""
    import pycountry

    return frozenset(country.alpha_3 for country in pycountry.countries)


@cache
def names() -> frozenset[str]:
    """French names: those of ISO 3166-1, of the Unicode CLDR and :data:`ALSO_NAMED`, with either apostrophe."""
    import gettext

    import pycountry
    from babel import Locale

    french = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["fr"])
    usual = Locale("fr").territories
    found = set(ALSO_NAMED)
    for country in pycountry.countries:
        found.add(french.gettext(country.name))
        found.add(usual.get(country.alpha_2, ""))
    found.discard("")
    return frozenset(name for text in found for name in (text.replace("’", "'"), text.replace("'", "’")))
