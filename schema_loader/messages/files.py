"""Why a file cannot be read as a table, or not to its end."""

from __future__ import annotations

from collections.abc import Mapping

from schema_loader.errors import TableUnreadable
from schema_loader.messages.i18n import N_, Message, Words, words
from schema_loader.messages.workbooks import WORKBOOKS

# Code → what is wrong, how to mend it. ``{where}`` is the place, as far as it is known.
UNREADABLE: Mapping[str, tuple[str, str]] = {
    "file-bad-byte": (
        N_("Ce fichier contient un caractère illisible{where} : il n’est pas encodé en {encoding}."),
        N_("Enregistrez-le de nouveau au format « CSV UTF-8 », ou indiquez son encodage."),
    ),
    "file-too-many-columns": (
        N_("Ce fichier a trop de colonnes{where} : {count}, pour {limit} au plus."),
        N_("Vérifiez que le séparateur de colonnes est le bon."),
    ),
    "file-cell-too-long": (
        N_("Une valeur est trop longue pour être lue{where} : plus de {limit} caractères."),
        N_("Vérifiez qu’un guillemet ouvert est bien refermé."),
    ),
    "file-unclosed-quote": (
        N_(
            "Un guillemet droit ouvert{where} n’est jamais refermé : tout ce qui suit se lit comme une seule valeur."
        ),
        N_("Ajoutez le guillemet qui manque à la fin de cette valeur, ou supprimez celui qui est de trop."),
    ),
    "file-not-csv": (
        N_("Ce fichier ne peut pas être lu comme un fichier CSV{where}."),
        N_("Vérifiez les guillemets droits à cet endroit, puis enregistrez de nouveau le fichier en CSV."),
    ),
    "file-zero-byte": (
        N_("Ce fichier contient un caractère nul{where} : il est abîmé, ou ce n’est pas un fichier CSV."),
        N_("Ouvrez-le dans votre tableur, puis enregistrez-le au format « CSV UTF-8 » ou XLSX."),
    ),
}
# What concerns a file as a whole has no place.
WHOLE_FILE: Mapping[str, tuple[str, str]] = {
    "file-unknown-encoding": (
        N_("L’encodage {encoding} n’est pas connu."),
        N_("Indiquez un encodage courant, comme utf-8 ou windows-1252."),
    ),
    "file-not-a-table": (
        N_("Ce fichier n’est pas un tableau, quoi que dise son nom."),
        N_("Donnez un fichier CSV, XLSX, ODS ou XLS, par exemple enregistré depuis votre tableur."),
    ),
    "file-is-text": (
        N_("Le nom de ce fichier finit par {said}, mais il contient du texte, comme un fichier CSV."),
        N_(
            "Renommez-le pour que son nom finisse par « .csv », ou enregistrez-le de nouveau depuis votre tableur."
        ),
    ),
    "file-is-xlsx": (
        N_("Le nom de ce fichier finit par {said}, mais il contient un classeur XLSX."),
        N_(
            "Renommez-le pour que son nom finisse par « .xlsx », ou enregistrez-le de nouveau depuis votre tableur."
        ),
    ),
    "file-is-ods": (
        N_("Le nom de ce fichier finit par {said}, mais il contient un classeur ODS."),
        N_(
            "Renommez-le pour que son nom finisse par « .ods », ou enregistrez-le de nouveau depuis votre tableur."
        ),
    ),
    "file-is-xls": (
        N_(
            "Le nom de ce fichier finit par {said}, mais il contient un classeur XLS, le format ancien d’Excel."
        ),
        N_(
            "Renommez-le pour que son nom finisse par « .xls », ou enregistrez-le de nouveau depuis votre tableur."
        ),
    ),
    "file-empty": (
        N_("Ce fichier ne contient rien."),
        N_("Vérifiez que c’est le bon fichier, et qu’il a été enregistré."),
    ),
    "file-too-large": (
        N_("Ce fichier est trop volumineux : plus de {limit} Mo."),
        N_("Partagez-le en plusieurs fichiers."),
    ),
    "file-too-many-rows": (
        N_("Ce fichier a trop de lignes : plus de {limit}."),
        N_("Partagez-le en plusieurs fichiers."),
    ),
}
MOST_NAMES = 20
OTHER = (
    N_("Ce fichier ne peut pas être lu comme un tableau{where}."),
    N_("Enregistrez-le de nouveau, en CSV ou en XLSX."),
)


def unreadable(error: TableUnreadable, lang: str = "fr") -> Message:
    """What stops the reading of a file, and where."""
    t = words(lang)
    sentences = UNREADABLE.get(error.code) or WHOLE_FILE.get(error.code) or WORKBOOKS.get(error.code, OTHER)
    shown = {key: _shown(value, t) for key, value in error.params.items() if key != "where"}
    shown.setdefault("encoding", t.quote("utf-8"))
    if isinstance(error.params.get("encoding"), str) and error.code == "file-bad-byte":
        shown["encoding"] = error.params["encoding"].upper()
    for name in ("limit", "count"):
        shown.setdefault(name, "?")
    for name in ("cell", "sheet", "names"):
        shown.setdefault(name, "…")
    where = _where(error, t)
    return Message(t.gettext(sentences[0], **shown, where=where), t.gettext(sentences[1], **shown))


def _shown(value: object, t: Words) -> str:
    if isinstance(value, int):
        return t.number(value)
    if isinstance(value, tuple):
        return t.choices([str(item) for item in value], most=MOST_NAMES, join=t.all_of)
    return t.quote(str(value))


def _where(error: TableUnreadable, t: Words) -> str:
    for key in ("line", "row"):  # a text editor shows lines
        number = error.params.get(key)
        if isinstance(number, int):
            return " " + t.gettext("à la ligne {number}", number=t.number(number))
    return ""
