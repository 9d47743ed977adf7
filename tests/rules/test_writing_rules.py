"""The package of rules in docs/writing-rules.md is installed and used as the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "writing-rules.md"
SCRIPT = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=50, eta_min=0.001)
for epoch in range(100):
    optimizer.step()
    scheduler.step()
"""


class Package:
    """An environment in which a package is installed, and its project folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', _page(), re.M | re.S):
            self.write(name, text)
        self._install()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _install(self) -> None:
        """Write what an editable installation writes, from the metadata in pyproject.toml."""
        toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
        project = toml.loads((self.folder / "pyproject.toml").read_text())["project"]
        self.name, self.version = project["name"], project["version"]
        info = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n"
        self.write(f"{info}/METADATA", metadata)
        ((name, value),) = project["entry-points"]["lrlint.rules"].items()
        self.write(f"{info}/entry_points.txt", f"[lrlint.rules]\n{name} = {value}\n")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(self.folder), "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    package = Package(tmp_path)
    package.write("train.py", SCRIPT)
    return package


def test_its_tests_pass(package: Package) -> None:
    result = package.run("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout


def test_its_rule_reports_and_explains(package: Package) -> None:
    checked = package.run("lrlint", "check", "--output-format", "concise", "train.py")
    assert checked.returncode == 1
    assert (
        "train.py:5:13: warning[ACME001] lr-above-limit: the base LR is 0.1, above 0.05"
        in checked.stdout
    )
    assert "# ACME001 lr-above-limit" in package.run("lrlint", "rule", "ACME001").stdout
    ignored = package.run("lrlint", "check", "--ignore", "ACME", "--output-format", "json", ".")
    assert "ACME001" not in ignored.stdout
    assert "LR201" in ignored.stdout


def test_its_option_is_configured(package: Package) -> None:
    assert "`limit = 0.05`" in package.run("lrlint", "rule", "ACME001").stdout
    (table,) = re.findall(r"^\[tool\.lrlint\.rules\.ACME001\]\n.+$", _page(), re.M)
    package.write("lrlint.toml", table.replace("tool.lrlint.", ""))
    checked = package.run("lrlint", "check", "--output-format", "json", "train.py")
    assert "ACME001" not in checked.stdout
    assert "LR201" in checked.stdout


def test_rule_that_fails_is_named_with_its_package_and_costs_no_other_finding(
    package: Package,
) -> None:
    rules = package.folder / "acme_rules.py"
    text = rules.read_text()
    assert "= schedule.optimizer" in text
    package.write(rules.name, text.replace("= schedule.optimizer", '= {}["optimizer"]'))
    result = package.run("lrlint", "check", "--output-format", "concise", "train.py")
    assert result.returncode == 2
    assert "LR201" in result.stdout
    (line,) = (row for row in result.stderr.splitlines() if "ACME001" in row)
    failure = re.escape(f"{package.folder.name}/acme_rules.py")
    (told,) = re.findall("^acme-lrlint .*$", _page(), re.M)
    pattern = re.escape(told).replace(re.escape("acme/acme_rules.py:55"), failure + r":\d+")
    assert re.search(pattern, line)


def test_package_that_is_not_installed_is_no_test(package: Package) -> None:
    for name in ("entry_points.txt", "METADATA"):
        (package.folder / f"acme_lrlint-{package.version}.dist-info" / name).unlink()
    result = package.run("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert "ACME001 is not installed" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"ACME001"', '"acme-1"', "the code of LearningRateAboveLimit must be like ACME001"),
        (
            '"lr-above-limit"',
            '"LR above limit"',
            "the name of LearningRateAboveLimit must be like my-rule",
        ),
        (
            "Severity.WARNING",
            '"warning"',
            "the severity of LearningRateAboveLimit must be a Severity",
        ),
        ("import Option", "import Optoin", "cannot import name 'Optoin'"),
    ],
)
def test_package_that_cannot_be_loaded_is_named(
    package: Package, old: str, new: str, reason: str
) -> None:
    rules = package.folder / "acme_rules.py"
    package.write(rules.name, rules.read_text().replace(old, new, 1))
    result = package.run("lrlint", "check", "train.py")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "the rules of plugin acme (acme_rules, acme-lrlint 0.1.0) cannot be loaded" in line
    assert reason in line
