"""Words of French administrations: what they shorten, what they call by two names, what changes nothing to the sense.

All folded, in the singular. Gathered from headers of real files.
"""

from __future__ import annotations

PARTICLES = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par", "pour", "sur", "un", "une",
     "the", "of", "and", "s"]
)  # fmt: skip
UNITS = frozenset(
    ["€", "eur", "euro", "euros", "k€", "keur", "ttc", "ht", "htva", "hors", "taxes", "toutes", "comprises", "%",
     "m", "m2", "m²", "km", "km2", "ha", "kg", "facultatif", "obligatoire", "optionnel"]
)  # fmt: skip
# What people shorten or call otherwise, whatever the subject of the table
SAME = {
    "num": "numero", "no": "numero", "nr": "numero", "n": "numero", "number": "numero", "numeros": "numero",
    "ref": "reference", "id": "identifiant", "ident": "identifiant", "identification": "identifiant", "uid": "identifiant",
    "tel": "telephone", "phone": "telephone", "mail": "courriel", "email": "courriel", "adr": "adresse",
    "nb": "nombre", "nbr": "nombre", "nbre": "nombre", "mt": "montant", "mnt": "montant", "amount": "montant",
    "dep": "departement", "dept": "departement", "dpt": "departement", "lib": "libelle", "lat": "latitude",
    "lon": "longitude", "lng": "longitude", "long": "longitude", "qte": "quantite", "sub": "subvention",
    "org": "organisme", "benef": "beneficiaire", "coll": "collectivite", "attrib": "attributaire", "cond": "condition", "desc": "description",
    "url": "lien", "eu": "ue", "europe": "ue", "europeenne": "ue", "obj": "objet", "object": "objet", "name": "nom", "pct": "pourcentage", "pourcent": "pourcentage", "cat": "categorie",
}  # fmt: skip
# Words for what tells one thing from another: near, not the same
NAMING = frozenset(("numero", "identifiant", "code", "reference", "siret", "siren"))
# What one town hall calls the one, another calls the other
KIN = frozenset(
    map(
        frozenset,
        (
            ("attributaire", "beneficiaire"), ("collectivite", "attribuant"), ("organisme", "beneficiaire"),
            ("association", "beneficiaire"), ("montant", "somme"), ("commune", "ville"), ("date", "jour"),
            ("adresse", "voie"), ("nom", "denomination"), ("nom", "libelle"), ("nom", "intitule"), ("objet", "motif"),
            ("type", "categorie"), ("type", "nature"), ("nombre", "quantite"), ("acte", "decision"),
            ("deliberation", "decision"), ("arrete", "decision"), ("deliberation", "acte"), ("commentaire", "observation"),
        ),
    )
)  # fmt: skip
