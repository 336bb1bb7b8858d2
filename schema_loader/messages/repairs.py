"""Words for repairs: the card of a group of them in an import, and the question that a form asks about one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schema_loader.messages.i18n import N_, SHOWN_EXAMPLE, words
from schema_loader.messages.i18n import mark_plural as ngettext
from schema_loader.repair import ColumnProposal, Proposal
from schema_loader.repair.doubts import DOUBT


@dataclass(frozen=True, slots=True)
class RepairWords:
    """What a person reads of a group: a ``title`` with the count, what is done and why, and, of some, what to look at.

    ``question`` and ``choices`` (answer → words) are filled where an answer is awaited; ``caution`` where it is a guess.
    """

    title: str
    explanation: str
    caution: str = ""
    question: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


# Kind → title for one, title for several ({n} cells), what is done.
KINDS: Mapping[str, tuple[tuple[str, str], str]] = {
    "spaces": (
        ngettext("{n} valeur avec des espaces en trop", "{n} valeurs avec des espaces en trop"),
        N_("Les espaces et les retours à la ligne en trop sont retirés."),
    ),
    "invisible": (
        ngettext("{n} valeur avec un caractère invisible", "{n} valeurs avec un caractère invisible"),
        N_("Ces caractères, souvent venus d’un copier-coller, sont retirés. Ce que vous lisez ne change pas."),
    ),
    "quotes": (
        ngettext("{n} valeur entourée de guillemets ou précédée d’une apostrophe", "{n} valeurs entourées de guillemets ou précédées d’une apostrophe"),
        N_("Le tableur s’en sert pour garder un texte tel quel : seule la valeur est conservée."),
    ),
    "encoding": (
        ngettext("{n} texte aux accents mal enregistrés", "{n} textes aux accents mal enregistrés"),
        N_("Le fichier a été enregistré deux fois dans des encodages différents : « Ã© » redevient « é »."),
    ),
    "typography": (
        ngettext("{n} valeur avec des apostrophes, des tirets ou des guillemets différents", "{n} valeurs avec des apostrophes, des tirets ou des guillemets différents"),
        N_("Ces signes sont remplacés par ceux que le modèle attend."),
    ),
    "case": (
        ngettext("{n} valeur à écrire avec d’autres majuscules", "{n} valeurs à écrire avec d’autres majuscules"),
        N_("Seules les majuscules et les minuscules changent."),
    ),
    "date-dmy": (
        ngettext("{n} date écrite JJ/MM/AAAA", "{n} dates écrites JJ/MM/AAAA"),
        N_("Le jour vient en premier. Seule la façon d’écrire la date change."),
    ),
    "date-mdy": (
        ngettext("{n} date écrite MM/JJ/AAAA", "{n} dates écrites MM/JJ/AAAA"),
        N_("Le mois vient en premier, comme aux États-Unis. Seule la façon d’écrire la date change."),
    ),
    "date-ymd": (
        ngettext("{n} date qui commence par l’année", "{n} dates qui commencent par l’année"),
        N_("Seule la façon d’écrire la date change."),
    ),
    "date-compact": (
        ngettext("{n} date écrite AAAAMMJJ", "{n} dates écrites AAAAMMJJ"),
        N_("Seule la façon d’écrire la date change."),
    ),
    "date-dmy-short": (
        ngettext("{n} date écrite JJ/MM/AA", "{n} dates écrites JJ/MM/AA"),
        N_("Les années 00 à 29 sont lues 2000 à 2029, les années 70 à 99 sont lues 1970 à 1999."),
    ),
    "date-mdy-short": (
        ngettext("{n} date écrite MM/JJ/AA", "{n} dates écrites MM/JJ/AA"),
        N_(
            "Le mois vient en premier. Les années 00 à 29 sont lues 2000 à 2029, les années 70 à 99 sont lues 1970 à 1999."
        ),
    ),
    "date-ymd-short": (
        ngettext("{n} date écrite AA/MM/JJ", "{n} dates écrites AA/MM/JJ"),
        N_(
            "L’année vient en premier. Les années 00 à 29 sont lues 2000 à 2029, les années 70 à 99 sont lues 1970 à 1999."
        ),
    ),
    "date-words": (
        ngettext("{n} date avec le mois en lettres", "{n} dates avec le mois en lettres"),
        N_(
            "Seule la façon d’écrire la date change. Sur deux chiffres, les années 00 à 29 sont lues 2000 à 2029, et 70 à 99, 1970 à 1999."
        ),
    ),
    "date-hour": (
        ngettext("{n} date suivie d’une heure", "{n} dates suivies d’une heure"),
        N_("La colonne n’attend que le jour : l’heure est retirée, le jour reste celui qui est écrit."),
    ),
    "date-serial": (
        ngettext("{n} numéro que le tableur donne à une date", "{n} numéros que le tableur donne à des dates"),
        N_("Le tableur compte les jours depuis 1900 : la date qu’il montrait est retrouvée."),
    ),
    "date-interval": (
        ngettext("{n} période écrite autrement", "{n} périodes écrites autrement"),
        N_("Le début et la fin sont séparés par une barre oblique, comme le modèle le demande."),
    ),
    "time-spelling": (
        ngettext("{n} heure écrite autrement", "{n} heures écrites autrement"),
        N_("Seule la façon d’écrire l’heure change."),
    ),
    "month-spelling": (
        ngettext("{n} mois écrit autrement", "{n} mois écrits autrement"),
        N_("L’année vient en premier, puis le mois sur deux chiffres."),
    ),
    "month-of-day": (
        ngettext("{n} date complète là où un mois suffit", "{n} dates complètes là où un mois suffit"),
        N_("La colonne attend l’année et le mois : le jour est retiré."),
    ),
    "year-short": (
        ngettext("{n} année écrite sur deux chiffres", "{n} années écrites sur deux chiffres"),
        N_("Les années 00 à 29 sont lues 2000 à 2029, les années 70 à 99 sont lues 1970 à 1999."),
    ),
    "year-of-day": (
        ngettext("{n} date complète là où une année suffit", "{n} dates complètes là où une année suffit"),
        N_("La colonne attend une année : le jour et le mois sont retirés."),
    ),
    "number-comma": (
        ngettext("{n} nombre écrit avec une virgule", "{n} nombres écrits avec une virgule"),
        N_("La virgule devient le signe décimal que le modèle demande."),
    ),
    "number-thousands": (
        ngettext("{n} nombre dont les milliers sont séparés", "{n} nombres dont les milliers sont séparés"),
        N_("Les espaces, les points ou les virgules entre les milliers sont retirés."),
    ),
    "number-euro": (
        ngettext("{n} montant écrit avec le signe ou le mot « euro »", "{n} montants écrits avec le signe ou le mot « euro »"),
        N_("Le signe ou le mot « euro » est retiré : la colonne n’attend que le nombre."),
    ),
    "number-unit": (
        ngettext("{n} nombre suivi d’une unité", "{n} nombres suivis d’une unité"),
        N_("L’unité est retirée : la colonne n’attend que le nombre."),
    ),
    "number-percent": (
        ngettext("{n} nombre écrit en pourcentage", "{n} nombres écrits en pourcentage"),
        N_("Le pourcentage devient le nombre que la colonne attend."),
    ),
    "number-zeros": (
        ngettext("{n} nombre entier suivi de décimales nulles", "{n} nombres entiers suivis de décimales nulles"),
        N_("La colonne attend un nombre entier : « ,0 » ou « .0 » est retiré."),
    ),
    "number-sign": (
        ngettext("{n} nombre avec un autre signe moins", "{n} nombres avec un autre signe moins"),
        N_("Le tiret long devient le signe moins du clavier."),
    ),
    "code-point-zero": (
        ngettext("{n} code suivi de « .0 »", "{n} codes suivis de « .0 »"),
        N_("Un logiciel a pris ce code pour un nombre : « .0 » est retiré."),
    ),
    "code-separators": (
        ngettext("{n} code écrit avec des espaces ou des points", "{n} codes écrits avec des espaces ou des points"),
        N_("Les signes entre les chiffres sont retirés."),
    ),
    "code-zeros": (
        ngettext("{n} code qui a perdu ses zéros du début", "{n} codes qui ont perdu leurs zéros du début"),
        N_("Le tableur a pris ce code pour un nombre : les zéros sont remis."),
    ),
    "boolean-words": (
        ngettext("{n} réponse par oui ou non écrite autrement", "{n} réponses par oui ou non écrites autrement"),
        N_("Chaque réponse prend le mot que le modèle attend."),
    ),
    "enum-spelling": (
        ngettext("{n} valeur de la liste écrite autrement", "{n} valeurs de la liste écrites autrement"),
        N_("Seuls les majuscules, les accents et les signes entre les mots changent."),
    ),
    "enum-near": (
        ngettext("{n} valeur proche d’une valeur de la liste", "{n} valeurs proches d’une valeur de la liste"),
        N_("La valeur la plus ressemblante de la liste est proposée."),
    ),
    "empty-word": (
        ngettext("{n} case remplie par un mot qui veut dire « rien »", "{n} cases remplies par un mot qui veut dire « rien »"),
        N_("Cette colonne peut rester vide : la case est vidée."),
    ),
    "url-scheme": (
        ngettext("{n} adresse web sans son début", "{n} adresses web sans leur début"),
        N_("Le début de l’adresse est ajouté, comme le modèle le demande."),
    ),
    "email-form": (
        ngettext("{n} adresse électronique avec des signes en trop", "{n} adresses électroniques avec des signes en trop"),
        N_("Seule l’adresse est conservée."),
    ),
    "phone-form": (
        ngettext("{n} numéro de téléphone écrit autrement", "{n} numéros de téléphone écrits autrement"),
        N_("Le numéro reste le même : seule la façon de l’écrire change."),
    ),
    "list-form": (
        ngettext("{n} liste de valeurs écrite autrement", "{n} listes de valeurs écrites autrement"),
        N_("Les valeurs de la case sont séparées comme le modèle le demande."),
    ),
    "list-near": (
        ngettext("{n} case qui contient sans doute plusieurs valeurs", "{n} cases qui contiennent sans doute plusieurs valeurs"),
        N_("Les valeurs de la case sont séparées comme le modèle le demande."),
    ),
    "point-form": (
        ngettext("{n} point écrit autrement", "{n} points écrits autrement"),
        N_("La longitude vient en premier, puis la latitude, avec un point pour les décimales."),
    ),
    "point-swapped": (
        ngettext("{n} point dont la latitude vient en premier", "{n} points dont la latitude vient en premier"),
        N_("Les deux nombres sont échangés : le point est alors en France."),
    ),
    "axes-swapped": (
        ngettext("{n} ligne dont la latitude et la longitude sont inversées", "{n} lignes dont la latitude et la longitude sont inversées"),
        N_(
            "La latitude est dans la colonne de la longitude, et l’inverse. Les deux cases sont échangées : le point est alors en "
            "France. Les autres lignes ne changent pas."
        ),
    ),
    "ask-date-order": (
        ngettext("{n} date qui peut se lire de deux façons", "{n} dates qui peuvent se lire de deux façons"),
        N_("Rien dans la colonne ne dit si le jour ou le mois vient en premier."),
    ),
    "ask-century": (
        ngettext("{n} date dont l’année peut être de deux siècles", "{n} dates dont l’année peut être de deux siècles"),
        N_("L’année est écrite sur deux chiffres, de 30 à 69."),
    ),
    "ask-comma": (
        ngettext("{n} nombre dont la virgule peut se lire de deux façons", "{n} nombres dont la virgule peut se lire de deux façons"),
        N_("Rien dans la colonne ne dit si la virgule sépare les décimales ou les milliers."),
    ),
    "ask-point": (
        ngettext("{n} nombre dont le point peut se lire de deux façons", "{n} nombres dont le point peut se lire de deux façons"),
        N_("Rien dans la colonne ne dit si le point sépare les décimales ou les milliers."),
    ),
    "ask-percent": (
        ngettext("{n} pourcentage à écrire en nombre", "{n} pourcentages à écrire en nombre"),
        N_("Le modèle ne dit pas si un pourcentage s’écrit de 0 à 1 ou de 0 à 100."),
    ),
    "ask-axes": (
        ngettext("{n} point dont les coordonnées semblent inversées", "{n} points dont les coordonnées semblent inversées"),
        N_("La longitude doit venir en premier. Telle quelle, la position est hors de France."),
    ),
    "beyond-abbreviated": (
        ngettext("{n} numéro abrégé par le tableur, comme 1,23E+13", "{n} numéros abrégés par le tableur, comme 1,23E+13"),
        N_(
            "Les derniers chiffres ne sont plus dans ce fichier. Si vous avez encore le classeur d’origine, importez-le tel quel, "
            "au format XLSX ou ODS : le numéro entier y est souvent. Sinon, mettez la colonne au format Texte et saisissez de "
            "nouveau les numéros."
        ),
    ),
    "beyond-rounded": (
        ngettext("{n} numéro dont les derniers chiffres sont devenus des zéros", "{n} numéros dont les derniers chiffres sont devenus des zéros"),
        N_(
            "Le tableur l’a abrégé, puis enregistré arrondi. Retrouvez le classeur d’avant cet enregistrement et importez-le tel "
            "quel, au format XLSX ou ODS. Sinon, saisissez de nouveau les numéros dans une colonne au format Texte."
        ),
    ),
    "beyond-error": (
        ngettext("{n} erreur affichée par le tableur", "{n} erreurs affichées par le tableur"),
        N_("La formule n’a pas donné de valeur. Corrigez-la dans le classeur, puis importez-le de nouveau."),
    ),
}  # fmt: skip

CAUTION = N_("C’est une supposition : regardez ces valeurs avant d’accepter.")
DOUBTED = N_("Ces valeurs sont admises telles quelles : ne les changez que si elles vous semblent fausses.")
# What to look at in the guesses of some kinds.
CAUTIONS: Mapping[str, str] = {
    "date-mdy": N_(
        "Le reste de la colonne n’est pas écrit ainsi : vérifiez qu’il ne s’agit pas d’une faute de frappe."
    ),
    "date-hour": N_("L’heure n’est pas minuit : elle sera perdue."),
    "number-unit": N_("Vérifiez que la colonne est bien dans cette unité : rien n’est converti."),
    "code-zeros": N_("Il manque peut-être un autre chiffre qu’un zéro : vérifiez ces codes."),
    "code-point-zero": N_("La clé de contrôle de ces numéros ne correspond pas : vérifiez-les."),
    "axes-swapped": N_("Refusez si ces points sont bien hors de France."),
    "empty-word": N_("Si ce mot veut dire autre chose, refusez."),
}

QUESTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "date_order": (
        N_("Dans ces dates, qu’est-ce qui vient en premier ?"),
        {"dmy": N_("Le jour"), "mdy": N_("Le mois"), "ymd": N_("L’année")},
    ),
    "century": (
        N_("De quel siècle sont ces années ?"),
        {"1900": N_("Années 1900"), "2000": N_("Années 2000")},
    ),
    "comma": (
        N_("Dans ces nombres, que sépare la virgule ?"),
        {"decimal": N_("Les décimales"), "thousands": N_("Les milliers")},
    ),
    "point": (
        N_("Dans ces nombres, que sépare le point ?"),
        {"decimal": N_("Les décimales"), "thousands": N_("Les milliers")},
    ),
    "percent": (
        N_("Comment s’écrit un pourcentage dans cette colonne ?"),
        {"share": N_("En part de 1"), "hundred": N_("Sur 100")},
    ),
    "axes": (
        N_("Faut-il échanger les deux nombres ?"),
        {"swap": N_("Oui, la latitude est en premier"), "keep": N_("Non, les garder dans cet ordre")},
    ),
}  # fmt: skip


def repair_words(group: ColumnProposal, lang: str = "fr") -> RepairWords:
    """The words of a group's card; a kind without words of its own is told in general."""
    t = words(lang)
    doubted = group.kind.startswith(DOUBT)
    kind = group.kind.removeprefix(DOUBT)
    known = KINDS.get(kind)
    if known is None:
        title = t.ngettext("{n} valeur à écrire autrement", "{n} valeurs à écrire autrement", group.cells)
        return RepairWords(title, t.gettext(CAUTION))
    (one, several), explanation = known
    caution = t.gettext(DOUBTED if doubted else CAUTIONS.get(kind, CAUTION)) if group.status == "near" else ""
    question, labels = QUESTIONS[group.question.name] if group.question is not None else ("", {})
    offered = [choice.answer for choice in group.question.choices] if group.question is not None else []
    return RepairWords(
        t.ngettext(one, several, group.cells), t.gettext(explanation), caution, t.gettext(question) if question else "",
        {answer: t.gettext(labels[answer]) for answer in offered},
    )  # fmt: skip


def proposal_words(proposal: Proposal, lang: str = "fr") -> str:
    """What a form asks about one cell: « Vouliez-vous dire 2024-03-12 ? »"""
    t = words(lang)
    if not proposal.after:
        return t.gettext("Si vous ne connaissez pas la valeur, ne mettez rien.")
    meant = [t.quote(text, SHOWN_EXAMPLE) for text in (proposal.after, *proposal.others)]
    return t.gettext("Vouliez-vous dire {choice} ?", choice=t.any_of(meant))
