"""What holds for every file of the project."""

from __future__ import annotations

import ast
import importlib.metadata
import tomllib

from tests.corpus import ROOT

PACKAGES = ("app", "forms", "schema_loader", "importers", "exporters")


def test_each_package_says_what_it_is_for() -> None:
    for package in PACKAGES:
        assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))), package


def test_the_import_rules_watch_every_package() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert sorted(config["tool"]["importlinter"]["root_packages"]) == sorted(PACKAGES)


def test_the_command_is_declared() -> None:
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="tabellion")
    assert command.value == "app.cli:main"
