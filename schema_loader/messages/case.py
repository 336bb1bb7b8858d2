"""One faulty cell under the eyes of whoever words it: the field, the text, a guess at what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schema_loader.field import Field
from schema_loader.messages.i18n import SHOWN_EXAMPLE, Message, Words, visible
from schema_loader.repair import Proposal, propose_cell, spelling

NAME_LENGTH = 60
MAX_TEXT = 300  # characters; nobody wants a guess about more


@dataclass(frozen=True)
class Case:
    """What every sentence about a cell needs. ``params`` are those of the fault."""

    field: Field
    text: str
    t: Words
    params: Mapping[str, Any]

    @cached_property
    def proposal(self) -> Proposal | None:
        """The repair that is proposed for the cell."""
        return propose_cell(self.field, self.text) if len(self.text) <= MAX_TEXT else None

    @cached_property
    def guess(self) -> str | None:
        """What was probably meant, if the field accepts it and it is short enough to be shown."""
        meant = self.proposal.after if self.proposal is not None else ""
        return meant if 0 < len(meant) <= SHOWN_EXAMPLE else None

    @cached_property
    def spelling(self) -> str | None:
        """The same value written in the way of its type, be it that it breaks another rule of the field."""
        meant = spelling(self.field, self.text) if len(self.text) <= MAX_TEXT else None
        return meant if meant is not None and len(meant) <= SHOWN_EXAMPLE else None

    @cached_property
    def quoted(self) -> str:
        """The text as it was typed."""
        return self.t.quote(self.text)

    @cached_property
    def value(self) -> Any:
        """What the text was read as, None where it is no value of the type."""
        return self.field.read(self.text)[0]

    def remedy(self, how: str) -> str:
        """``how`` (an order without its full stop), then the text as it should be, or an example."""
        if self.guess is not None:
            return self.t.gettext("{how} : {text}.", how=how, text=self.t.literal(self.guess))
        return with_example(how, self.field, self.t)

    def message(self, problem: str, how: str) -> Message:
        """A problem and :meth:`remedy`."""
        return Message(problem, self.remedy(how))


def shown_example(field: Field) -> str | None:
    """A valid text that can be copied as it is shown; None where the field has none of a readable length."""
    for text in field.examples():
        if visible(text, SHOWN_EXAMPLE) == text:
            return text
    return None


def with_example(how: str, field: Field, t: Words) -> str:
    """An order (without its full stop), followed by an example if there is one."""
    example = shown_example(field)
    if example is None:
        return t.gettext("{how}.", how=how)
    return t.gettext("{how}. Exemple : {example}.", how=how, example=t.literal(example))


def column(field: Field | None, t: Words, name: str = "") -> str:
    """A column by its name, as it stands in a file."""
    return t.quote(field.name if field is not None else name, NAME_LENGTH)


def column_and_title(field: Field, t: Words) -> str:
    """A column by its name, and by its title where that says more."""
    named = column(field, t)
    if not field.title or field.title.casefold() == field.name.casefold():
        return named
    return t.gettext("{column} ({title})", column=named, title=visible(field.title, NAME_LENGTH))
