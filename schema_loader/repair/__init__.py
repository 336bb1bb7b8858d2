"""Repairs: what a wrong cell was meant to be, proposed to a person and never made silently.

One definition serves the form (:func:`propose_cell`), the import (:func:`propose_column`, by column and by kind) and the
sentences of :mod:`schema_loader.messages`. What is valid is the field's own rule: a repair's result keeps it, a valid cell is
never proposed a change, and mending twice changes nothing more. :func:`second_look` doubts some of the valid ones, apart.
Words: :func:`schema_loader.messages.repair_words`.
"""

from __future__ import annotations

from schema_loader.repair.axes import Axes, Swapper, axes_of
from schema_loader.repair.column import mender, propose_cell, propose_column, second_look, spelling
from schema_loader.repair.model import (
    ANSWERS,
    Choice,
    ColumnProposal,
    Proposal,
    Question,
    Sample,
    Status,
    apply,
)

__all__ = [
    "ANSWERS", "Axes", "Choice", "ColumnProposal", "Proposal", "Question", "Sample", "Status", "Swapper", "apply",
    "axes_of", "mender", "propose_cell",
    "propose_column", "second_look", "spelling",
]  # fmt: skip
