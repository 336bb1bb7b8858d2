"""Descriptor bytes → :class:`TableSchema`, once per content hash.

Real schemas are full of small faults. What can be read is read, and each oddity becomes a named warning
(``SchemaWarning.code``; words in messages.py); only what leaves no rule to apply is refused.
"""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import Any

from schema_loader import custom_checks
from schema_loader.constraints import CONSTRAINTS, KNOWN, Constraint, ConstraintInvalid
from schema_loader.descriptor import content_hash, read_descriptor
from schema_loader.errors import SchemaWarning
from schema_loader.field import Field
from schema_loader.table_schema import FIELDS_MATCH, DeclaredCheck, FieldsMatch, ForeignKey, TableSchema
from schema_loader.types import ALIASES, TYPES, ArrayType, FieldType, ListType, Warn

CACHE_SIZE = 256

FIELD_KEYS = {
    "name", "type", "format", "title", "description", "example", "examples", "exemple", "constraints", "missingValues", "rdfType",
    "customCheck", "categories", "categoriesOrdered", "arrayItem",
    *(option for cls in TYPES.values() for option in cls.options),
}  # fmt: skip
ROOT_KEYS = ("missingValues", "primaryKey", "uniqueKeys", "foreignKeys", "fieldsMatch", "custom_checks")
JSON_SCHEMA_WORDS = {
    "items",
    "minProperties",
    "maxProperties",
    "minItems",
    "maxItems",
    "nullable",
    "properties",
}
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_./")
INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f")

_compiled: OrderedDict[str, TableSchema] = OrderedDict()
_lock = Lock()


def compile_schema(data: bytes) -> TableSchema:
    """Compile a descriptor's bytes; the same content gives the very same object as long as it is in use.

    Raises :class:`~schema_loader.errors.SchemaRefused` (of which ``NotReadable`` is a kind) with a code and a place.
    """
    return compile_descriptor(read_descriptor(data))


def compile_descriptor(content: dict[str, Any]) -> TableSchema:
    """Compile a descriptor that :func:`~schema_loader.descriptor.read_descriptor` has checked."""
    key = content_hash(content)
    with _lock:
        known = _compiled.get(key)
        if known is not None:
            _compiled.move_to_end(key)
            return known
    schema = _Compiler(content, key).schema()
    with _lock:
        schema = _compiled.setdefault(key, schema)
        if len(_compiled) > CACHE_SIZE:
            _compiled.popitem(last=False)
    return schema


