"""From a compiled field to the control that asks for it: its kind, its words, its choices.

Everything here derives from the field: an attribute written by hand in a template, a list of choices kept elsewhere would
be a second truth. Controls are made once for a schema and a language, and kept as long as the schema is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakKeyDictionary

from forms.codes import Code, code_of, grouped
from forms.labels import label_of, readable, words_of
from forms.lists import ListForm, list_form, pattern_choices
from forms.typed import holds_days, shown
from forms.units import unit_of
from schema_loader import custom_checks
from schema_loader.field import Field
from schema_loader.folding import fold
from schema_loader.messages.describe import limits_in_words, type_in_words
from schema_loader.messages.i18n import words
from schema_loader.table_schema import TableSchema
from schema_loader.types import BooleanType

Kind = Literal[
    "text", "textarea", "number", "date", "datetime", "time", "month", "year", "duration", "email", "url", "code",
    "radios", "select", "combobox", "checkboxes", "lines", "yes_no", "geopoint", "json", "geojson",
]  # fmt: skip
"""``json`` and ``geojson`` are texts of several lines; ``lines`` holds one value a line."""

MOST_RADIOS = 5
MOST_IN_SELECT = 15
LONG_TEXT = 120  # characters that no longer fit on one line
LONG_NAMES = re.compile(
    r"\b(?:description|descriptif|commentaires?|observations?|remarques?|resume|presentation|texte|precisions?|details?"
    r"|motifs?|justification|consignes?|conditions particulieres|informations? complementaires?|contenu)\b"
)
EMAIL_NAMES = re.compile(r"\b(?:e?mail|courriel|adresse electronique)\b")
URL_NAMES = re.compile(r"\b(?:url|uri|site (?:web|internet))\b")
ONE_LINE = frozenset(
    ("text", "number", "date", "datetime", "time", "month", "year", "duration", "email", "url", "code")
)
"""Kinds whose control is one input of one line."""
CHOICES = frozenset(("radios", "select", "combobox", "yes_no"))
"""Kinds where one of the options is chosen."""

BY_TYPE: Mapping[str, Kind] = {
    "number": "number", "integer": "number", "datetime": "datetime", "time": "time", "duration": "duration", "year": "year",
    "yearmonth": "month", "geopoint": "geopoint", "geojson": "geojson", "object": "json", "array": "json",
}  # fmt: skip
"""The kind of a field that is no choice, list, date or text, by its type."""

Option = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Control:
    """How one field is asked for. Texts are in the language that :func:`controls` was asked for.

    ``name``: what its inputs are called when posted (:mod:`forms.binding`), and the id of its first input. ``help``: the
    field's description, Markdown of the schema's author, to be made safe by whoever shows it. ``rules``: phrases such as
    « au plus 256 caractères ». ``example``: a valid value as a reader types it, or empty. ``options``: pairs of stored text
    and label, in the schema's order; of ``yes_no`` yes first, with an empty label where the word is a plain yes or no.
    ``suggestions``: values to offer, any other being as good. ``open_list``: of ``checkboxes``, whether others may be
    written. ``max_length``: characters, for a hint only: nothing typed is ever cut.
    """

    field: Field
    kind: Kind
    name: str
    label: str
    help: str = ""
    rules: tuple[str, ...] = ()
    example: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    suggestions: tuple[str, ...] = ()
    open_list: bool = False
    input_mode: str = ""
    autocomplete: str = "off"
    width: Literal["short", "medium", ""] = ""
    max_length: int | None = None
    unit: str = ""
    code: Code | None = None
    list_form: ListForm | None = None
    lang: str = "fr"

    @property
    def values(self) -> tuple[str, ...]:
        """The stored texts of the options."""
        return tuple(value for value, _ in self.options)


_made: WeakKeyDictionary[TableSchema, dict[str, tuple[Control, ...]]] = WeakKeyDictionary()


def controls(schema: TableSchema, lang: str = "fr") -> tuple[Control, ...]:
    """The controls of a schema, in its order, in a language (``fr`` or ``en``). Made once."""
    by_lang = _made.setdefault(schema, {})
    lang = words(lang).lang
    found = by_lang.get(lang)
    if found is None:
        checks = column_checks(schema)
        made = [
            control_of(field, lang, checks.get(field.name, frozenset()), field.name in schema.must_have)
            for field in schema.fields
        ]
        found = by_lang[lang] = tuple(_told_apart(made))
    return found


def _told_apart(made: list[Control]) -> Iterator[Control]:
    """Controls of one label get their name besides (a schema that calls both of its columns « Latitude »)."""
    count = Counter(control.label for control in made)
    for control in made:
        if count[control.label] > 1 and control.field.title:
            yield replace(control, label=f"{control.label} ({readable(control.field.name)})")
        else:
            yield control


def column_checks(schema: TableSchema) -> Mapping[str, frozenset[str]]:
    """The names of the checks declared on one column, by that column."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for declared in schema.declared_checks:
        check = custom_checks.find(declared.name)
        column = declared.params.get("column")
        if check is not None and isinstance(column, str) and "othercolumns" not in declared.params:
            found[column].add(check.name)
    return {column: frozenset(names) for column, names in found.items()}


