"""Why a workbook cannot be read as a table, or not to its end."""

from __future__ import annotations

from collections.abc import Mapping

from schema_loader.messages.i18n import N_

# Code → what is wrong, how to mend it. ``{cell}`` is a cell as sheets call it (« AB7 »), ``{names}`` are names of sheets.
WORKBOOKS: Mapping[str, tuple[str, str]] = {
    "file-not-a-workbook": (
        N_("Ce fichier n’est pas un classeur que l’on sait lire (XLSX, ODS ou XLS), quoi que dise son nom."),
        N_("Ouvrez-le dans votre tableur, puis enregistrez-le au format XLSX, ODS ou CSV."),
    ),
    "file-damaged": (
        N_("Ce classeur est incomplet ou abîmé."),
        N_(
            "Copiez-le ou téléchargez-le de nouveau. S’il s’ouvre dans votre tableur, enregistrez-le au format XLSX."
        ),
    ),
    "file-password": (
        N_("Ce classeur est protégé par un mot de passe."),
        N_("Enregistrez-en une copie sans mot de passe."),
    ),
    "file-unpacks-too-large": (
        N_(
            "Ce classeur est trop volumineux une fois décompressé : plus de {limit} Mo, ou une taille anormale."
        ),
        N_("Gardez-y la seule feuille à vérifier, ou enregistrez cette feuille au format CSV."),
    ),
    "file-unsafe-xml": (
        N_("Ce classeur contient des instructions qu’aucun tableur n’écrit ; par prudence, il n’est pas lu."),
        N_("Ouvrez-le dans votre tableur, puis enregistrez-le de nouveau au format XLSX."),
    ),
    "file-no-sheet": (
        N_("Ce classeur ne contient aucune feuille de calcul."),
        N_("Vérifiez que c’est le bon fichier."),
    ),
    "file-no-such-sheet": (
        N_("Ce classeur n’a pas de feuille {sheet}."),
        N_("Choisissez parmi ses feuilles, par le nom ou par le numéro : {names}."),
    ),
    "file-far-cell": (
        N_("La cellule {cell} est remplie, très loin du tableau."),
        N_("Effacez-la si elle ne sert à rien, ou rapprochez-la du tableau."),
    ),
    "file-too-many-cells": (
        N_("Ce tableau a trop de cellules : plus de {limit}."),
        N_("Partagez-le en plusieurs fichiers."),
    ),
    "file-too-many-sheets": (
        N_("Ce classeur a trop de feuilles : {count}, pour {limit} au plus."),
        N_("Enregistrez à part la feuille qui vous intéresse."),
    ),
    "file-sheet-too-wide": (
        N_("Cette feuille a trop de colonnes : {count}, pour {limit} au plus."),
        N_("Enregistrez-la de nouveau depuis votre tableur."),
    ),
    "file-sheet-cell-too-long": (
        N_("Le texte de la cellule {cell} est trop long pour être lu : plus de {limit} caractères."),
        N_("Raccourcissez-le."),
    ),
    "file-formula-without-value": (
        N_("La cellule {cell} contient une formule dont le résultat n’est pas enregistré dans le fichier."),
        N_("Ouvrez le classeur dans votre tableur et enregistrez-le : les résultats y seront."),
    ),
    "file-stdin-too-large": (
        N_("L’entrée standard est trop longue : plus de {limit} Go."),
        N_("Enregistrez ces données dans un fichier, et donnez son nom."),
    ),
}
