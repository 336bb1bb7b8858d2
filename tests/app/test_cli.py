"""The command as people and programs call it: exit codes, words, JSON, and what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import main
from tests.corpus import ROOT

SCHEMA = {
    "title": "Aides",
    "fields": [
        {"name": "nom", "title": "Nom de l’aide", "type": "string", "constraints": {"required": True}},
        {"name": "jour", "type": "date"},
        {"name": "siret", "type": "string", "constraints": {"pattern": "^\\d{14}$"}},
    ],
}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA), "utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "aides.csv"
    path.write_text("nom;jour;siret;note\nA;27/06/2017;12345678901234;\n;2017-06-27;123;\nC;;;\n", "utf-8")
    return path


@pytest.fixture
def address(tmp_path: Path, schema: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_valid_file_ends_with_0_and_says_so(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_text("nom,jour,siret\nA,2017-06-27,12345678901234\n", "utf-8")
    result = call("validate", path, "--schema", schema)
    assert result.exit_code == 0
    assert "fichier valide" in result.stdout
    assert "1 ligne lue" in result.stdout


def test_errors_are_said_in_words_with_their_row_and_a_way_out(schema: Path, table: Path) -> None:
    result = call("validate", table, "--schema", schema)
    assert result.exit_code == 1
    assert "3 erreurs de 3 sortes" in result.stdout
    assert "2017-06-27" in result.stdout  # how to write the first date
    assert "note" in result.stdout  # the column that will be left out
    assert "\\d" not in result.stdout


def test_errors_for_programs_have_the_stated_form(schema: Path, table: Path) -> None:
    result = call("validate", table, "--schema", schema, "--format", "json", "--lang", "en")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["valid"] is False
    assert {key: report["stats"][key] for key in ("rows", "errors", "warnings")} == {
        "rows": 3,
        "errors": 3,
        "warnings": 1,
    }
    assert report["stats"]["seconds"] >= 0
    first = report["errors"][0]
    assert list(first) == ["type", "rowNumber", "fieldName", "fieldNumber", "cell", "message", "note"]
    assert [first[key] for key in ("type", "rowNumber", "fieldName", "fieldNumber", "cell", "note")] == [
        "type-error", 2, "jour", 2, "27/06/2017", 'type is "date/default"',
    ]  # fmt: skip
    assert "2017-06-27" in first["message"]
    assert [warning["type"] for warning in report["warnings"]] == ["extra-label"]


def test_a_limit_stops_and_says_so(schema: Path, table: Path) -> None:
    result = call("validate", table, "--schema", schema, "--limit", "1")
    assert result.exit_code == 1
    assert "1 erreur d’une sorte" in result.stdout
    assert "limite" in result.stdout


def test_a_limit_that_holds_all_errors_says_nothing(schema: Path, table: Path) -> None:
    assert "limite" not in call("validate", table, "--schema", schema, "--limit", "3").stdout


def test_both_header_profiles(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "other-order.csv"
    path.write_text("jour,nom,siret\n2017-06-27,A,\n", "utf-8")
    assert call("validate", path, "--schema", schema).exit_code == 0
    strict = call(
        "validate", path, "--schema", schema, "--header-profile", "frictionless", "--format", "json"
    )
    assert strict.exit_code == 1
    assert {error["type"] for error in json.loads(strict.stdout)["errors"]} == {
        "incorrect-label",
        "type-error",
    }


def test_an_empty_file_is_not_valid(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    result = call("validate", path, "--schema", schema, "--format", "json")
    assert result.exit_code == 1
    assert [error["type"] for error in json.loads(result.stdout)["errors"]] == ["source-error"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_cannot_be_judged_ends_with_2_and_a_sentence(
    tmp_path: Path, schema: Path, table: Path, lang: str
) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"a,b\n\x81\x8d\n")
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    for file, rules in (
        (tmp_path / "none.csv", schema),
        (binary, schema),
        (table, broken),
        (table, "no-such-name"),
    ):
        result = call("validate", file, "--schema", rules, "--lang", lang)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.strip()) > 20
        assert "Traceback" not in result.stderr


def test_a_starter_schema_is_named_with_or_without_version(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("x\n1\n", "utf-8")
    for name in ("subventions", "subventions@2.1.1", "subventions@v2.1.1"):
        assert call("validate", path, "--schema", name).exit_code == 1
    unknown = call("validate", path, "--schema", "subventions@9.9")
    assert unknown.exit_code == 2
    assert "2.1.1" in unknown.stderr  # the versions that exist


def test_schema_check_tells_usable_refused_and_unreadable_apart(tmp_path: Path, schema: Path) -> None:
    refused = tmp_path / "refused.json"
    refused.write_text('{"fields": [{"name": "a"}, {"name": "a"}]}', "utf-8")
    odd = tmp_path / "odd.json"
    odd.write_text('{"fields": [{"name": "prix", "type": "float"}]}', "utf-8")
    assert call("schema", "check", schema).exit_code == 0
    warned = call("schema", "check", odd)
    assert warned.exit_code == 0
    assert "prix" in warned.stdout
    assert "float" in warned.stdout
    refusal = call("schema", "check", refused)
    assert refusal.exit_code == 1
    assert "a" in refusal.stderr
    for missing in (tmp_path / "none.json", tmp_path):
        assert call("schema", "check", missing).exit_code == 2


def test_schema_check_for_programs(tmp_path: Path) -> None:
    refused = tmp_path / "refused.json"
    refused.write_text('{"fields": [{"name": "a"}, {"name": "a"}]}', "utf-8")
    result = call("schema", "check", refused, "--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (answer["usable"], answer["code"], answer["field"]) == (False, "field-twice", "a")


def test_a_schema_is_read_from_an_address(address: str, table: Path) -> None:
    assert call("schema", "check", f"{address}/schema.json").exit_code == 0
    assert call("validate", table, "--schema", f"{address}/schema.json").exit_code == 1
    missing = call("schema", "check", f"{address}/none.json")
    assert missing.exit_code == 2
    assert "404" in missing.stderr


def test_a_dead_address_is_a_sentence() -> None:
    result = call("schema", "check", "http://127.0.0.1:9/schema.json")
    assert result.exit_code == 2
    assert "127.0.0.1:9" in result.stderr


def test_names_are_found_in_a_catalogue(tmp_path: Path, address: str) -> None:
    catalogue = tmp_path / "schemas.json"
    entry = {
        "name": "ville/aides", "title": "Aides", "schema_type": "tableschema",
        "versions": [{"version_name": "v1.0.0", "schema_url": f"{address}/schema.json"}],
    }  # fmt: skip
    other = {**entry, "name": "ville/carte", "schema_type": "other", "external_tool": "https://outil.example"}
    catalogue.write_text(json.dumps({"schemas": [entry, other]}), "utf-8")
    assert call("schema", "check", "aides@1.0.0", "--catalogue", catalogue).exit_code == 0
    assert call("schema", "check", "ville/aides", "--catalogue", f"{address}/schemas.json").exit_code == 0
    assert call("schema", "check", "aides@2", "--catalogue", catalogue).exit_code == 2
    wrong_kind = call("schema", "check", "ville/carte", "--catalogue", catalogue)
    assert wrong_kind.exit_code == 2
    assert "https://outil.example" in wrong_kind.stderr
    listed = call("schema", "list", "--catalogue", catalogue).stdout
    assert "ville/aides@1.0.0" in listed
    assert "https://outil.example" in listed


def test_starter_schemas_are_listed() -> None:
    listed = call("schema", "list").stdout
    assert "deliberations@" in listed
    names = [entry["name"] for entry in json.loads(call("schema", "list", "--format", "json").stdout)]
    assert len(names) == 8


def test_schema_show_says_types_rules_and_examples(schema: Path) -> None:
    shown = call("schema", "show", schema).stdout
    assert "Aides" in shown
    assert "Nom de l’aide" in shown
    assert "obligatoire" in shown
    assert "14 chiffres" in shown
    fields = json.loads(call("schema", "show", schema, "--format", "json").stdout)["fields"]
    assert fields[2]["constraints"] == {"pattern": "^\\d{14}$"}
    assert fields[2]["example"] == "12345678901234"


def test_validate_loads_no_web_no_database_and_no_second_judge(schema: Path, table: Path) -> None:
    program = (
        "import sys\nfrom app.cli import main\n"
        f"sys.argv = ['tabellion', 'validate', {str(table)!r}, '--schema', {str(schema)!r}, '--format', 'json']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "print(code, *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, *loaded = done.stderr.split()
    assert code == "1"
    assert json.loads(done.stdout)["stats"]["rows"] == 3
    heavy = {"fastapi", "starlette", "uvicorn", "sqlalchemy", "psycopg", "frictionless", "jinja2", "httpx", "procrastinate",
             "pyarrow", "openpyxl"}  # fmt: skip
    assert not heavy & set(loaded)
