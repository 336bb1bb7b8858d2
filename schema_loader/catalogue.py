"""Files of the schema.data.gouv.fr kind (``schemas.json``): which schemas exist, in which versions, where.

Source: https://schema.data.gouv.fr/schemas.json, whose form is the "schema catalog" of opendataschema.frama.io.
Nothing is fetched here: bytes come in, entries go out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from schema_loader.errors import NotReadable, SchemaRefused

TABLE = "tableschema"


@dataclass(frozen=True, slots=True)
class CatalogueVersion:
    """One published version: its number without the leading ``v``, and the address of its descriptor."""

    version: str
    url: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One schema of a catalogue. ``versions`` run from the oldest to the newest, as the catalogue lists them.

    ``kind`` is ``tableschema``, ``datapackage``, ``jsonschema`` or ``other``; ``tool`` is the address of the service
    that the catalogue names for it (only Table Schemas can be served here).
    """

    name: str
    title: str
    description: str
    kind: str
    versions: tuple[CatalogueVersion, ...]
    labels: tuple[str, ...] = ()
    contact: str = ""
    homepage: str = ""
    documentation: str = ""
    tool: str = ""
    consolidation_dataset: str = ""

    @property
    def is_table(self) -> bool:
        """Whether Tabellion can serve it: a Table Schema with at least one version."""
        return self.kind == TABLE and bool(self.versions)

    @property
    def newest(self) -> CatalogueVersion | None:
        """The newest version: the last that the catalogue lists."""
        return self.versions[-1] if self.versions else None

    def version(self, wanted: str | None = None) -> CatalogueVersion | None:
        """The version asked for (with or without ``v``), the newest where none is; None if it does not exist."""
        if wanted is None:
            return self.newest
        return next((v for v in self.versions if v.version == strip_v(wanted)), None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The entries of a catalogue, in its order. ``faults`` name entries that could not be read, and why."""

    entries: tuple[CatalogueEntry, ...]
    faults: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[CatalogueEntry, ...]:
        """What can be served."""
        return tuple(entry for entry in self.entries if entry.is_table)

    @property
    def others(self) -> tuple[CatalogueEntry, ...]:
        """What cannot, to be listed with the tool that serves it."""
        return tuple(entry for entry in self.entries if not entry.is_table)

    def find(self, name: str) -> CatalogueEntry | None:
        """The entry of that name (``scdl/deliberations``), or the only one whose last part it is (``deliberations``)."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        last = [entry for entry in self.entries if entry.name.rpartition("/")[2] == name]
        return last[0] if len(last) == 1 else None


def strip_v(version: str) -> str:
    """``v2.1.0`` → ``2.1.0``: half of the publishers write the letter, the version is the same."""
    return re.sub(r"^[vV](?=\d)", "", version.strip())


def read_catalogue(data: bytes) -> Catalogue:
    """Read a catalogue file. An entry that cannot be read is left out and named; the others stay.

    Raises :class:`~schema_loader.errors.NotReadable` where the bytes are no JSON,
    :class:`~schema_loader.errors.SchemaRefused` where they list no schemas.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotReadable("not-utf8", byte=error.start + 1) from error
    except json.JSONDecodeError as error:
        raise NotReadable("not-json", line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        raise NotReadable("not-json", line=0, column=0) from error
    schemas = content.get("schemas") if isinstance(content, dict) else None
    if not isinstance(schemas, list):
        raise SchemaRefused("not-catalogue")
    entries, faults = [], []
    for number, raw in enumerate(schemas, start=1):
        name = raw.get("name") if isinstance(raw, dict) else None
        if not isinstance(name, str) or not name:
            faults.append(f"entry {number}: no name")
            continue
        versions = _versions(raw)
        if not versions:
            faults.append(f"entry {number} ({name}): no version with an address")
        entries.append(_entry(raw, name, versions))
    return Catalogue(tuple(entries), tuple(faults))


def _entry(raw: dict[str, Any], name: str, versions: tuple[CatalogueVersion, ...]) -> CatalogueEntry:
    def text(key: str) -> str:
        value = raw.get(key)
        return value.strip() if isinstance(value, str) else ""

    labels = raw.get("labels")
    return CatalogueEntry(
        name=name,
        title=text("title") or name,
        description=text("description"),
        kind=text("schema_type") or "other",
        versions=versions,
        labels=tuple(label for label in labels if isinstance(label, str)) if isinstance(labels, list) else (),
        contact=text("contact"),
        homepage=text("homepage"),
        documentation=text("external_doc"),
        tool=text("external_tool"),
        consolidation_dataset=text("consolidation_dataset_id"),
    )


def _versions(raw: dict[str, Any]) -> tuple[CatalogueVersion, ...]:
    listed = raw.get("versions")
    found: dict[str, CatalogueVersion] = {}
    for version in listed if isinstance(listed, list) else []:
        number = version.get("version_name") if isinstance(version, dict) else None
        url = version.get("schema_url") if isinstance(version, dict) else None
        if isinstance(number, str) and number and isinstance(url, str) and url:
            found[strip_v(number)] = CatalogueVersion(strip_v(number), url)
    return tuple(found.values())
