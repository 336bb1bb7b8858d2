"""Two people changed the same record: both values of each column side by side, and what it held before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import language
from app.records.entry.values import in_words
from forms.control import Control, controls
from schema_loader.table_schema import TableSchema

MINE, THEIRS = "mien", "leur"


@dataclass(frozen=True, slots=True)
class Clash:
    """A column that differs. ``chosen``: whose value is checked, empty where the person must say; ``both``: both changed it."""

    control: Control
    mine: str
    theirs: str
    was: str
    chosen: str
    both: bool

    @property
    def name(self) -> str:
        """Of its radio buttons."""
        return choice_name(self.control)


def choice_name(control: Control) -> str:
    """``choix-c5``: what the radio buttons of a column are called."""
    return f"choix-{control.name}"


def clashes(
    schema: TableSchema,
    *,
    was: Mapping[str, str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    choices: Mapping[str, str] | None = None,
) -> list[Clash]:
    """The columns in which the two states differ. What one side alone changed is chosen beforehand; ``choices``: by
    :func:`choice_name`, as they were sent."""
    found = []
    for control in controls(schema, language()):
        name = control.field.name
        own, other, former = mine.get(name, ""), theirs.get(name, ""), was.get(name, "")
        if own == other:
            continue
        beforehand = THEIRS if own == former else MINE if other == former else ""
        chosen = (choices or {}).get(choice_name(control), "")
        found.append(
            Clash(
                control,
                in_words(control, own),
                in_words(control, other),
                in_words(control, former),
                chosen if chosen in (MINE, THEIRS) else beforehand,
                both=not beforehand,
            )
        )
    return found


def merged(found: list[Clash], mine: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """The row that the choices make; a column without one keeps one's own value."""
    row = dict(mine)
    for clash in found:
        if clash.chosen == THEIRS:
            row[clash.control.field.name] = theirs.get(clash.control.field.name, "")
    return row
