"""A Data Package: one zip with the reference CSV, its schema, and what both are (licence, hash, octets).

Source: Data Package 1.0 and 2.0 (specs.frictionlessdata.io, datapackage.org), whose common words are used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from exporters.about import About
from exporters.csv_file import write_csv
from exporters.rows import Rows
from exporters.zip_stream import ZipStream
from schema_loader.table_schema import TableSchema

DESCRIPTOR, SCHEMA = "datapackage.json", "schema.json"


def write_data_package(schema: TableSchema, rows: Rows, about: About | None = None) -> Iterator[bytes]:
    """The zip. The descriptor comes last: the hash and the octets of the CSV are known once it is written.

    ``schema.json`` is the descriptor as published, oddities included.
    """
    about = about or About()
    archive = ZipStream()
    measure = _Measured(write_csv(schema, rows))
    yield from archive.member(about.file_name, measure, large=True)
    yield from archive.member(SCHEMA, [_json(dict(schema.descriptor))])
    yield from archive.member(
        DESCRIPTOR, [_json(descriptor(schema, about, measure.octets, measure.hash.hexdigest()))]
    )
    yield archive.end()


class _Measured:
    """Chunks that pass by, counted and hashed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.octets = 0
        self.hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.octets += len(chunk)
            self.hash.update(chunk)
            yield chunk


def descriptor(schema: TableSchema, about: About, octets: int, sha256: str) -> dict[str, Any]:
    """The content of ``datapackage.json``; what is not known is left out."""
    resource: dict[str, Any] = {
        "name": _slug(about.file_name.rpartition(".")[0]),
        "type": "table",
        "profile": "tabular-data-resource",
        "path": about.file_name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": octets,
        "hash": f"sha256:{sha256}",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": SCHEMA,
    }
    said = {
        "name": resource["name"],
        "title": about.title or schema.title,
        "description": about.description,
        "homepage": about.address,
        "version": about.version,
        "created": about.moment.isoformat() if about.moment else "",
        "keywords": list(about.keywords),
        "licenses": [_known(name=about.licence.name, path=about.licence.url, title=about.licence.title)],
        "contributors": [_known(title=about.publisher, path=about.publisher_url, role="publisher")]
        if about.publisher
        else [],
        "sources": [_known(title=schema.title or schema.name, path=about.schema_url)]
        if about.schema_url
        else [],
    }
    said["licenses"] = [licence for licence in said["licenses"] if licence]
    return {"profile": "tabular-data-package", **_known(**said), "resources": [resource]}


def _known(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _slug(text: str) -> str:
    return (
        "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in text.lower()).strip("-.")
        or "donnees"
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
