"""What is wrong with a form of this feature, field by field, as its template shows it."""

from __future__ import annotations

from collections.abc import Sequence

Fault = tuple[str, str]
"""What is wrong, how to mend it."""


class Faults(dict[str, Sequence[Fault]]):
    """Name of a control → its faults, in the order of the form; a control that is not there has none. True when anything is wrong."""

    def __init__(self, **found: Sequence[Fault]) -> None:
        super().__init__({name: faults for name, faults in found.items() if faults})

    def __missing__(self, name: str) -> Sequence[Fault]:
        return ()

    def listed(self) -> list[tuple[str, Fault]]:
        """For the summary at the head of the page."""
        return [(name, fault) for name, faults in self.items() for fault in faults]
