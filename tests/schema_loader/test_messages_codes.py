"""Every code that the core can give has words of its own, in both languages: made from real schemas, rows and faults."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import schema_loader
from schema_loader import messages
from schema_loader.check import check_table
from schema_loader.compile import compile_descriptor
from schema_loader.constraints import CONSTRAINTS
from schema_loader.custom_checks import CHECKS
from schema_loader.errors import CellError, SchemaRefused, SchemaWarning, TableUnreadable
from schema_loader.messages import Message, check_errors
from schema_loader.messages.files import WHOLE_FILE
from schema_loader.messages.workbooks import WORKBOOKS
from schema_loader.types import TYPES
from tests.schema_loader.message_checks import LANGUAGES, check_sentences
from tests.schema_loader.message_inputs import (
    cell_errors,
    check_faults,
    checked,
    field,
    header_warnings,
    refusals,
    schema_warnings,
)

SOURCE = Path(schema_loader.__file__).parent


# -- what the source can say ----------------------------------------------------------------------------------------

GIVERS = {
    "warn",
    "_warn",
    "CellError",
    "Fault",
    "SchemaWarning",
    "SchemaRefused",
    "NotReadable",
    "ConstraintInvalid",
    "TableUnreadable",
}
KINDS = re.compile(r"(type-error|constraint-error|unique-error|primary-key|foreign-key|check-error)(/.+)?")
FILLED = {
    "type-error/{}": [f"type-error/{name}" for name in TYPES],
    "custom-check-error/{}": [f"custom-check-error/{name}" for name in CHECKS if name != "one-of-required"],
    "constraint-error/{}": [f"constraint-error/{name}" for name in CONSTRAINTS],
}


def source_files() -> Iterator[Path]:
    for root in (SOURCE, SOURCE.parent / "importers"):
        yield from (path for path in root.rglob("*.py") if "messages" not in path.parts)


def codes_in_source() -> set[str]:
    """Codes written in the source of the core: first arguments of what makes faults, and texts shaped like codes."""
    found: set[str] = set()
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in GIVERS and node.args:
                found |= _texts(node.args[0])
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and KINDS.fullmatch(node.value)
            ):
                found.add(node.value)
    return found - {"type-error", "constraint-error", "code"}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _texts(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        template = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return set(FILLED.get(template, ()))
    return set()


# -- the tests ------------------------------------------------------------------------------------------------------


def generic() -> set[str]:
    """What an unknown code is told: no known code may be content with that."""
    unknown = [
        messages.cell_message(CellError("zzz")),
        messages.cell_message(CellError("constraint-error/zzz", field=field())),
        messages.schema_warning(SchemaWarning("zzz")),
        messages.refusal(SchemaRefused("zzz")),
        messages.unreadable(TableUnreadable("zzz")),
    ]
    return {message.problem for message in unknown}


def both(make: Any) -> None:
    spoken: list[Message] = [make(lang) for lang in LANGUAGES]
    for message, lang in zip(spoken, LANGUAGES, strict=True):
        check_sentences(message, lang)
    assert spoken[0].problem not in generic()
    assert spoken[0] != spoken[1], "English is missing"


def test_every_error_of_a_cell_a_row_or_a_header_has_words_in_both_languages() -> None:
    for error in cell_errors():
        both(lambda lang, error=error: messages.cell_message(error, lang))


def test_every_fault_of_a_french_check_has_words_in_both_languages() -> None:
    for error in check_faults():
        both(lambda lang, error=error: messages.cell_message(error, lang))


@pytest.mark.parametrize("name", sorted(check_errors.CHECKS))
def test_the_example_that_a_check_shows_passes_it(name: str) -> None:
    example = check_errors.CHECKS[name].example
    if example:
        descriptor, labels, rows = checked(name, example, cog="2024")
        assert not list(check_table(compile_descriptor(descriptor), labels, rows))


def test_a_check_shows_the_example_of_the_schema_when_it_is_a_right_one() -> None:
    for example, shown in (("40483304800022", "40483304800022"), ("12345678901234", "21750001600019")):
        error = CellError(
            "custom-check-error/siret", 2, field(example=example), 1, "12", {"reason": "check-digit"}
        )
        assert f"{shown}." in messages.cell_message(error).remedy


def test_every_warning_of_a_header_has_milder_words_in_both_languages() -> None:
    for warning in header_warnings():
        both(lambda lang, warning=warning: messages.cell_message(warning, lang, as_warning=True))
        if warning.code == "missing-label":
            assert "facultative" in messages.cell_message(warning, "fr", as_warning=True).problem


def test_every_oddity_of_a_schema_has_words_in_both_languages() -> None:
    for warning in schema_warnings():
        both(lambda lang, warning=warning: messages.schema_warning(warning, lang))


def test_every_refusal_has_words_in_both_languages() -> None:
    for error in refusals():
        both(lambda lang, error=error: messages.refusal(error, lang))
        if error.place:
            assert error.place in messages.refusal(error).problem


def test_every_unreadable_file_has_words_in_both_languages() -> None:
    for code in sorted(code for code in codes_in_source() if code.startswith("file-")):
        for place in ({}, {"row": 12}, {"line": 1234, "byte": "E9", "offset": 12}):
            error = TableUnreadable(code, **place, encoding="utf-8", limit=1234, count=12)
            both(lambda lang, error=error: messages.unreadable(error, lang))
            if "line" in place and code not in WHOLE_FILE and code not in WORKBOOKS:
                assert "ligne 1\u202f234" in messages.unreadable(error).problem


def test_every_unreadable_workbook_has_words_that_name_the_place() -> None:
    for code, sentences in WORKBOOKS.items():
        error = TableUnreadable(
            code, cell="AB7", sheet="2024", names=("Janvier", "Février"), count=20_000, limit=1234
        )
        both(lambda lang, error=error: messages.unreadable(error, lang))
        said = str(messages.unreadable(error))
        for name, value in (
            ("cell", "AB7"),
            ("names", "« Janvier » et « Février »"),
            ("limit", "1\u202f234"),
        ):
            assert (value in said.replace("\u00a0", " ")) == ("{" + name + "}" in "".join(sentences)), code


def test_no_code_of_the_source_is_left_out() -> None:
    produced = {error.code for error in cell_errors()} | {warning.code for warning in header_warnings()}
    produced |= {error.code for error in check_faults()}
    produced |= {warning.code for warning in schema_warnings()} | {error.code for error in refusals()}
    produced |= {code for code in codes_in_source() if code.startswith("file-")}  # made above, one by one
    produced |= {"type-error/any"}  # which nothing fails
    left = codes_in_source() - produced
    assert not left, f"no test makes {sorted(left)}"
    assert len(codes_in_source()) > 60


def test_an_unknown_code_still_gets_a_sentence() -> None:
    for lang in LANGUAGES:
        check_sentences(
            messages.cell_message(CellError("custom-check-error/zzz", 2, field(), 1, "12"), lang), lang
        )
        check_sentences(messages.cell_message(CellError("zzz", 2, field(), 1, "12"), lang), lang)
        check_sentences(
            messages.cell_message(CellError("constraint-error/zzz", 2, field(), 1, "12"), lang), lang
        )
        check_sentences(messages.schema_warning(SchemaWarning("zzz", "montant"), lang), lang)
        check_sentences(messages.refusal(SchemaRefused("zzz", "montant"), lang), lang)
        check_sentences(messages.unreadable(TableUnreadable("zzz"), lang), lang)


def test_every_error_of_a_cell_shows_what_to_type() -> None:
    """An example or a value to choose, unless the remedy is to type nothing or less."""
    for error in cell_errors():
        if error.field is None or not error.code.startswith(("type-error", "constraint-error")):
            continue
        shown = str(messages.cell_message(error))
        texts = [
            *error.field.examples(),
            *error.field.choices,
            "Retirez",
            "Effacez",
            "ne mettez rien",
            "Pour 80",
            "Répondez",
        ]
        texts += ["Vouliez-vous", "Choisissez", "Ajoutez", "\u202f: ", "la forme attendue. Corrigez-la."]
        assert any(text in shown for text in texts), shown
