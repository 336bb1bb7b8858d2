"""The formats in which a dataset goes out, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from exporters.about import About
from exporters.csv_file import write_csv, write_excel_csv
from exporters.data_package import write_data_package
from exporters.geojson_file import has_places, write_geojson
from exporters.json_values import write_json, write_ndjson
from exporters.rows import Rows
from exporters.workbook import MEDIA_TYPE as XLSX
from exporters.xlsx_file import write_xlsx
from schema_loader.messages.i18n import mark as N_  # noqa: N812 (gettext's own name)
from schema_loader.table_schema import TableSchema

Write = Callable[[TableSchema, Rows, About], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """``name`` is the key and the end of an address, ``extension`` that of a file; ``title`` is a msgid of this package.

    ``write(schema, rows, about)`` gives the octets, chunk by chunk: memory stays flat.
    """

    name: str
    title: str
    media_type: str
    extension: str
    write: Write
    available: Callable[[TableSchema], bool] = lambda _: True


def _parquet(schema: TableSchema, rows: Rows, about: About) -> Iterator[bytes]:
    from exporters.parquet_file import write_parquet  # pyarrow takes a tenth of a second

    return write_parquet(schema, rows, about)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (
            Format("csv", N_("CSV"), "text/csv; charset=utf-8; header=present", "csv", lambda s, r, _: write_csv(s, r)),
            Format("csv-excel", N_("CSV pour Excel"), "text/csv; charset=utf-8; header=present", "csv",
                   lambda s, r, _: write_excel_csv(s, r)),
            Format("xlsx", N_("Classeur Excel (XLSX)"), XLSX, "xlsx", write_xlsx),
            Format("json", N_("JSON"), "application/json", "json", lambda s, r, _: write_json(s, r)),
            Format("ndjson", N_("JSON, une ligne par objet (NDJSON)"), "application/x-ndjson", "ndjson",
                   lambda s, r, _: write_ndjson(s, r)),
            Format("parquet", N_("Parquet"), "application/vnd.apache.parquet", "parquet", _parquet),
            Format("geojson", N_("Carte (GeoJSON)"), "application/geo+json", "geojson",
                   lambda s, r, _: write_geojson(s, r), has_places),
            Format("datapackage", N_("Paquet de données (Data Package)"), "application/zip", "zip", write_data_package),
        )
    }
)  # fmt: skip
"""The reference CSV first; the order is that of a menu."""


def available(schema: TableSchema) -> tuple[Format, ...]:
    """The formats that the rows of a schema can have."""
    return tuple(form for form in FORMATS.values() if form.available(schema))
