"""The starter catalogue: published schemas of the Socle commun des données locales, ready to use without a network.

One file for each schema version, ``<name>-<version>.json``. Names, types, formats, constraints, missing values, keys
and checks are those of the published schema (its ``name``, ``version``, ``homepage`` and ``path`` are kept), oddities
included: they are the contract with whoever reads the data. Titles, descriptions, examples and ``keywords`` are this
project's own words, for they are the labels and the help of the form.

A name of this catalogue is short and lasting (``plats``), and may differ from the published one
(``plats-menus-collectifs``). A leading ``v`` of a published version is left out of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["StarterEntry", "UnknownStarterError", "entry", "names", "read", "versions"]

SUFFIX = ".json"


class UnknownStarterError(LookupError):
    """No starter schema has this name, or this version of it.

    ``known`` holds what could have been asked for: the names, or with ``version`` set the versions of ``name``.
    """

    def __init__(self, name: str, version: str | None, known: tuple[str, ...]) -> None:
        self.name = name
        self.version = version
        self.known = known
        asked = name if version is None else f"{name}@{version}"
        super().__init__(f"unknown starter schema {asked!r}; known: {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class StarterEntry:
    """What a person needs to pick a starter schema; ``keywords`` are the everyday words one would search it by."""

    name: str
    version: str
    title: str
    description: str
    keywords: tuple[str, ...]
    homepage: str
    path: str


def names() -> tuple[str, ...]:
    """The names of the starter schemas, in alphabetical order."""
    return tuple(_index())


def versions(name: str) -> tuple[str, ...]:
    """The versions held of one schema, the newest last. Raises :class:`UnknownStarterError`."""
    try:
        return _index()[name]
    except KeyError:
        raise UnknownStarterError(name, None, names()) from None


def read(name: str, version: str | None = None) -> bytes:
    """The descriptor as UTF-8 JSON, of the newest version unless one is given. Raises :class:`UnknownStarterError`."""
    known = versions(name)
    wanted = known[-1] if version is None else version.removeprefix("v")
    if wanted not in known:
        raise UnknownStarterError(name, wanted, known)
    return files(__name__).joinpath(f"{name}-{wanted}{SUFFIX}").read_bytes()


def entry(name: str, version: str | None = None) -> StarterEntry:
    """The catalogue entry of a starter schema, the newest unless one is given. Raises :class:`UnknownStarterError`."""
    descriptor = json.loads(read(name, version))
    return StarterEntry(
        name=name,
        version=descriptor["version"].removeprefix("v"),
        title=descriptor["title"],
        description=descriptor["description"],
        keywords=tuple(descriptor["keywords"]),
        homepage=descriptor["homepage"],
        path=descriptor["path"],
    )


def _index() -> dict[str, tuple[str, ...]]:
    """Name → versions, oldest first, from the names of the files."""
    found: dict[str, list[str]] = {}
    for file in files(__name__).iterdir():
        if file.name.endswith(SUFFIX):
            name, _, version = file.name.removesuffix(SUFFIX).rpartition("-")
            found.setdefault(name, []).append(version)
    return {name: tuple(sorted(found[name], key=_order)) for name in sorted(found)}


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
