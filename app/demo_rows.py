"""The lines of the demonstration: made up, plausible, always the same; a few are « à corriger », as in life."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

Row = dict[str, str]

MATTERS = (
    ("7.5", "finances locales/subventions", "Subvention {year} {club}"),
    ("7.1", "finances locales/décisions budgétaires", "Décision modificative n° {n} du budget principal"),
    ("7.2", "finances locales/fiscalité", "Taux des taxes locales pour {year}"),
    ("1.1", "commande publique/marchés publics", "Attribution du marché de {works}"),
    ("3.1", "domaine et patrimoine/acquisitions", "Acquisition d’une parcelle rue des Tilleuls pour {works}"),
    ("3.3", "domaine et patrimoine/locations", "Bail du local de la place de la Mairie"),
    ("4.1", "fonction publique/personnel titulaire", "Création d’un poste d’adjoint technique"),
    ("5.2", "institutions et vie politique/fonctionnement des assemblées", "Règlement intérieur du conseil municipal"),
    ("8.1", "domaines de compétences par thèmes/enseignement", "Tarifs de la cantine scolaire {year}"),
    ("8.4", "domaines de compétences par thèmes/aménagement du territoire", "Plan communal de {works}"),
)  # fmt: skip
CLUBS = (
    "l’école de musique", "l’Amicale des anciens", "le club de football", "la bibliothèque associative", "le comité des fêtes",
    "l’Harmonie de la Brune", "les Jardins partagés", "le Secours aux familles", "le club de randonnée", "la Troupe du Lavoir",
    "l’Atelier vélo", "la coopérative scolaire", "le judo-club", "les Amis du moulin",
)  # fmt: skip
WORKS = (
    "la réfection de la toiture de l’école", "l’éclairage de la rue du Lavoir", "la salle polyvalente", "la voirie rurale",
    "l’aire de jeux", "l’isolation de la mairie", "la passerelle sur la Brune", "la mise aux normes du stade",
)  # fmt: skip
PURPOSES = (
    "Fonctionnement de l’année", "Achat d’instruments et cours pour les enfants", "Organisation de la fête de la Saint-Jean",
    "Renouvellement du matériel sportif", "Sorties culturelles des écoles", "Entretien des chemins de randonnée",
    "Accueil de familles en difficulté", "Création d’un spectacle en plein air", "Atelier de réparation ouvert à tous",
    "Stage de vacances pour les 6-12 ans",
)  # fmt: skip
NAMES = (
    ("F", "Louise"), ("M", "Gabriel"), ("F", "Jade"), ("M", "Léo"), ("F", "Ambre"), ("M", "Raphaël"), ("F", "Alba"),
    ("M", "Maël"), ("F", "Emma"), ("M", "Noé"), ("F", "Inès"), ("M", "Élio"),
)  # fmt: skip


def _to(name: str) -> str:
    """« au club », « aux Jardins », « à la bibliothèque »."""
    for article, short in (("le ", "au "), ("les ", "aux ")):
        if name.startswith(article):
            return short + name.removeprefix(article)
    return f"à {name}"


def deliberations(place: Mapping[str, str], count: int) -> Iterator[Row]:
    """Votes of a council over two years; one says too little, one was received before it was voted."""
    chance = random.Random(2)  # noqa: S311 (made-up data, the same each time)
    for n in range(count):
        day = date(2025, 1, 20) + timedelta(days=21 * n)
        code, matter, words = MATTERS[n % len(MATTERS)]
        against, blank = chance.choice(((0, 0), (0, 1), (2, 0), (3, 1), (0, 0)))
        present = 15 - chance.randrange(3)
        row = {
            "COLL_NOM": place["nom"],
            "COLL_SIRET": place["siret"],
            "DELIB_ID": f"{day.year}-{n % 17 + 1:03d}",
            "DELIB_DATE": day.isoformat(),
            "DELIB_MATIERE_CODE": code,
            "DELIB_MATIERE_NOM": matter,
            "DELIB_OBJET": words.format(
                year=day.year, n=n % 3 + 1, club=_to(chance.choice(CLUBS)), works=chance.choice(WORKS)
            ),
            "PREF_ID": "PREF023",
            "PREF_DATE": (day + timedelta(days=3)).isoformat(),
            "VOTE_EFFECTIF": "15",
            "VOTE_REEL": str(present),
            "VOTE_POUR": str(present - against - blank),
            "VOTE_CONTRE": str(against),
            "VOTE_ABSTENTION": str(blank),
        }
        if code.startswith("7"):
            row |= {"BUDGET_ANNEE": str(day.year), "BUDGET_NOM": "Budget principal"}
        if n == 4:
            row["DELIB_MATIERE_NOM"] = "commande publique"
        if n == 11:
            row["PREF_DATE"] = (day - timedelta(days=3)).isoformat()
            row["VOTE_POUR"] = str(present)
        yield row


def subventions(place: Mapping[str, str], count: int, seed: int) -> Iterator[Row]:
    """Grants to clubs; some amounts, dates and numbers are as people write them in a hurry."""
    chance = random.Random(seed)  # noqa: S311 (made-up data, the same each time)
    for n in range(count):
        day = date(2024, 2, 5) + timedelta(days=chance.randrange(700))
        club = CLUBS[chance.randrange(len(CLUBS))]
        several = n % 6 == 5
        row = {
            "nomAttribuant": place["nom"],
            "idAttribuant": place["siret"],
            "dateConvention": day.isoformat(),
            "referenceDecision": f"{day.year}-{chance.randrange(1, 90):03d}",
            "nomBeneficiaire": club[:1].upper() + club[1:],
            "rnaBeneficiaire": f"W2399{chance.randrange(100_000):05d}",
            "objet": chance.choice(PURPOSES),
            "montant": str(chance.choice((150, 300, 450, 800, 1200.5, 2500, 4000, 12000, 24500))),
            "nature": "aide en nature" if n % 5 == 3 else "aide en numéraire",
            "conditionsVersement": "échelonné" if several else "unique",
            "datesPeriodeVersement": f"{day}/{day + timedelta(days=180)}" if several else str(day),
            "notificationUE": "non",
            "pourcentageSubvention": "1",
        }
        if n % 17 == 7:
            row["montant"] = "1 200 euros"
        if n % 23 == 11:
            row["rnaBeneficiaire"] = ""
        if n % 29 == 19:
            row["dateConvention"] = day.strftime("%d/%m/%Y")
        yield row


def first_names(count: int) -> Iterator[Row]:
    """First names given in the commune."""
    chance = random.Random(7)  # noqa: S311 (made-up data, the same each time)
    for n in range(count):
        sex, name = NAMES[n % len(NAMES)]
        yield {
            "COMMUNE_NOM": "Valbrune",
            "COLL_INSEE": "23001",
            "ENFANT_SEXE": sex,
            "ENFANT_PRENOM": name,
            "NOMBRE_OCCURRENCES": str(chance.randrange(1, 5)),
            "ANNEE": str(2023 + n // len(NAMES)),
        }
