"""The types of Table Schema: one class each, which reads, writes and shows its values."""

from __future__ import annotations

from schema_loader.types.base import FieldType, Warn
from schema_loader.types.dates import DatetimeType, DateType, DurationType, TimeType, YearmonthType, YearType
from schema_loader.types.numbers import BooleanType, IntegerType, NumberType
from schema_loader.types.structured import ArrayType, GeojsonType, GeopointType, ListType, ObjectType
from schema_loader.types.text import AnyType, StringType

TYPES: dict[str, type[FieldType]] = {
    cls.name: cls
    for cls in (
        StringType, NumberType, IntegerType, BooleanType, DateType, TimeType, DatetimeType, YearType, YearmonthType,
        DurationType, ArrayType, ListType, ObjectType, GeopointType, GeojsonType, AnyType,
    )
}  # fmt: skip

# Words that people write for a type of the standard; each is read with a warning.
ALIASES = {
    "text": "string", "texte": "string", "str": "string", "chaine": "string", "chaîne": "string", "varchar": "string",
    "float": "number", "double": "number", "decimal": "number", "numeric": "number", "nombre": "number",
    "int": "integer", "entier": "integer", "bigint": "integer", "bool": "boolean", "booléen": "boolean",
    "booleen": "boolean", "timestamp": "datetime", "dateTime": "datetime", "annee": "year", "année": "year",
    "gyear": "year", "gyearmonth": "yearmonth", "json": "object", "point": "geopoint",
}  # fmt: skip

__all__ = [
    "ALIASES", "TYPES", "AnyType", "ArrayType", "BooleanType", "DateType", "DatetimeType", "DurationType", "FieldType",
    "GeojsonType", "GeopointType", "IntegerType", "ListType", "NumberType", "ObjectType", "StringType", "TimeType",
    "Warn", "YearType", "YearmonthType",
]  # fmt: skip