def control_name(field: Field) -> str:
    """What the inputs of a field are called: ``c`` and its position, which no field name can spoil."""
    return f"c{field.position}"


def control_of(
    field: Field, lang: str = "fr", checks: frozenset[str] = frozenset(), required: bool | None = None
) -> Control:
    """The control of one field. ``checks``: names of the checks declared on its column."""
    several = list_form(field)
    code = code_of(field, checks) if several is None else None
    kind: Kind
    options: tuple[Option, ...] = ()
    if several is not None:
        options = tuple((text, text) for text in several.choices)
        kind = "checkboxes" if options else "lines"
    elif isinstance(field.type, BooleanType) and not field.choices:
        kind, options = "yes_no", _yes_no(field.type)
    else:
        options = _options(field, lang)
        kind = _kind_of_choice(len(options)) if options else _kind(field, code, checks)
    max_length = field.constraints.get("maxLength")
    control = Control(
        field=field,
        kind=kind,
        name=control_name(field),
        label=label_of(field),
        help=_help(field),
        rules=_rules(field, kind, lang),
        required=field.required if required is None else required,
        options=options,
        suggestions=() if options else field.suggestions,
        open_list=kind == "checkboxes" and several is not None and not several.enforced,
        input_mode=_input_mode(field, kind, code, checks),
        width=_width(field, kind, code),
        max_length=max_length.value if max_length is not None and kind in ("text", "textarea") else None,
        unit=unit_of(field) if kind == "number" else "",
        code=code if kind == "code" else None,
        list_form=several,
        lang=lang,
    )
    return replace(control, example=_example(control, lang))


# -- kinds --------------------------------------------------------------------------------------------------------


def _kind_of_choice(count: int) -> Kind:
    if count <= MOST_RADIOS:
        return "radios"
    return "select" if count <= MOST_IN_SELECT else "combobox"


def _kind(field: Field, code: Code | None, checks: frozenset[str]) -> Kind:
    kind = field.type
    if code is not None:
        return "code"
    match kind.name:
        case "date":
            return "date" if holds_days(kind) else "year" if kind.format_name == "%Y" else "text"
        case name if name in BY_TYPE:
            return BY_TYPE[kind.name]
    match kind.format_name:
        case "email":
            return "email"
        case "uri":
            return "url"
        case "wkt" | "binary":
            return "textarea"
    if "opening-hours-value" in checks:
        return "text"
    pattern = field.constraints.get("pattern")
    if pattern is not None and re.match(r"\^?[\^(?:]*https\?", pattern.value) and r"\|" not in pattern.value:
        return "url"
    name = fold(" ".join(words_of(field.name)))
    if EMAIL_NAMES.search(name):
        return "email"
    if URL_NAMES.search(name):
        return "url"
    return "textarea" if is_long(field) else "text"


