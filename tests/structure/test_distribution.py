"""pyproject.toml names every package: an editable installation does not notice a missing one."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from imports import ROOT

TOML: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
PROJECT: Any = TOML.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_in_the_wheel() -> None:
    folders = {file.parent for file in (ROOT / "lrlint").rglob("__init__.py")}
    packages = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == packages | {"lrlint_rules"}


def test_version_is_one() -> None:
    from lrlint import __version__

    assert PROJECT["project"]["version"] == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
