"""Posted forms and stored rows: what a control shows of a stored text, and the text that stands for what came back.

**Names.** The inputs of the field at position 5 are called ``c5``, and where it has several ``c5-…``:

=============  ======================================================================================================
``c5``         the value; of ``checkboxes`` one for each box that is checked
``c5-lat``,    the axes of a ``geopoint``
``c5-lon``
``c5-autres``  of ``checkboxes`` whose list is open: other values, one a line
``c5-brut``    of ``checkboxes`` and ``geopoint``: a stored text that fits no box and no axis, shown as it is
``c5-avant``   the stored text, in JSON, where the control cannot hold all of it (the order of boxes, a carriage return,
               a seventh decimal): if the other inputs come back as they were shown, this is the value. Hidden
``c5-lire``    a box beside ``c5-avant``: read what is shown all the same (see :attr:`Shown.meant`)
=============  ======================================================================================================

**Promise.** For every text, what :func:`show` shows and a browser sends back untouched is read as ``field.normalise(text)``:
a valid text in its normalised form, an invalid one letter for letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from forms.axes import are_swapped, join_axes, split_axes
from forms.codes import compact, grouped
from forms.control import CHOICES, ONE_LINE, Control, controls
from forms.typed import null_text, shown, understood
from schema_loader.table_schema import TableSchema

RawRow = dict[str, str]
"""Stored texts by field name, whether right or wrong."""
Pairs = Iterable[tuple[str, object]]
Parts = Mapping[str, Sequence[str]]
"""Values posted for one field, by the suffix of their name (``""``, ``lat`` …)."""

NAME = re.compile(r"c(\d{1,5})(?:-([a-z]+))?", re.ASCII)
MULTILINE = frozenset(("textarea", "json", "geojson", "lines"))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a control shows of a stored text.

    ``value``: what stands in the input, the chosen option, or the lines of ``lines``. ``checked``: the boxes that are
    checked, those off the list included. ``others``: lines of values off an open list. ``lat``, ``lon``: the axes.
    ``raw``: a text that the control cannot show otherwise. ``before``: JSON of the stored text, where it is needed.
    ``meant``: of an invalid stored text which the form would read well were it typed (04/07/2005, imported as such), the
    text that would be stored. It is kept as it is until its box is checked or something else is typed.
    ``swapped``: of a point, whether its axes seem to be exchanged. ``off_list``: whether ``value`` is none of the options. ``multiline``: whether a control of one line would lose
    line ends of the value.
    """

    value: str = ""
    checked: tuple[str, ...] = ()
    others: str = ""
    lat: str = ""
    lon: str = ""
    raw: str = ""
    before: str = ""
    meant: str = ""
    swapped: bool = False
    off_list: bool = False
    multiline: bool = False


EMPTY = Shown()


# -- stored → shown -----------------------------------------------------------------------------------------------


def show(control: Control, text: str | None) -> Shown:
    """What the control shows of a stored text (None: nothing stored). An invalid text is shown as it is."""
    if not text:
        if "" in control.field.missing_values or text is None:
            return EMPTY
        text = ""
    made = _show(control, text)
    back = _read(control, parts_of(control, made))
    if back == control.field.normalise(text):
        return made
    mended = bool(control.field.read(text)[1]) and not control.field.read(back)[1]
    return replace(made, before=json.dumps(text), meant=back if mended else "")


def show_row(schema: TableSchema, row: Mapping[str, str | None], lang: str = "fr") -> tuple[Shown, ...]:
    """:func:`show` for each control of the schema, in its order."""
    return tuple(show(control, row.get(control.field.name)) for control in controls(schema, lang))


def _show(control: Control, text: str) -> Shown:
    field, kind = control.field, control.kind
    if kind in CHOICES:
        return _show_choice(control, text)
    if kind == "geopoint":
        axes = split_axes(field, text, control.lang)
        if axes is not None:
            return Shown(lon=axes[0], lat=axes[1], swapped=are_swapped(field, text))
        return EMPTY if text in field.missing_values else Shown(raw=text)
    if control.list_form is not None:
        return _show_list(control, text)
    value = shown(field, text, control.lang)
    if control.code is not None:
        value = grouped(value, control.code)
    return Shown(value, multiline=kind not in MULTILINE and ("\n" in value or "\r" in value))


def _show_choice(control: Control, text: str) -> Shown:
    field = control.field
    value, faults = field.read(text)
    if value is None and not faults:
        return EMPTY
    offered = [option for option, _ in control.options]
    if text in offered:
        return Shown(text)
    if value is not None and not faults:
        stored = field.type.format(value)
        same = next(
            (o for o in offered if o == stored or field.type.parse(o) == value or o == stored.strip()), None
        )
        if same is not None:
            return Shown(same)
    return Shown(text, off_list=bool(text))


def _show_list(control: Control, text: str) -> Shown:
    form, field = control.list_form, control.field
    assert form is not None  # noqa: S101 (a control of a list has its form)
    if text in field.missing_values:
        return EMPTY if not field.read(text)[1] else Shown(raw=text) if control.options else Shown(text)
    items = form.split(text)
    if control.kind == "lines":
        clean = items is not None and all(item.strip() and "\n" not in item for item in items)
        return Shown("\n".join(items or ()) if clean else text)
    if items is None:
        return Shown(raw=text)
    offered = {option for option, _ in control.options}
    if control.open_list:
        off = [item for item in items if item not in offered]
        if any(not item.strip() or "\n" in item for item in off):
            return Shown(raw=text)
        return Shown(checked=tuple(item for item in items if item in offered), others="\n".join(off))
    return Shown(checked=tuple(item for item in items if item))