class _Compiler:
    """One compilation: the descriptor and the warnings gathered on the way."""

    def __init__(self, content: dict[str, Any], key: str) -> None:
        self.content = content
        self.key = key
        self.warnings: list[SchemaWarning] = []

    def warn(self, code: str, place: str = "", **params: Any) -> None:
        self.warnings.append(SchemaWarning(code, place, params))

    def text(self, key: str) -> str:
        value = self.content.get(key)
        return value.strip() if isinstance(value, str) else ""

    def schema(self) -> TableSchema:
        content = self.content
        name = self.text("name")
        if name and not set(name) <= NAME_CHARACTERS:
            self.warn("schema-name", name=name)
        for key in content:
            close = difflib.get_close_matches(key, ROOT_KEYS, 1, 0.85) if key not in ROOT_KEYS else []
            if close and close[0] not in content:
                self.warn("property-misspelt", key=key, meant=close[0])
        missing_values = self.missing_values(content, ("",), self.warn)
        fields = tuple(self.field(raw, n, missing_values) for n, raw in enumerate(content["fields"], start=1))
        by_name = {field.name: field for field in fields}
        checks = [*self.root_checks(), *(check for field in fields for check in self.field_checks(field))]
        schema = TableSchema(
            content_hash=self.key,
            fields=fields,
            name=name,
            title=self.text("title"),
            description=self.text("description"),
            version=self.text("version").removeprefix("v"),
            homepage=self.text("homepage"),
            primary_key=self.names("primaryKey", content.get("primaryKey"), by_name),
            unique_keys=self.unique_keys(by_name),
            foreign_keys=self.foreign_keys(by_name),
            fields_match=self.fields_match(),
            declared_checks=tuple(checks),
            descriptor=MappingProxyType(content),
        )
        for check in checks:
            for warning in custom_checks.problems(check, schema):
                self.warnings.append(warning)
        object.__setattr__(schema, "warnings", tuple(self.warnings))  # frozen from here on
        return schema

    # -- fields ---------------------------------------------------------------------------------------------------

    def field(
        self, raw: Mapping[str, Any], position: int, missing_values: tuple[str, ...], place: str = ""
    ) -> Field:
        name = raw["name"]
        warn: Warn = partial(self.warn, place=place or name)
        if not place and (name != name.strip() or set(name) & INVISIBLE):
            warn("field-name-invisible", name=name)
        self.odd_keys(raw, warn)
        field_type = self.type(raw, name, warn)
        constraints, required, unique = self.constraints(raw.get("constraints"), field_type, warn)
        categories = _categories(raw, warn)
        if categories and "enum" not in constraints:
            # Data Package v2: the categories are the only values a field may have
            try:
                constraints["enum"] = CONSTRAINTS["enum"](field_type, [value for value, _ in categories])
            except ConstraintInvalid as error:
                warn(error.code, constraint="categories", value=raw["categories"])
        field = Field(
            name=name,
            type=field_type,
            position=position,
            title=_as_text(raw.get("title")),
            description=_as_text(raw.get("description")),
            required=required,
            unique=unique,
            missing_values=self.missing_values(raw, missing_values, warn),
            constraints=MappingProxyType(constraints),
            published_examples=self.examples(raw, field_type, warn),
            suggestions=_suggestions(raw),
            categories=categories,
            descriptor=MappingProxyType(dict(raw)),
        )
        if raw.get("example") not in (None, "") and field.published_examples and not place:
            _, faults = field.read(field.published_examples[0])
            if faults:
                warn("example-invalid", example=field.published_examples[0], fault=faults[0].code)
        return field

    def odd_keys(self, raw: Mapping[str, Any], warn: Warn) -> None:
        for key in raw:
            if key in FIELD_KEYS:
                continue
            if key in KNOWN:
                warn("constraint-outside", constraint=key)
            elif key in JSON_SCHEMA_WORDS:
                warn("json-schema-word", key=key)
            else:
                close = difflib.get_close_matches(key, FIELD_KEYS, 1, 0.85)
                if close and close[0] not in raw:
                    warn("property-misspelt", key=key, meant=close[0])

    def type(self, raw: Mapping[str, Any], name: str, warn: Warn) -> FieldType:
        word = raw.get("type", "string")
        if not isinstance(word, str) or word not in TYPES:
            read_as = (
                ALIASES.get(word.strip(), ALIASES.get(word.strip().lower()))
                if isinstance(word, str)
                else None
            )
            if read_as is None and isinstance(word, str) and word.strip().lower() in TYPES:
                read_as = word.strip().lower()
            warn("unknown-type", type=word, read_as=read_as or "string")
            word = read_as or "string"
        cls = TYPES[word]
        if issubclass(cls, ArrayType):
            return cls(raw, warn, item=self.array_item(raw, name, warn))
        if "arrayItem" in raw:
            warn("option-elsewhere", option="arrayItem", type=word)
        if issubclass(cls, ListType):
            item = raw.get("itemType", "string")
            if item not in ListType.ITEM_TYPES:
                warn("option-invalid", option="itemType", value=item)
                item = "string"
            return cls(raw, warn, item=TYPES[item]({}, warn))
        return cls(raw, warn)

    def array_item(self, raw: Mapping[str, Any], name: str, warn: Warn) -> Field | None:
        item = raw.get("arrayItem")
        if item is None or item == {}:
            return None
        if not isinstance(item, dict):
            warn("option-invalid", option="arrayItem", value=item)
            return None
        described = {key: value for key, value in item.items() if key not in ("arrayItem", "name")}
        # An item's own missing values are those of any field that declares none: the reference does not inherit here
        return self.field({"type": "any", **described, "name": name}, 0, ("",), place=f"{name} › arrayItem")

    def constraints(
        self, raw: Any, field_type: FieldType, warn: Warn
    ) -> tuple[dict[str, Constraint], bool, bool]:
        if raw is None:
            return {}, False, False
        if not isinstance(raw, dict):
            warn("option-invalid", option="constraints", value=raw)
            return {}, False, False
        flags = {name: self.flag(name, raw.get(name, False), warn) for name in ("required", "unique")}
        for name in raw:
            if name not in KNOWN:
                close = difflib.get_close_matches(name, KNOWN, 1, 0.8)
                warn("unknown-constraint", constraint=name, meant=close[0] if close else "")
            elif name not in flags and name not in field_type.constraints:
                warn("constraint-unsupported", constraint=name, type=field_type.name)
        compiled: dict[str, Constraint] = {}
        for name in field_type.constraints:
            if name not in CONSTRAINTS or raw.get(name) is None:
                continue
            try:
                compiled[name] = constraint = CONSTRAINTS[name](field_type, raw[name])
            except ConstraintInvalid as error:
                warn(error.code, constraint=name, value=raw[name], **error.params)
                continue
            if constraint.ignored:
                warn("enum-value-invalid", values=constraint.ignored, type=field_type.name)
            if (
                name.endswith(("imum", "Length"))
                and isinstance(raw[name], str)
                and field_type.input_mode != "text"
            ):
                warn("bound-as-text", constraint=name, value=raw[name])
        return compiled, flags["required"], flags["unique"]

    @staticmethod
    def flag(name: str, value: Any, warn: Warn) -> bool:
        if isinstance(value, bool):
            return value
        words = {"true": True, "false": False}
        if isinstance(value, str) and value.lower() in words:
            warn("flag-as-text", constraint=name, value=value)
            return words[value.lower()]
        if value is not None:
            warn("constraint-invalid", constraint=name, value=value)
        return False

    @staticmethod
    def missing_values(raw: Mapping[str, Any], inherited: tuple[str, ...], warn: Any) -> tuple[str, ...]:
        entries = raw.get("missingValues")
        if entries is None:
            return inherited
        if isinstance(entries, list):
            # Data Package v2: a missing value may come with a label
            values = (entry.get("value") if isinstance(entry, dict) else entry for entry in entries)
            texts = [value for value in values if isinstance(value, str)]
            if len(texts) == len(entries):
                return tuple(dict.fromkeys(texts))
        warn("option-invalid", option="missingValues", value=entries)
        return inherited

    @staticmethod
    def examples(raw: Mapping[str, Any], field_type: FieldType, warn: Warn) -> tuple[str, ...]:
        found: list[str] = []
        example = raw.get("example")
        if example is not None and not isinstance(example, str):
            warn("example-not-text", example=example)
        entries = raw.get("examples")
        for entry in [example, *(entries if isinstance(entries, list) else [entries]), raw.get("exemple")]:
            if isinstance(entry, str):
                found.append(entry)
            elif entry is not None:
                value = field_type.from_json(entry)
                found.append(field_type.format(value) if value is not None else str(entry))
        return tuple(text for text in dict.fromkeys(found) if text)

    # -- keys -----------------------------------------------------------------------------------------------------

    def names(self, key: str, raw: Any, by_name: Mapping[str, Field]) -> tuple[str, ...]:
        """A text or a list of texts that name fields; a key with an unknown name is dropped whole, with a warning."""
        if raw in (None, "", []):
            return ()
        names = [raw] if isinstance(raw, str) else raw
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.warn("option-invalid", option=key, value=raw)
            return ()
        unknown = [name for name in names if name not in by_name]
        if unknown:
            self.warn("key-names-missing-column", key=key, names=unknown)
            return ()
        return tuple(dict.fromkeys(names))

    def unique_keys(self, by_name: Mapping[str, Field]) -> tuple[tuple[str, ...], ...]:
        raw = self.content.get("uniqueKeys")
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self.warn("option-invalid", option="uniqueKeys", value=raw)
            return ()
        keys = [self.names("uniqueKeys", entry, by_name) for entry in raw]
        return tuple(key for key in dict.fromkeys(keys) if key)

    def foreign_keys(self, by_name: Mapping[str, Field]) -> tuple[ForeignKey, ...]:
        raw = self.content.get("foreignKeys")
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self.warn("option-invalid", option="foreignKeys", value=raw)
            return ()
        keys = []
        for entry in raw:
            reference = entry.get("reference") if isinstance(entry, dict) else None
            if not isinstance(reference, dict):
                self.warn("option-invalid", option="foreignKeys", value=entry)
                continue
            fields = self.names("foreignKeys", entry.get("fields"), by_name)
            target = reference.get("fields")
            target = [target] if isinstance(target, str) else target
            resource = reference.get("resource", "")
            if not fields:
                continue
            if (
                not isinstance(target, list)
                or len(target) != len(fields)
                or not all(isinstance(name, str) for name in target)
                or not isinstance(resource, str)
            ):
                self.warn("option-invalid", option="foreignKeys", value=entry)
                continue
            keys.append(ForeignKey(fields, resource, tuple(target)))
        return tuple(keys)

    def fields_match(self) -> FieldsMatch | None:
        raw = self.content.get("fieldsMatch")
        if isinstance(raw, list) and len(raw) == 1:  # the first text of Data Package v2 showed it so
            raw = raw[0]
        for mode in FIELDS_MATCH:
            if raw == mode:
                return mode  # type: ignore[no-any-return]
        if raw is not None:
            self.warn("option-invalid", option="fieldsMatch", value=raw)
        return None

    # -- French checks --------------------------------------------------------------------------------------------

    def root_checks(self) -> list[DeclaredCheck]:
        raw = self.content.get("custom_checks", self.content.get("customChecks"))
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.warn("option-invalid", option="custom_checks", value=raw)
            return []
        return [check for entry in raw if (check := self.declared(entry, None)) is not None]

    def field_checks(self, field: Field) -> list[DeclaredCheck]:
        raw = field.descriptor.get("customCheck")
        check = self.declared(raw, field.name) if raw is not None else None
        return [check] if check is not None else []

    def declared(self, entry: Any, field: str | None) -> DeclaredCheck | None:
        if isinstance(entry, str):
            entry = {"name": entry}
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            self.warn(
                "option-invalid",
                place=field or "",
                option="customCheck" if field else "custom_checks",
                value=entry,
            )
            return None
        params = entry.get("params", {key: value for key, value in entry.items() if key != "name"})
        if not isinstance(params, dict):
            params = {}
        if field is not None:
            params = {"column": field, **params}
        return DeclaredCheck(entry["name"], MappingProxyType(params), field)


def _as_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _suggestions(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Choices named where the standard gives them no force: beside the constraints, or in ``arrayItem`` itself."""
    item = raw.get("arrayItem")
    for holder in (raw, item if isinstance(item, dict) else {}):
        choices = holder.get("enum")
        if isinstance(choices, list) and all(isinstance(choice, (str, int, float)) for choice in choices):
            return tuple(dict.fromkeys(str(choice) for choice in choices))
    return ()


def _categories(raw: Mapping[str, Any], warn: Warn) -> tuple[tuple[str, str], ...]:
    """Data Package v2 ``categories`` as pairs of value and label."""
    entries = raw.get("categories")
    if entries is None:
        return ()
    pairs = []
    for entry in entries if isinstance(entries, list) else [None]:
        value, label = (entry.get("value"), entry.get("label")) if isinstance(entry, dict) else (entry, None)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            warn("option-invalid", option="categories", value=entries)
            return ()
        pairs.append((str(value), label if isinstance(label, str) else str(value)))
    return tuple(pairs)
