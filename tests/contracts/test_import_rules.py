"""The import rules can fail: each one catches what it is there for, also in the modules that are yet to come."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.corpus import ROOT

VIOLATIONS = {
    "the core imports the service": ("purity", "schema_loader/compile.py", "import app.cli"),
    "the core imports a package built on it": ("purity", "schema_loader/compile.py", "import exporters"),
    "forms imports importers": ("purity", "forms/control.py", "import importers"),
    "importers imports exporters": ("purity", "importers/sheet.py", "from exporters import csv_file"),
    "exporters imports the service": ("purity", "exporters/csv_file.py", "from app import cli"),
    "the core imports the web": ("no-web", "schema_loader/check.py", "from fastapi import FastAPI"),
    "forms imports templates": ("no-web", "forms/control.py", "import jinja2"),
    "importers imports the database": ("no-web", "importers/sheet.py", "from sqlalchemy import select"),
    "exporters imports the network": ("no-web", "exporters/csv_file.py", "import httpx"),
    "the core imports frictionless": ("second-judge", "schema_loader/check.py", "from frictionless import Schema"),
    "another exporter imports frictionless": ("second-judge", "exporters/csv_file.py", "import frictionless"),
    "the service imports frictionless": ("second-judge", "app/records/service.py", "import frictionless"),
    "a service imports the web": ("services", "app/records/service.py", "from fastapi import Request"),
    "a deep service imports the web": ("services", "app/publications/portals/service.py", "import starlette"),
    "a view builds a query": ("views", "app/records/views.py", "from sqlalchemy import select"),
    "a model imports a setting": ("models", "app/models/row.py", "from app import settings"),
    "a model imports a job": ("models", "app/models/row.py", "from app.jobs import enqueue"),
    "a model imports a service": ("models", "app/models/row.py", "from app.records import service"),
    "records imports submissions": ("features", "app/records/queries.py", "import app.submissions.queries"),
    "submissions imports publications": ("features", "app/submissions/queries.py", "import app.publications.queries"),
    "the catalogue imports datasets": ("features", "app/catalog/queries.py", "import app.datasets.queries"),
}  # fmt: skip
MODULES = (
    *("app/cli.py", "app/jobs.py", "app/settings.py", "app/models/row.py", "app/publications/portals/service.py"),
    *(f"app/{feature}/{part}.py" for feature in ("catalog", "datasets", "records", "submissions", "publications")
      for part in ("views", "service", "queries")),
    *("forms/control.py", "importers/sheet.py", "exporters/csv_file.py", "exporters/conformance.py"),
    *("schema_loader/compile.py", "schema_loader/check.py"),
)  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of empty modules named as the design names them, which breaks no rule."""
    for module in MODULES:
        path = tmp_path / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        for folder in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "exporters" / "conformance.py").write_text("import frictionless\n")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    line = [sys.executable, "-P", "-c", command, "--no-cache", "--no-logo", *options]
    return subprocess.run(line, cwd=tree, capture_output=True, text=True, check=False)


def test_a_tree_that_keeps_the_rules_passes(tree: Path) -> None:
    result = lint_imports(tree)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


@pytest.mark.parametrize(("rule", "module", "line"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_violation_is_caught(tree: Path, rule: str, module: str, line: str) -> None:
    (tree / module).write_text(line + "\n")
    result = lint_imports(tree, "--contract", rule)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Contracts: 0 kept, 1 broken." in result.stdout


def test_every_rule_is_shown_to_catch_something() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rules = {contract["id"] for contract in config["tool"]["importlinter"]["contracts"]}
    assert {rule for rule, _, _ in VIOLATIONS.values()} == rules