def parts_of(control: Control, made: Shown) -> dict[str, tuple[str, ...]]:
    """The values that a browser posts for a control left as it is shown, by suffix; empty ones are left out."""
    found = {
        "": made.checked if control.kind == "checkboxes" else (_sent(made.value),),
        "lat": (made.lat,), "lon": (made.lon,), "autres": (_sent(made.others),), "brut": (_sent(made.raw),),
        "avant": (made.before,),
    }  # fmt: skip
    if control.kind == "checkboxes":
        boxes = [option for option, _ in control.options]
        checked = [box for box in boxes if box in made.checked]
        found[""] = (*checked, *(_sent(text) for text in dict.fromkeys(made.checked) if text not in boxes))
    sent = {suffix: tuple(filter(None, values)) for suffix, values in found.items()}
    return {suffix: values for suffix, values in sent.items() if values}


def posted(control: Control, made: Shown) -> list[tuple[str, str]]:
    """The same as pairs of name and value: a form's content, made without a browser."""
    return [
        (f"{control.name}-{suffix}" if suffix else control.name, value)
        for suffix, values in parts_of(control, made).items()
        for value in values
    ]


def _sent(text: str) -> str:
    """A value with plain line ends, which browsers do not keep apart, and without what no database holds."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


# -- posted → stored ----------------------------------------------------------------------------------------------


def read_form(schema: TableSchema, pairs: Pairs, lang: str = "fr") -> RawRow:
    """A row from the pairs of name and value of a posted form.

    Each field of the schema is there; one that nothing was posted for holds the text that stands for nothing. Names
    of other inputs, and files, are passed over. ``lang``: that of the page (English readers type 1,234 for a thousand).
    """
    posted_parts = parts_by_position(pairs)
    return {
        control.field.name: read(control, posted_parts.get(control.field.position, {}))
        for control in controls(schema, lang)
    }


def parts_by_position(pairs: Pairs) -> dict[int, dict[str, list[str]]]:
    """What was posted, by position of the field, then by suffix."""
    found: dict[int, dict[str, list[str]]] = {}
    for name, value in pairs:
        match = NAME.fullmatch(name)
        if match is not None and isinstance(value, str) and value:
            parts = found.setdefault(int(match[1]), {})
            parts.setdefault(match[2] or "", []).append(_sent(value))
    return found


def read(control: Control, parts: Parts) -> str:
    """The stored text that stands for what was posted for one control; what is not understood comes as it was typed."""
    before = parts.get("avant")
    if before:
        if parts.get("lire"):
            return _read(control, parts)
        text = _stored(before[-1])
        if text is not None:
            made = parts_of(control, _show(control, text))
            if made == {suffix: tuple(values) for suffix, values in parts.items() if suffix != "avant"}:
                return control.field.normalise(text)
            return _read(control, parts, text)
    return _read(control, parts)


def _stored(data: str) -> str | None:
    try:
        text = json.loads(data)
    except ValueError:
        return None
    return (
        text.encode(errors="replace").decode() if isinstance(text, str) else None
    )  # half a character cannot be stored


def _read(control: Control, parts: Parts, before: str | None = None) -> str:
    field, kind = control.field, control.kind
    if kind == "geopoint":
        return _read_point(control, parts)
    if kind == "checkboxes":
        return _read_boxes(control, parts, before)
    value = _last(parts, "")
    if kind == "lines":
        return _read_lines(control, value, before)
    if kind in CHOICES:
        return field.normalise(value) if value else null_text(field)
    if control.code is not None:
        bare = compact(value)
        if bare and not field.read(bare)[1]:
            return field.normalise(bare)
    return understood(field, value, control.lang)


def _last(parts: Parts, suffix: str) -> str:
    values = parts.get(suffix)
    return values[-1] if values else ""


def _read_point(control: Control, parts: Parts) -> str:
    field = control.field
    lon, lat, raw = _last(parts, "lon"), _last(parts, "lat"), _last(parts, "brut")
    if lon.strip() or lat.strip():
        return field.normalise(join_axes(field, lon, lat, control.lang))
    return field.normalise(raw) if raw else null_text(field)


def _read_boxes(control: Control, parts: Parts, before: str | None) -> str:
    form, field = control.list_form, control.field
    assert form is not None  # noqa: S101 (a control of a list has its form)
    others = [line.strip() for line in _last(parts, "autres").split("\n")]
    items = list(dict.fromkeys([*parts.get("", ()), *(line for line in others if line)]))
    if items:
        return field.normalise(form.join(items, before))
    raw = _last(parts, "brut")
    return field.normalise(raw) if raw else null_text(field)


def _read_lines(control: Control, value: str, before: str | None) -> str:
    form, field = control.list_form, control.field
    assert form is not None  # noqa: S101 (a control of a list has its form)
    bare = value.strip()
    if not bare:
        return null_text(field)
    if not form.separator and bare[0] == "[":
        return field.normalise(bare) if field.type.parse(bare) is not None else value
    items = [line.strip() for line in bare.split("\n")]
    return field.normalise(form.join([item for item in items if item], before))


def is_one_line(control: Control, made: Shown) -> bool:
    """Whether one input of one line holds what is shown."""
    return control.kind in ONE_LINE and not made.multiline
