"""Where a descriptor comes from: a file, an address, or the name of a starter schema.

For commands run by the person at the keyboard: it opens what they name. The service fetches through guards of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.i18n import words
from schema_loader.catalogue import TABLE, Catalogue, read_catalogue
from schema_loader.compile import compile_schema
from schema_loader.descriptor import MAX_BYTES
from schema_loader.errors import NotReadable
from schema_loader.table_schema import TableSchema

TIMEOUT = 20.0  # seconds


class SourceNotFound(NotReadable):
    """What was asked for cannot be opened, fetched or found. ``sentence(lang)`` says so to a person."""

    def sentence(self, lang: str) -> str:
        """What is wrong, then how to mend it."""
        t = words(lang)
        shown = {
            key: t.all_of(value) if isinstance(value, tuple) else str(value)
            for key, value in self.params.items()
        }
        match self.code:
            case "schema-not-found" if self.params["known"]:
                return t.gettext(
                    "« {path} » n’est ni un fichier, ni une adresse, ni un schéma connu. Vérifiez le nom ;"
                    " les schémas fournis sont : {known}.",
                    **shown,
                )
            case "schema-not-found":
                return t.gettext(
                    "Le catalogue n’a pas de schéma « {path} ». Listez les noms qu’il contient.", **shown
                )
            case "schema-is-folder":
                return t.gettext(
                    "« {path} » est un dossier. Donnez le fichier du schéma qu’il contient.", **shown
                )
            case "schema-not-opened":
                return t.gettext(
                    "« {path} » ne s’ouvre pas ({reason}). Vérifiez son nom et vos droits.", **shown
                )
            case "schema-not-fetched":
                return t.gettext(
                    "L’adresse {url} n’a pas donné le fichier ({reason})."
                    " Ouvrez-la dans un navigateur pour la vérifier.",
                    **shown,
                )
            case "version-not-found":
                return t.gettext(
                    "Le schéma « {name} » n’a pas de version {version}. Choisissez parmi : {known}.", **shown
                )
            case "schema-of-other-kind" if self.params["tool"]:
                return t.gettext(
                    "« {name} » n’est pas un schéma de table. Utilisez son outil : {tool}.", **shown
                )
            case _:
                return t.gettext(
                    "« {name} » n’est pas un schéma de table : Tabellion ne sert que les schémas de table.",
                    **shown,
                )


@dataclass(frozen=True, slots=True)
class SchemaSource:
    """A descriptor's bytes and what the person called it."""

    name: str
    data: bytes

    def compile(self) -> TableSchema:
        """Compile it; raises what :func:`schema_loader.compile.compile_schema` raises."""
        return compile_schema(self.data)


def open_source(reference: str, catalogue: str | None = None) -> SchemaSource:
    """Read ``PATH``, ``http(s)://…`` or ``NAME[@VERSION]``, of the catalogue given, else of the starter catalogue.

    Raises :class:`SourceNotFound` with a code that says what is missing: ``schema-not-found``, ``schema-not-fetched``,
    ``version-not-found``, ``schema-not-opened``, ``schema-is-folder``.
    """
    if reference.startswith(("http://", "https://")):
        return SchemaSource(reference, _fetch(reference))
    path = Path(reference)
    if path.is_file():
        return SchemaSource(reference, _read(path))
    if catalogue is not None:
        return _from_catalogue(reference, open_catalogue(catalogue))
    starter = _starter(reference)
    if starter is not None:
        return SchemaSource(reference, starter)
    if path.is_dir():
        raise SourceNotFound("schema-is-folder", path=reference)
    from schema_loader.starter import names

    raise SourceNotFound("schema-not-found", path=reference, known=names())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceNotFound(
            "schema-not-opened", path=str(path), reason=error.strerror or str(error)
        ) from error


def _starter(reference: str) -> bytes | None:
    from schema_loader.starter import names, read, versions

    name, _, version = reference.partition("@")
    if name not in names():
        return None
    version = version.removeprefix("v")
    if version and version not in versions(name):
        raise SourceNotFound("version-not-found", name=name, version=version, known=versions(name))
    return read(name, version or None)


def _from_catalogue(reference: str, catalogue: Catalogue) -> SchemaSource:
    name, _, version = reference.partition("@")
    entry = catalogue.find(name)
    if entry is None:
        raise SourceNotFound("schema-not-found", path=name, known=())
    if not entry.is_table:
        raise SourceNotFound("schema-of-other-kind", name=entry.name, kind=entry.kind, tool=entry.tool)
    found = entry.version(version or None)
    if found is None:
        raise SourceNotFound(
            "version-not-found", name=name, version=version, known=tuple(v.version for v in entry.versions)
        )
    return SchemaSource(reference, _fetch(found.url))


def _fetch(url: str) -> bytes:
    import httpx  # loaded for addresses only: a check of a local file must start at once

    body = bytearray()
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT) as response:
            if response.status_code != httpx.codes.OK:
                raise SourceNotFound("schema-not-fetched", url=url, reason=f"HTTP {response.status_code}")
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    break  # compilation refuses it with the size in words
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceNotFound(
            "schema-not-fetched", url=url, reason=str(error) or type(error).__name__
        ) from error
    return bytes(body)


@dataclass(frozen=True, slots=True)
class ListedSchema:
    """A line of a list of schemas: ``servable`` says whether Tabellion can make forms and checks of it."""

    name: str
    title: str
    kind: str
    versions: tuple[str, ...]
    tool: str = ""

    @property
    def newest(self) -> str:
        """The newest version's number."""
        return self.versions[-1] if self.versions else ""

    @property
    def servable(self) -> bool:
        """A Table Schema with a version."""
        return self.kind == TABLE and bool(self.versions)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "versions": list(self.versions),
            "servable": self.servable,
            "tool": self.tool or None,
        }


def list_schemas(catalogue: str | None) -> list[ListedSchema]:
    """The starter schemas, or those of a catalogue file or address. Raises what :func:`open_source` raises."""
    if catalogue is None:
        from schema_loader.starter import entry, names, versions

        return [ListedSchema(name, entry(name).title, TABLE, versions(name)) for name in names()]
    return [
        ListedSchema(
            entry.name, entry.title, entry.kind, tuple(v.version for v in entry.versions), entry.tool
        )
        for entry in open_catalogue(catalogue).entries
    ]


def open_catalogue(reference: str) -> Catalogue:
    """Read a ``schemas.json`` from a path or an address."""
    data = _fetch(reference) if reference.startswith(("http://", "https://")) else _read(Path(reference))
    return read_catalogue(data)
