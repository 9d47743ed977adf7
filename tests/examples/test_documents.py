"""README.md and CONTRIBUTING.md agree with the repository and with CI."""

import re
from pathlib import Path

from lrlint.diagnostics import Severity
from lrlint.rule import Rule

ROOT = Path(__file__).parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.M | re.S)


def test_readme_opens_with_an_excerpt_of_an_example() -> None:
    excerpt = blocks("README.md", "python")[0]
    assert excerpt in text("examples/lr101_step_in_batch_loop.py")


def test_ci_runs_the_commands_of_the_readme() -> None:
    commands = "".join(blocks("README.md", "sh")).splitlines()
    assert "pip install . && lrlint check examples" in commands
    assert "pip install -e '.[dev]' && pytest -n 2 -q" in commands
    ci = text(".ci/run").splitlines()
    assert "pip install ." in ci
    assert "pip install -e '.[dev]' && pytest -n 2 -q || exit 1" in ci


def test_readme_counts_the_pitfalls() -> None:
    pitfalls = [p for p in (ROOT / "examples").glob("lr[0-9]*") if not p.stem.endswith("_fixed")]
    assert f"each of {len(pitfalls)} pitfalls" in text("README.md")


def test_rule_in_contributing_is_a_rule() -> None:
    (source,) = blocks("CONTRIBUTING.md", "python")
    namespace: dict[str, object] = {"__name__": "lr699_gamma_of_one"}
    exec(compile(source, "CONTRIBUTING.md", "exec"), namespace)
    rule = namespace["GammaOfOne"]
    assert isinstance(rule, type)
    assert issubclass(rule, Rule)
    assert rule.severity is Severity.WARNING
    (example,) = rule.INVALID
    assert example.expected_row() == 6
