"""The filters of a list in words: with how many lines each would keep, or without until these are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.datasets.service import DatasetView
from app.i18n import gettext, language
from app.models import RecordState
from app.records.listing import service, shown
from app.records.listing.address import EQUAL, FROM, STATE, STATES, SUBMISSION, TO, USER, YEAR, View
from app.records.listing.columns import columns
from app.records.listing.service import Facet, facet_fields, range_fields, year_field
from forms.control import Control, controls
from schema_loader.field import Field
from schema_loader.messages import Message

OPEN = 3
"""Filters that are unfolded from the start."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter. ``count``: lines, None where it is not counted."""

    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A filter. ``kind``: ``boxes`` (several values), ``radios`` or ``list`` (one; an empty value stands for all of them), or
    ``range``, with ``low`` and ``high``: (parameter, what was typed, what is wrong with it)."""

    title: str
    parameter: str
    kind: str
    options: tuple[Option, ...] = ()
    low: tuple[str, str, Message | None] = ("", "", None)
    high: tuple[str, str, Message | None] = ("", "", None)
    input_mode: str = ""
    unit: str = ""
    example: str = ""
    is_open: bool = False

    @property
    def is_used(self) -> bool:
        """Whether it keeps only some lines."""
        return (
            any(option.is_chosen and option.value for option in self.options)
            or any(option.is_chosen for option in self.options if self.kind == "boxes")
            or (bool(self.low[1] or self.high[1]) and not self.is_faulty)
        )

    @property
    def is_faulty(self) -> bool:
        """Whether one of its bounds is left out."""
        return bool(self.low[2] or self.high[2])


def without_counts(dataset: DatasetView, view: View) -> list[Group]:
    """The filters that need no look at the lines, and those that are in use."""
    asked = view.asked
    facets = []
    for field in facet_fields(dataset.schema, dataset.keys) if dataset.is_indexed else ():
        texts = [*service.choice_texts(field), ""]
        chosen = asked.equals.get(field.name, ())
        facets.append(
            Facet(field.name, tuple(service.FacetValue(text, -1, text in chosen) for text in texts), True)
        )
    for name, own in ((YEAR, asked.year), (USER, asked.user), (SUBMISSION, asked.submission)):
        if own not in ("", None):
            facets.append(Facet(name, (service.FacetValue(str(own), -1, True),)))
    state = tuple(service.FacetValue(one, -1, one == asked.state) for one in RecordState)
    facets.append(Facet(STATE, state))
    return _groups(dataset, view, facets, _nobody(asked.user))


def with_counts(session: Session, dataset: DatasetView, view: View) -> list[Group]:
    """The filters of a list, each value with the lines that it would keep beside the other filters."""
    if not dataset.is_indexed:
        return without_counts(dataset, view)
    facets = service.facets(session, dataset, view.asked)
    ids = [
        int(value.value)
        for facet in facets
        if facet.name == USER and not facet.is_field
        for value in facet.values
    ]
    # of an account that changed none of these lines, the name is not to be had by its number
    return _groups(dataset, view, facets, _nobody(view.asked.user) | shown.names(session, ids))


def _nobody(user: int | None) -> dict[int, str]:
    return {} if user is None else {user: gettext("La personne choisie")}


def _groups(
    dataset: DatasetView, view: View, facets: Iterable[Facet], people: Mapping[int, str]
) -> list[Group]:
    made = {control.field.name: control for control in controls(dataset.schema, language())}
    labels = columns(dataset.schema)
    found: list[Group] = []
    fields: list[Group] = []
    for facet in facets:
        if facet.is_field:
            options = _options_of(facet, made[facet.name], view)
            fields.append(Group(labels[facet.name].label, EQUAL + facet.name, "boxes", options))
        elif facet.name == STATE:
            found.insert(0, Group(gettext("État"), STATE, "radios", _states(facet)))
        elif facet.name == YEAR:
            dated = year_field(dataset)
            title = labels[dated.name].label if dated is not None else ""
            found.append(_list(gettext("Année ({column})", column=title), YEAR, facet, view.asked.year, {}))
        elif facet.name == USER:
            words = {str(one): name for one, name in people.items()}
            own = "" if view.asked.user is None else str(view.asked.user)
            found.append(_list(gettext("Modifiée par"), USER, facet, own, words))
        elif facet.name == SUBMISSION:
            numbers = {value.value: gettext("Import n° {n}", n=value.value) for value in facet.values}
            own = "" if view.asked.submission is None else str(view.asked.submission)
            numbers.setdefault(own, gettext("Import n° {n}", n=own))
            found.append(_list(gettext("Import"), SUBMISSION, facet, own, numbers))
    every = [group for group in (*found, *fields) if len(group.options) > 1 or group.is_used]
    if dataset.is_indexed:
        every += [
            _range(field, made[field.name], view) for field in range_fields(dataset.schema, dataset.keys)
        ]
    return [
        replace(group, is_open=at < OPEN or group.is_used or group.is_faulty)
        for at, group in enumerate(every)
    ]


def _options_of(facet: Facet, control: Control, view: View) -> tuple[Option, ...]:
    labels = {value: label for value, label in control.options if label}
    if control.kind == "yes_no":
        yes, no = (value for value, _ in control.options)
        labels = {yes: gettext("Oui"), no: gettext("Non")} | labels
    options = [
        Option(
            value.value,
            labels.get(value.value, value.value) or gettext("Non renseigné"),
            value.count if value.count >= 0 else None,
            value.is_chosen,
        )
        for value in facet.values
    ]
    there = {option.value for option in options}
    missing = [text for text in view.asked.equals.get(facet.name, ()) if text not in there]
    options += [Option(text, labels.get(text, text) or gettext("Non renseigné"), 0, True) for text in missing]
    return tuple(options)


def _states(facet: Facet) -> tuple[Option, ...]:
    counts = {value.value: value for value in facet.values}
    chosen = next((value.value for value in facet.values if value.is_chosen), "")
    words = {RecordState.valid: gettext("Valides"), RecordState.to_fix: gettext("À corriger")}
    options = [Option("", gettext("Toutes"), None, not chosen)]
    for word, state in STATES.items():
        value = counts.get(state)
        count = value.count if value is not None else 0
        options.append(
            Option(word, words[RecordState(state)], count if count >= 0 else None, state == chosen)
        )
    return tuple(options)


def _list(title: str, parameter: str, facet: Facet, own: str, words: Mapping[str, str]) -> Group:
    options = [Option("", gettext("Toutes") if parameter == YEAR else gettext("Tous"), None, not own)]
    options += [
        Option(
            value.value,
            words.get(value.value, value.value),
            value.count if value.count >= 0 else None,
            value.value == own,
        )
        for value in facet.values
    ]
    if own and own not in {option.value for option in options}:
        options.append(Option(own, words.get(own, own), 0, True))
    return (
        Group(title, parameter, "list", tuple(options))
        if len(options) > 1
        else Group(title, parameter, "list")
    )


def _range(field: Field, control: Control, view: View) -> Group:
    low, high = FROM + field.name, TO + field.name
    return Group(
        control.label,
        field.name,
        "range",
        low=(low, view.typed.get(low, ""), view.faults.get(low)),
        high=(high, view.typed.get(high, ""), view.faults.get(high)),
        input_mode="numeric" if control.kind in ("date", "year") else "decimal",
        unit=control.unit,
        example=control.example if control.kind in ("date", "datetime", "month") else "",
    )
