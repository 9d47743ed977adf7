"""Rules of third parties: found as lrlint's own are, and named when they fail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from lrlint import rule as rule_module
from lrlint.diagnostics import Severity
from lrlint.errors import PluginError
from lrlint.rule import Rule, load_rules


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    load_rules.cache_clear()
    yield
    load_rules.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, **plugins: str) -> None:
    points = [
        EntryPoint(name, value, rule_module.ENTRY_POINT_GROUP) for name, value in plugins.items()
    ]
    monkeypatch.setattr(rule_module, "entry_points", lambda group: points)


def module(monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    found = ModuleType(name)
    values = {"__module__": name, "code": code, "name": "mine", "severity": Severity.WARNING}
    found.Mine = type("Mine", (Rule,), values)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, found)


def test_rules_of_a_plugin_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    module(monkeypatch, "my_rules", "ME001")
    install(monkeypatch, lrlint="lrlint_rules", mine="my_rules")
    codes = [rule.code for rule in load_rules()]
    assert "ME001" in codes
    assert "LR000" in codes


def test_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, broken="no_such_module_at_all")
    with pytest.raises(PluginError, match=r"^the rules of plugin broken \(no_such_module_at_all\)"):
        load_rules()


def test_code_that_two_plugins_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    module(monkeypatch, "my_rules", "ME001")
    module(monkeypatch, "your_rules", "ME001")
    install(monkeypatch, mine="my_rules", yours="your_rules")
    with pytest.raises(PluginError, match="ME001 is claimed by my_rules and your_rules"):
        load_rules()


def test_rules_of_a_plugin_link_to_its_documentation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "my_rules-1.0.dist-info"
    folder.mkdir()
    points = f"[{rule_module.ENTRY_POINT_GROUP}]\nmine = my_rules.all\n"
    (folder / "entry_points.txt").write_text(points)
    metadata = "Metadata-Version: 2.1\nName: my_rules\nVersion: 1.0\n"
    (folder / "METADATA").write_text(
        f"{metadata}Project-URL: Documentation, https://example.org/\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module(monkeypatch, "my_rules.all", "ME001")
    assert sys.modules["my_rules.all"].Mine.url() == "https://example.org"
    module(monkeypatch, "your_rules", "ME002")
    assert sys.modules["your_rules"].Mine.url() is None


def test_an_own_rule_has_a_page_where_the_documentation_has_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (rule,) = (rule for rule in load_rules() if rule.code == "LR101")
    for address, url in (
        (None, None),
        ("https://example.org/docs", "https://example.org/docs/rules/lr101/"),
    ):
        monkeypatch.setattr(rule_module, "documentation_address", lambda _address=address: _address)
        assert rule.url() == url


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *((name, f"judgement.{name}") for name in ("length", "rates", "resuming", "wiring")),
        ("wording", "judgement.wording"),
        ("engine", "linter.engine"),
    ],
)
def test_old_names_of_modules_lead_to_the_new_ones(old: str, new: str) -> None:
    code = f"import lrlint.{old} as old, lrlint.{new} as new; from lrlint import {old} as same"
    code += "; assert old is new is same"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_words_of_judgement_are_found_where_they_were() -> None:
    from lrlint.judgement import cadence, driver, regular_sites

    assert {cadence.__module__, driver.__module__, regular_sites.__module__} == {
        "lrlint.judgement.stepping"
    }
