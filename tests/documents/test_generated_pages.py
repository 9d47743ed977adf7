"""The pages that docs/_hooks makes from the code, and its check of links; no MkDocs is needed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HOOKS = Path(__file__).parents[2] / "docs" / "_hooks"


@pytest.fixture(scope="module")
def hooks() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOOKS)
        import command_line
        import links
        import rule_pages

        yield {"command_line": command_line, "links": links, "rule_pages": rule_pages}
    for name in ("command_line", "curves", "links", "rule_pages"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def pages(hooks: dict[str, ModuleType]) -> dict[str, str]:
    return dict(hooks["rule_pages"].pages())


def test_each_rule_has_a_page_and_most_show_a_curve(
    hooks: dict[str, ModuleType], pages: dict[str, str]
) -> None:
    rules = hooks["rule_pages"].own_rules()
    assert set(pages) == {"rules/index.md", *(f"rules/{rule.code.lower()}.md" for rule in rules)}
    with_curve = {path for path, text in pages.items() if "<svg" in text}
    assert len(with_curve) > 30
    assert pages["rules/lr101.md"].count("<polyline") == 2
    assert "<svg" not in pages["rules/lr106.md"]  # what a plateau does depends on its metric


def test_codes_in_a_page_are_links_except_in_code(pages: dict[str, str]) -> None:
    page = pages["rules/lr104.md"]
    assert "[LR401](lr401.md)" in page
    assert not re.search(r"(?<!\[)LR104(?! step-before)", page)


def test_all_options_are_in_the_command_line_s_page(hooks: dict[str, ModuleType]) -> None:
    ((path, text),) = hooks["command_line"].pages()
    assert path == "command-line.md"
    for option in ("--select", "--fix", "--set", "--mode", "--report", "--all"):
        assert f"<code>{option}" in text


def test_dead_links_are_found(hooks: dict[str, ModuleType], tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "index.html").write_text(
        """<h1 id="top"></h1><a href="#top"></a><a href="rules/#lr101"></a>
        <a href="https://pytorch.org"></a><a href="http://pytorch.org"></a>
        <a href="rules/#lr999"></a><a href="/rules/"></a><img src="curve.png">"""
    )
    (tmp_path / "rules" / "index.html").write_text('<h2 id="lr101"></h2><a href="..#top"></a>')
    assert list(hooks["links"].dead_links(tmp_path)) == [
        "index.html: http://pytorch.org: not https",
        "index.html: rules/#lr999: no such anchor",
        "index.html: /rules/: not relative",
        "index.html: curve.png: no such file",
    ]
