"""The lines of a list as HTML. A page has some hundred cells: they are joined here, which takes a tenth of a template's time.

The frame around them, and what is said below a line « à corriger », are the template's (``records/rows.html``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from app.formats import ago, moment
from app.i18n import gettext
from app.records.listing.columns import Column
from app.records.listing.shown import Line
from app.templating import component

DAY = re.compile(r"[\d/]+")
SLOT = "\0"
"""Where a line's own number or name goes in a sentence that is put into the reader's language once for all lines."""


class LineMarkup:
    """Writes the ``<tr>`` of each line of a page. ``path``: of the dataset; ``may_choose``: lines may be ticked."""

    def __init__(self, path: str, columns: Sequence[Column], *, may_choose: bool) -> None:
        self._path = str(escape(path))
        self._columns = [
            (
                column.name,
                f"cell-{column.kind}",
                f"cell-{column.kind} number" if column.is_number else f"cell-{column.kind}",
            )
            for column in columns
        ]
        self._may_choose = may_choose
        self._badges = {bad: str(component("badge", "to_fix" if bad else "valid")) for bad in (True, False)}
        self._choose = _around("Choisir la ligne {number}", gettext("Choisir la ligne {number}", number=SLOT))
        self._beside = _around("(ligne {number})", gettext("(ligne {number})", number=SLOT))
        self._unnamed = _around("Ligne {number}", gettext("Ligne {number}", number=SLOT))
        self._import = _around("Import n° {n}", gettext("Import n° {n}", n=SLOT))

    def __call__(self, line: Line) -> Markup:
        """The row of a line, without the reasons below it."""
        number = str(line.number)
        parts = ['<tr class="has-reasons">' if line.reasons else "<tr>"]
        if self._may_choose:
            before, after = self._choose
            name = f" : {escape(line.name)}" if line.name else ""
            parts.append(
                f'<td class="check"><span class="option"><input type="checkbox" id="choix-{number}" name="ligne" '
                f'value="{number}" aria-label="{before}{number}{after}{name}"></span></td>'
            )
        parts.append(f"<td>{self._badges[line.is_to_fix]}</td>")
        first = True
        for (name, plain, numeric), (_, text) in zip(self._columns, line.cells, strict=True):
            shown = self._own(name, line) if name[0] == "." else _breakable(text)
            bad = " cell-bad" if name in line.bad else ""
            if first:
                first = False
                words = shown if shown.strip() else number.join(self._unnamed)
                parts.append(
                    f'<th scope="row" class="{plain}{bad}"><a href="{self._path}/lignes/{number}">{words}'
                    f'<span class="visually-hidden"> {number.join(self._beside)}</span></a></th>'
                )
            else:
                parts.append(f'<td class="{numeric}{bad}">{shown}</td>')
        parts.append("</tr>")
        return Markup("".join(parts))  # noqa: S704 (every text in it is escaped above)

    def _own(self, name: str, line: Line) -> str:
        """The cell of a column that no schema has: the number, when, by whom, from which import."""
        if name == ".numero":
            return str(line.number)
        if name == ".date":
            return f'<span title="{escape(moment(line.at))}">{escape(ago(line.at))}</span>'
        if name == ".utilisateur":
            return str(escape(line.by))
        if name == ".import" and line.submission:
            return str(line.submission).join(self._import)
        return ""


def _breakable(text: Markup | str) -> str:
    """The text of a cell, which a line may leave after a slash (« finances locales/subventions »): what is copied is the same."""
    if isinstance(text, Markup) or "/" not in text or DAY.fullmatch(text):
        return str(escape(text))
    return str(escape(text)).replace("/", "/<wbr>")


def _around(msgid: str, sentence: str) -> tuple[str, str]:
    """What stands before and after the number. ValueError if a translation has lost its place."""
    before, found, after = str(escape(sentence)).partition(SLOT)
    if not found:
        raise ValueError(f"no {{number}} in the translation of {msgid!r}")
    return before, after
