"""What an establishment is described by, as a Table Schema: one set of rules for the form, the file and the command.

The core checks it and words its errors, as it does for any other table.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.i18n import N_
from app.models.establishment import KINDS
from schema_loader.compile import compile_descriptor
from schema_loader.table_schema import TableSchema

EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"

KIND_WORDS = {
    "commune": N_("Commune"),
    "epci": N_("Intercommunalité"),
    "departement": N_("Département"),
    "region": N_("Région"),
    "syndicat": N_("Syndicat"),
    "etablissement": N_("Établissement public ou scolaire"),
    "etat": N_("Service de l’État"),
    "autre": N_("Autre organisme"),
}
LICENCES = {"lov2": N_("Licence Ouverte / Etalab 2.0"), "odc-odbl": N_("Open Database License (ODbL)")}
"""Those a French public body may choose for its data (CRPA, article D323-2-1), as data.gouv.fr names them."""

COLUMNS: tuple[dict[str, Any], ...] = (
    {
        "name": "nom",
        "type": "string",
        "title": N_("Nom"),
        "description": N_("Tel que les habitants le connaissent."),
        "example": "Commune de Saint-Rémi",
        "constraints": {"required": True, "maxLength": 160},
    },
    {
        "name": "siren",
        "type": "string",
        "title": N_("SIREN"),
        "description": N_("9 chiffres ; déduit du SIRET quand celui-ci est donné."),
        "example": "217500016",
        "customCheck": "siren",
    },
    {
        "name": "siret",
        "type": "string",
        "title": N_("SIRET"),
        "description": N_("14 chiffres ; de préférence celui du siège."),
        "example": "21750001600019",
        "customCheck": "siret",
    },
    {
        "name": "type",
        "type": "string",
        "title": N_("Nature"),
        "description": N_("Ce qu’est l’organisme."),
        "example": "commune",
        "constraints": {"enum": list(KINDS)},
    },
    {
        "name": "departement",
        "type": "string",
        "title": N_("Département"),
        "description": N_("Son numéro."),
        "example": "44",
    },
    {
        "name": "adresse_page",
        "type": "string",
        "title": N_("Adresse de la page"),
        "description": N_(
            "La fin de l’adresse de ses pages ; tirée du nom si elle manque. Elle ne change plus ensuite."
        ),
        "example": "saint-remi",
        "constraints": {"pattern": SLUG, "maxLength": 80},
    },
    {
        "name": "courriel",
        "type": "string",
        "title": N_("Adresse électronique de contact"),
        "description": N_("Publique : elle accompagne les données publiées."),
        "example": "mairie@saint-remi.fr",
        "constraints": {"pattern": EMAIL, "maxLength": 254},
    },
    {
        "name": "telephone",
        "type": "string",
        "title": N_("Téléphone"),
        "example": "02 40 00 00 00",
        "customCheck": "phone-number-value",
    },
    {
        "name": "adresse",
        "type": "string",
        "title": N_("Adresse postale"),
        "example": "1 place de la Mairie, 44000 Saint-Rémi",
        "constraints": {"maxLength": 300},
    },
)


@lru_cache(maxsize=1)
def table() -> TableSchema:
    """The compiled rules."""
    return compile_descriptor(
        {
            "name": "etablissements",
            "fields": [dict(column) for column in COLUMNS],
            "custom_checks": [
                {"name": "numero-departement", "params": {"column": "departement", "cog": "latest"}}
            ],
        }
    )
