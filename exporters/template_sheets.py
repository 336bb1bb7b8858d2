"""The sheets of a template, made by openpyxl: all but the records."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from exporters.marks import PREFIX, Marks, hidden_row
from exporters.plain_text import plain_text
from exporters.sheet_cells import column_letters
from exporters.sheet_style import (
    INK,
    LINEN,
    MIST,
    OCHRE,
    QUIET,
    describe,
    lines_of,
    on_paper,
    put,
    set_height,
)
from exporters.template_rules import choices_of, sheet_rule
from exporters.template_words import (
    SEMICOLON,
    example_in_words,
    example_value,
    expected,
    heading,
    label,
    message,
    refusal,
    shown,
)
from exporters.words import words
from exporters.workbook import sheet_title
from schema_loader.field import Field
from schema_loader.table_schema import TableSchema

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW = 1_048_576
NAMES, TITLES, EXAMPLE, FIRST = 1, 2, 3, 4  # rows of the data sheet
DATA_PART = "xl/worksheets/sheet1.xml"
MODELS = 2  # model rows: cells of the column's own kind, cells of text
NARROWEST, WIDEST = 12, 40  # characters
PARAGRAPH = 150  # characters of a line
MOST_LINES = 8  # of a title
SHOWN_CHOICES = 20  # beside the column; more stand in the sheet of values alone
WIDTHS = (26, 32, 14, 44, 28, 36, 80)  # of the columns of the explanation


class TemplateBook:
    """One template in the making."""

    def __init__(self, schema: TableSchema, marks: Marks) -> None:
        self.schema = schema
        self.marks = marks
        self.t = words(marks.lang)
        self.lists: dict[tuple[Any, ...], str] = {}  # choices → their range

    def book(self) -> Workbook:
        """The workbook: data, explanation, values."""
        from openpyxl import Workbook
        from openpyxl.packaging.custom import StringProperty

        t, schema = self.t, self.schema
        book = Workbook()
        data = book.worksheets[0]
        data.title = sheet_title(schema.title or schema.name, t.gettext("Données"))
        guide = book.create_sheet(sheet_title(t.gettext("Mode d’emploi"), "?"))
        self.values_title = sheet_title(t.gettext("Valeurs possibles"), "??")
        values = book.create_sheet(self.values_title)
        self._fill_values(values)
        self._fill_data(data)
        self._fill_guide(guide)
        if not self.lists:
            book.remove(values)
        described = schema.title or schema.name or data.title
        describe(book, t.gettext("Modèle de saisie : {title}", title=described), t.lang)
        properties: Any = book.custom_doc_props  # type: ignore[attr-defined]  # since 3.1, unknown to its stubs
        for name, text in self.marks.texts().items():
            properties.append(StringProperty(name=PREFIX + name, value=text))
        return book

    # -- data -------------------------------------------------------------------------------------------------------

    def _fill_data(self, sheet: Worksheet) -> None:
        t = self.t
        lines = 1
        self._number_column(sheet)
        for n, field in enumerate(self.schema.fields, start=2):
            code, title = field.type.spreadsheet_format, heading(field, t)
            width = min(max(len(field.name) + 4, len(title) // 2, NARROWEST), WIDEST)
            lines = max(lines, lines_of(title, width))
            self._head(sheet, n, field.name, title, due=field.required)
            put(
                sheet,
                EXAMPLE,
                n,
                example_value(field),
                number_format=code,
                italic=True,
                colour=QUIET,
                fill=MIST,
            )
            sheet.cell(FIRST, n).number_format = code
            sheet.cell(FIRST + 1, n).number_format = "@"
            dimension = sheet.column_dimensions[column_letters(n)]
            dimension.number_format, dimension.width = code, width
            self._guard(sheet, n, field)
        set_height(sheet, TITLES, min(lines, MOST_LINES))
        sheet.freeze_panes = f"B{EXAMPLE}"
        sheet.auto_filter.ref = f"A{TITLES}:{column_letters(len(self.schema.fields) + 1)}{LAST_ROW}"
        on_paper(sheet, f"{NAMES}:{TITLES}")

    @staticmethod
    def _head(sheet: Worksheet, n: int, name: str, title: str, *, due: bool) -> None:
        """The name and the title of a column; one that must be filled in is on ochre, its title bold."""
        fill = OCHRE if due else LINEN
        put(sheet, NAMES, n, name, number_format="@", fill=fill, colour=QUIET)
        put(
            sheet, TITLES, n, title, number_format="@", fill=fill, colour=INK, bold=due, wrap=True, ruled=True
        )

    def _number_column(self, sheet: Worksheet) -> None:
        """The number of a record: given by the service, typed by nobody."""
        from openpyxl.styles import PatternFill
        from openpyxl.worksheet.datavalidation import DataValidation

        t = self.t
        self._head(sheet, 1, t.gettext("N° interne"), t.gettext("Libellé"), due=False)
        put(sheet, EXAMPLE, 1, t.gettext("Exemple"), number_format="@", italic=True, colour=QUIET, fill=LINEN)
        put(sheet, FIRST, 1, number_format="0", fill=LINEN)
        put(sheet, FIRST + 1, 1, number_format="@", fill=LINEN)
        dimension = sheet.column_dimensions["A"]
        dimension.number_format, dimension.width = "0", NARROWEST
        dimension.fill = PatternFill("solid", fgColor=LINEN)
        told = t.gettext(
            "Tabellion donne ce numéro. Laissez la case vide pour une nouvelle ligne ; gardez le numéro d’une ligne à modifier."
        )
        guard = DataValidation(type="custom", formula1="FALSE", allow_blank=True, showErrorMessage=True)
        guard.errorTitle, guard.error = t.gettext("Numéro à laisser tel quel"), told
        self._place(sheet, 1, guard, (t.gettext("N° interne"), told))

    def _guard(self, sheet: Worksheet, n: int, field: Field) -> None:
        """The check of a column and the message beside its cells."""
        from openpyxl.worksheet.datavalidation import DataValidation

        rule = sheet_rule(field)
        guard = (
            DataValidation(allow_blank=True)
            if rule is None
            else rule.validation(self.lists.get(choices_of(field)))
        )
        guard.errorTitle, guard.error = refusal(field, self.t)
        self._place(sheet, n, guard, message(field, self.t))

    @staticmethod
    def _place(sheet: Worksheet, n: int, guard: DataValidation, told: tuple[str, str]) -> None:
        guard.showInputMessage = True
        guard.promptTitle, guard.prompt = told
        column = column_letters(n)
        guard.add(f"{column}{EXAMPLE}:{column}{LAST_ROW}")
        sheet.add_data_validation(guard)

    # -- values -----------------------------------------------------------------------------------------------------

    def _fill_values(self, sheet: Worksheet) -> None:
        """A column for each list, headed by the fields that take it."""
        fields: dict[tuple[Any, ...], list[Field]] = {}
        for field in self.schema.fields:
            if choices := choices_of(field):
                fields.setdefault(choices, []).append(field)
        for n, (choices, users) in enumerate(fields.items(), start=1):
            head = ", ".join(field.name for field in users)
            put(sheet, 1, n, head, number_format="@", bold=True, colour=INK, fill=LINEN, wrap=True)
            for row, value in enumerate(choices, start=2):
                code = "@" if isinstance(value, str) else users[0].type.spreadsheet_format
                put(sheet, row, n, value, number_format=code)
            column = column_letters(n)
            longest = max(len(str(choice)) for choice in choices)
            sheet.column_dimensions[column].width = min(max(longest, len(users[0].name), NARROWEST) + 2, 60)
            self.lists[choices] = f"'{sheet.title}'!${column}$2:${column}${len(choices) + 1}"
        sheet.freeze_panes = "A2"
        on_paper(sheet, "1:1")

    # -- explanation ------------------------------------------------------------------------------------------------

    def _fill_guide(self, sheet: Worksheet) -> None:
        t, schema = self.t, self.schema
        for n, text in enumerate(hidden_row(self.marks), start=1):
            put(sheet, 1, n, text)
        sheet.row_dimensions[1].hidden = True
        put(sheet, 2, 1, schema.title or schema.name or t.gettext("Données"), bold=True, size=16, colour=INK)
        version = t.gettext("Version {version} du modèle", version=schema.version) if schema.version else ""
        told = [
            line for text in plain_text(schema.description).splitlines() for line in wrap(text, PARAGRAPH)
        ]
        lines = [version, *told, "", *self._advice(), ""]
        for row, line in enumerate(lines, start=3):
            put(sheet, row, 1, line)
        head = len(lines) + 3
        heads = (
            t.gettext("Colonne"), t.gettext("Libellé"), t.gettext("À remplir"), t.gettext("Ce qui est attendu"),
            t.gettext("Exemple"), t.gettext("Valeurs possibles"), t.gettext("Explications"),
        )  # fmt: skip
        for n, (text, width) in enumerate(zip(heads, WIDTHS, strict=True), start=1):
            put(sheet, head, n, text, bold=True, colour=INK, fill=LINEN, ruled=True)
            sheet.column_dimensions[column_letters(n)].width = width
        for row, field in enumerate(schema.fields, start=head + 1):
            texts = self._explained(field)
            for n, text in enumerate(texts, start=1):
                put(sheet, row, n, text, number_format="@", bold=field.required and n <= 3, wrap=True)
            set_height(sheet, row, max(map(lines_of, texts, WIDTHS)))
        on_paper(sheet, f"{head}:{head}")

    def _advice(self) -> Sequence[str]:
        t = self.t
        return (
            t.gettext("Comment remplir ce classeur"),
            t.gettext("1. Écrivez une ligne par élément, à partir de la ligne {row} de la première feuille.", row=FIRST),
            t.gettext("2. Gardez la première ligne telle quelle : elle relie chaque colonne au modèle."),
            t.gettext("3. La ligne d’exemple n’est pas reprise. Vous pouvez l’effacer, ou écrire par-dessus."),
            t.gettext("4. Remplissez toutes les colonnes obligatoires ; ailleurs, laissez vide ce que vous ne connaissez pas."),
            t.gettext("5. Dans la colonne « N° interne », n’écrivez rien : Tabellion y reconnaît ses lignes."),
            t.gettext("6. Enregistrez au format XLSX, puis importez le classeur dans Tabellion."),
        )  # fmt: skip

    def _explained(self, field: Field) -> Sequence[str]:
        t = self.t
        choices = choices_of(field)
        listed = "\n".join(shown(choice) for choice in choices)
        if len(choices) > SHOWN_CHOICES:
            place = self.lists[choices]
            listed = t.ngettext(
                "{n} valeur : voir la feuille « {sheet} », colonne {column}",
                "{n} valeurs : voir la feuille « {sheet} », colonne {column}",
                len(choices), sheet=self.values_title, column=place.split("$")[1],
            )  # fmt: skip
        return (
            field.name,
            label(field),
            t.gettext("Obligatoire") if field.required else t.gettext("Facultatif"),
            SEMICOLON[t.lang].join(expected(field, t)),
            example_in_words(field, t),
            listed,
            plain_text(field.description),
        )
