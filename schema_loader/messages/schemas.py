"""What is odd in a schema, or keeps it from being one: words for whoever wrote it or would use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from schema_loader.errors import SchemaRefused, SchemaWarning
from schema_loader.messages.case import NAME_LENGTH
from schema_loader.messages.i18n import N_, Message, Words, after_colon, words

Sentences = tuple[str, str]
WRITE_MEANT = N_("Vouliez-vous écrire {meant} ?")

# Code → what is odd and what was made of it, how to mend it. ``{key}`` stands for the parameter ``key``, quoted.
WARNINGS: Mapping[str, Sentences] = {
    "schema-name": (
        N_("Le nom du schéma, {name}, contient des caractères que la norme n’admet pas."),
        N_("Utilisez des lettres minuscules sans accent, des chiffres, « - », « _ », « . » ou « / »."),
    ),
    "property-misspelt": (
        N_("La propriété {key} n’existe pas ; elle est ignorée."),
        N_("Vouliez-vous écrire {meant} ?"),
    ),
    "field-name-invisible": (
        N_("Le nom {name} contient un espace au bord ou un caractère invisible."),
        N_("Retirez ce caractère : les fichiers doivent porter exactement ce nom."),
    ),
    "unknown-type": (
        N_("Le type {type} n’existe pas ; il est lu comme {read_as}."),
        N_("Remplacez-le par {read_as}."),
    ),
    "unknown-format": (
        N_("Le format {format} n’existe pas pour ce type ; le format habituel est utilisé."),
        N_("Supprimez-le, ou remplacez-le par un format de la norme."),
    ),
    "foreign-format": (
        N_("Le format {format} n’est pas écrit comme la norme le demande ; il est lu comme {read_as}."),
        N_("Remplacez-le par {read_as}."),
    ),
    "option-invalid": (
        N_("La valeur {value} n’est pas admise pour {option} ; elle est ignorée."),
        N_("Corrigez-la ou supprimez-la."),
    ),
    "option-elsewhere": (
        N_("{option} n’a pas d’effet sur le type {type}."),
        N_("Supprimez {option}, ou changez le type."),
    ),
    "json-schema-word": (
        N_("{key} vient d’une autre norme, JSON Schema, et n’a pas d’effet ici."),
        N_("Supprimez-le, ou exprimez cette règle avec les mots de Table Schema."),
    ),
    "boolean-words-clash": (
        N_("Un même mot signifie à la fois oui et non : {words}."),
        N_("Ne gardez chaque mot que d’un côté."),
    ),
    "boolean-word-not-text": (
        N_("Les mots de {option} ne sont pas tous des textes : {value}. Ils sont lus comme des textes."),
        N_("Mettez chaque mot entre guillemets droits."),
    ),
    "constraint-outside": (
        N_("La règle {constraint} n’est pas à sa place ; elle n’est pas contrôlée."),
        N_("Déplacez-la dans « constraints »."),
    ),
    "constraint-unsupported": (
        N_("La règle {constraint} ne s’applique pas au type {type} ; elle n’est pas contrôlée."),
        N_("Supprimez-la, ou changez le type."),
    ),
    "constraint-invalid": (
        N_("La règle {constraint} a une valeur qui ne peut pas servir, {value} ; elle n’est pas contrôlée."),
        N_("Corrigez sa valeur, ou supprimez-la."),
    ),
    "pattern-invalid": (
        N_("La forme imposée par {constraint} est mal écrite ; elle n’est pas contrôlée."),
        N_("Corrigez-la : elle doit pouvoir être lue par Python."),
    ),
    "enum-value-invalid": (
        N_(
            "Ces valeurs de la liste de choix ne sont pas du type {type} et ne pourront jamais être saisies : {values}."
        ),
        N_("Corrigez-les, ou changez le type."),
    ),
    "bound-as-text": (
        N_(
            "La valeur de {constraint}, {value}, est écrite comme un texte ; elle est lue comme une valeur du type."
        ),
        N_("Retirez les guillemets."),
    ),
    "flag-as-text": (
        N_(
            "La valeur de {constraint}, {value}, est écrite comme un texte ; elle est lue comme un oui ou un non."
        ),
        N_("Retirez les guillemets."),
    ),
    "example-not-text": (
        N_("L’exemple n’est pas un texte ; il est lu comme tel."),
        N_("Mettez l’exemple entre guillemets droits."),
    ),
    "example-invalid": (
        N_("L’exemple {example} ne respecte pas les règles de sa propre colonne."),
        N_("Remplacez-le par une valeur admise."),
    ),
    "key-names-missing-column": (
        N_("{key} cite des colonnes qui n’existent pas : {names}. Cette clé n’est pas contrôlée."),
        N_("Corrigez les noms, ou ajoutez ces colonnes."),
    ),
    "check-missing-column": (
        N_("Le contrôle {check} cite une colonne qui n’existe pas, {column} ; il n’est pas fait."),
        N_("Corrigez le nom de la colonne, ou supprimez ce contrôle."),
    ),
    "check-by-form-only": (
        N_(
            "Le contrôle {check} ne vérifie que la forme des valeurs : la liste officielle n’est pas disponible ici."
        ),
        N_("Vérifiez par ailleurs que les valeurs existent."),
    ),
}

REFUSALS: Mapping[str, Sentences] = {
    "too-large": (
        N_("Ce fichier est trop gros pour être un schéma : {bytes} octets, pour {limit} au plus."),
        N_("Vérifiez que c’est bien le schéma, et non les données."),
    ),
    "not-utf8": (
        N_("Ce fichier n’est pas un texte encodé en UTF-8 : l’octet n° {byte} ne peut pas être lu."),
        N_("Enregistrez-le de nouveau en choisissant l’encodage UTF-8."),
    ),
    "not-json": (
        N_("Ce fichier n’est pas un texte JSON : la lecture s’arrête à la ligne {line}, colonne {column}."),
        N_("Vérifiez les virgules, les guillemets et les accolades à cet endroit."),
    ),
    "not-object": (
        N_("Ce fichier JSON ne contient pas un schéma : il devrait commencer par une accolade."),
        N_("Donnez l’adresse du fichier schema.json lui-même."),
    ),
    "no-fields": (
        N_("Ce schéma ne décrit aucune colonne."),
        N_("Ajoutez au moins une colonne dans « fields », avec son nom et son type."),
    ),
    "fields-not-list": (
        N_("Dans ce schéma, « fields » n’est pas une liste de colonnes."),
        N_("Mettez les colonnes entre crochets : « fields » : [ … ]."),
    ),
    "too-many-fields": (
        N_("Ce schéma décrit {count} colonnes, plus que les {limit} qu’un tableau peut avoir."),
        N_("Vérifiez que c’est bien un schéma, ou partagez-le en plusieurs."),
    ),
    "field-not-object": (
        N_("La colonne n° {number} du schéma n’est pas décrite par un objet JSON."),
        N_("Décrivez-la entre accolades, avec au moins son nom (« name »)."),
    ),
    "field-without-name": (
        N_("La colonne n° {number} du schéma n’a pas de nom."),
        N_("Donnez-lui un nom (« name »), celui que portera la colonne des fichiers."),
    ),
    "field-twice": (
        N_("Deux colonnes du schéma portent le même nom, {place} : la n° {first} et la n° {second}."),
        N_("Renommez ou supprimez l’une des deux."),
    ),
    "not-catalogue": (
        N_("Ce fichier n’est pas un catalogue de schémas."),
        N_("Donnez l’adresse d’un fichier schemas.json comme celui de schema.data.gouv.fr."),
    ),
}

LOOKS_LIKE: Mapping[str, Sentences] = {
    "datapackage": (
        N_("Ce fichier décrit un paquet de données (« datapackage »), pas un schéma de table."),
        N_("Donnez l’adresse du schéma de l’une de ses ressources."),
    ),
    "resource": (
        N_("Ce fichier décrit une ressource, pas un schéma de table."),
        N_("Donnez l’adresse du schéma que cette ressource cite dans « schema »."),
    ),
    "jsonschema": (
        N_("Ce fichier est un schéma JSON Schema, qui ne décrit pas un tableau."),
        N_("Choisissez un schéma de type Table Schema."),
    ),
    "catalogue": (
        N_("Ce fichier est un catalogue de schémas, pas un schéma."),
        N_("Donnez l’adresse de l’un des schémas qu’il cite."),
    ),
}

NUMBERS = frozenset(("bytes", "limit", "byte", "line", "column", "count", "number", "first", "second"))


def schema_warning(warning: SchemaWarning, lang: str = "fr") -> Message:
    """What a warning of the compiler says, with the column it is about."""
    t = words(lang)
    make = _SPECIAL.get(warning.code)
    params = dict(warning.params)
    sentences = make(params) if make is not None else WARNINGS.get(warning.code)
    if sentences is None:
        sentences = (N_("Le schéma contient une particularité qui n’a pas d’effet ici."), N_("Vérifiez-la."))
    shown = _shown(params, t)
    problem = t.gettext(sentences[0], **shown)
    if warning.place:
        problem = t.gettext(
            "Colonne {column} : {problem}",
            column=t.quote(warning.place, NAME_LENGTH),
            problem=after_colon(problem),
        )
    return Message(problem, t.gettext(sentences[1], **shown))


def refusal(error: SchemaRefused, lang: str = "fr") -> Message:
    """Why a descriptor is refused, naming the column and the fault."""
    t = words(lang)
    sentences = LOOKS_LIKE.get(str(error.params.get("looks_like", ""))) or REFUSALS.get(error.code)
    if error.code == "not-json" and not error.params.get("line"):
        sentences = (
            N_("Ce fichier n’est pas un texte JSON lisible."),
            N_("Vérifiez que c’est bien le fichier voulu."),
        )
    elif error.code == "field-without-name" and error.params.get("title"):
        sentences = (
            N_("La colonne n° {number} du schéma, {title}, n’a pas de nom."),
            REFUSALS["field-without-name"][1],
        )
    if sentences is None:
        sentences = (
            N_("Ce schéma ne peut pas être utilisé."),
            N_("Vérifiez-le auprès de ceux qui l’ont écrit."),
        )
    shown = _shown({**error.params, "place": error.place}, t)
    return Message(t.gettext(sentences[0], **shown), t.gettext(sentences[1], **shown))


def _shown(params: Mapping[str, Any], t: Words) -> dict[str, str]:
    return {
        key: t.number(value) if key in NUMBERS and isinstance(value, int) else _quoted(value, t)
        for key, value in params.items()
    }


def _quoted(value: Any, t: Words) -> str:
    if isinstance(value, (list, tuple)):
        return t.choices([_plain(item) for item in value], 4, t.all_of)
    return t.quote(_plain(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _unknown_constraint(params: Mapping[str, Any]) -> Sentences:
    other = N_("Supprimez-la, ou remplacez-la par une règle de la norme.")
    unknown = N_("La règle {constraint} n’existe pas ; elle n’est pas contrôlée.")
    return unknown, WRITE_MEANT if params.get("meant") else other


def _unknown_check(params: Mapping[str, Any]) -> Sentences:
    other = N_("Vérifiez son nom, ou supprimez-le.")
    unknown = N_("Le contrôle {name} n’est pas connu ; il n’est pas fait.")
    return unknown, WRITE_MEANT if params.get("meant") else other


MISDECLARED: Mapping[str, str] = {
    "missing": N_("Ajoutez {param}."),
    "not-text": N_("Donnez à {param} un texte pour valeur."),
    "not-list": N_("Donnez à {param} une liste de noms de colonnes."),
    "not-yes-or-no": N_("Écrivez « true » ou « false » pour {param}."),
    "not-geopoint": N_("Appliquez-le à une colonne de type « geopoint »."),
    "unknown-operator": N_("Écrivez pour {param} l’un des signes >, >=, ==, <= ou <."),
    "unknown-year": N_("Écrivez pour {param} l’une des années admises, ou « latest »."),
}


def _misdeclared(params: Mapping[str, Any]) -> Sentences:
    if params.get("runs") and params.get("reason") == "not-text":
        problem = N_(
            "Le contrôle {check} demande une colonne de texte : il refusera toutes les valeurs de celle-ci."
        )
        return problem, N_("Donnez à cette colonne le type « string », ou supprimez ce contrôle.")
    kept = N_("Le contrôle {check} est mal déclaré, par {param} ; il est fait tout de même.")
    dropped = N_("Le contrôle {check} est mal déclaré, par {param} ; il n’est pas fait.")
    other = N_("Vérifiez ses paramètres, ou supprimez-le.")
    return kept if params.get("runs") else dropped, MISDECLARED.get(str(params.get("reason")), other)


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], Sentences]] = {
    "unknown-constraint": _unknown_constraint,
    "unknown-check": _unknown_check,
    "check-misdeclared": _misdeclared,
}