def is_long(field: Field) -> bool:
    """Whether a text needs several lines: by its limits, its examples, then by what it is called."""
    low, high = (field.constraints.get(name) for name in ("minLength", "maxLength"))
    if high is not None and high.value <= LONG_TEXT:
        return False
    if (low is not None and low.value > LONG_TEXT // 2) or (high is not None and high.value >= 2 * LONG_TEXT):
        return True
    if "pattern" in field.constraints or field.suggestions:
        return False
    if any(len(text) > LONG_TEXT or "\n" in text for text in field.published_examples):
        return True
    named = fold(" ".join((*words_of(field.name), field.title)))
    return bool(LONG_NAMES.search(named)) or "texte libre" in fold(field.description)


def _yes_no(kind: BooleanType) -> tuple[Option, Option]:
    yes, no = kind.format(True), kind.format(False)
    plain = fold(yes) in ("oui", "true", "1", "vrai", "yes", "o", "y", "t", "x") and fold(no) in (
        "non", "false", "0", "faux", "no", "n", "f", "",
    )  # fmt: skip
    return ((yes, "" if plain else yes), (no, "" if plain else no))


def _options(field: Field, lang: str) -> tuple[Option, ...]:
    named = dict(field.categories)
    texts = field.choices or pattern_choices(field)
    if not texts:
        return ()
    is_text = field.type.name in ("string", "any")
    return tuple((text, named.get(text) or (text if is_text else shown(field, text, lang))) for text in texts)


# -- words --------------------------------------------------------------------------------------------------------


def _help(field: Field) -> str:
    """The description, unless it only says the label again."""
    text = field.description.strip()
    return "" if fold(text).rstrip(".") == fold(label_of(field)).rstrip(".") else text


def _rules(field: Field, kind: Kind, lang: str) -> tuple[str, ...]:
    t = words(lang)
    told: list[str] = []
    if kind in CHOICES or kind == "checkboxes":
        pass
    else:
        told += limits_in_words(field, lang)
        if "pattern" in field.constraints and field.example is None:
            told.pop()  # « of the same form as the example »
        if kind == "date" and field.type.format_name == "any":
            pass
        elif (kind == "text" and field.type.name in ("date", "datetime")) or kind in ("json", "geojson"):
            told.insert(0, type_in_words(field.type, lang))
        elif kind == "number" and field.type.name == "integer" and not told:
            told.append(type_in_words(field.type, lang))
    if kind in ("checkboxes", "lines"):
        told = [phrase for phrase in limits_in_words(field, lang) if "pattern" not in field.constraints]
    if field.unique:
        told.append(t.gettext("sans doublon"))
    return tuple(told)


def _example(control: Control, lang: str) -> str:
    field = control.field
    if control.kind in CHOICES or control.kind == "checkboxes":
        return ""
    text = field.example
    if text is None or (_is_plain_text(field) and text not in field.published_examples):
        return ""
    if control.kind == "geopoint":
        return ""  # the axes have theirs
    if control.kind == "lines" and control.list_form is not None:
        if text not in field.published_examples and _is_plain_list(field):
            return ""
        return " · ".join(control.list_form.split(text) or (text,))
    if control.code is not None:
        return grouped(text, control.code)
    return shown(field, text, lang)


def _is_plain_list(field: Field) -> bool:
    item = getattr(field.type, "item", None)
    kind = item.type if isinstance(item, Field) else item
    return kind is None or (kind.name in ("string", "any") and kind.format_name == "default")


def _is_plain_text(field: Field) -> bool:
    """Whether any text goes, so that an example of ours would teach nothing."""
    return (
        field.type.name in ("string", "any")
        and field.type.format_name == "default"
        and not ({"pattern", "enum"} & field.constraints.keys())
    )


def _input_mode(field: Field, kind: Kind, code: Code | None, checks: frozenset[str]) -> str:
    if kind == "code":
        return "numeric" if code is not None and code.figures else ""
    if "phone-number-value" in checks or (
        kind == "text" and re.search(r"(?:^|[\W_])(?:tel|telephone)", fold(field.name))
    ):
        return "tel"
    return {
        "number": "numeric" if field.type.name == "integer" else "decimal",
        "date": "numeric", "year": "numeric", "month": "numeric", "email": "email", "url": "url", "geopoint": "decimal",
    }.get(kind, "")  # fmt: skip


def _width(field: Field, kind: Kind, code: Code | None) -> Literal["short", "medium", ""]:
    if kind in ("date", "year", "month", "time"):
        return "short"
    if kind == "code" and code is not None:
        return "short" if code.length <= 5 else "medium"
    if kind in ("number", "datetime", "duration"):
        return "medium"
    high = field.constraints.get("maxLength")
    if kind == "text" and high is not None and high.value <= 20:
        return "short" if high.value <= 10 else "medium"
    return ""
