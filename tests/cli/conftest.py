"""A fake analyser and fake rules, which report words of the script: ``T_max=100``, ``eta_min=0``…

The real ones are tested elsewhere. Here the subject is the way of a finding from a rule to the
user.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import ModuleType, SimpleNamespace

import pytest

from lrlint import rule as rule_module
from lrlint.analysis import BadOverride
from lrlint.diagnostics import Severity
from lrlint.facts import Place, Training
from lrlint.fix import Change, Edit, ReplaceWith
from lrlint.rule import Finding, Rule, Silence, safe, unsafe
from lrlint.source import Disk, Relevance, SourceFile, check_syntax, load
from lrlint.span import Span


@dataclass(frozen=True)
class WordPlace(Place):
    """A span of a file's text."""

    source: SourceFile
    start: int
    end: int
    statement_rows: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def span(self) -> Span:
        return self.source.at(self.start, self.end)

    def rewrite(self, change: Change) -> tuple[Edit, ...] | None:
        if not isinstance(change, ReplaceWith):
            return None
        return (Edit(self.span(), change.text),)


@dataclass(frozen=True, eq=False, kw_only=True)
class WordTraining(Training):
    sources: tuple[SourceFile, ...]

    def find(self, pattern: str) -> Iterator[WordPlace]:
        for source in self.sources:
            for match in re.finditer(pattern, source.text):
                rows = statement_rows(source, source.lines.position(match.start())[0])
                yield WordPlace(source, match.start(), match.end(), rows)


def statement_rows(source: SourceFile, row: int) -> tuple[int, ...]:
    """Return the first and last row of the simple statement around a row."""
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.Expr, ast.Assign)) and node.lineno <= row <= node.end_lineno:  # type: ignore[operator]
            return node.lineno, node.end_lineno  # type: ignore[return-value]
    return ()


class TMaxMismatch(Rule):
    """T_max is 100."""

    code, name, severity = "LR201", "t-max-mismatch", Severity.ERROR

    def check_training(self, training: Training) -> Iterable[Finding | Silence]:
        assert isinstance(training, WordTraining)
        for place in training.find("T_max=0"):
            yield self.silence(place, "T_max is 0", owner="LR207")
        for place in training.find("T_max=T"):
            yield self.silence(place, "the value of T is not known")
        loop = next(training.find(r"range\(\d+\)"), None)
        for place in training.find("T_max=100"):
            yield self.finding(
                place,
                "T_max is 100, but the scheduler steps 90 times",
                notes=[("90 epochs", loop)],
                fix=unsafe("set `T_max=90`", (place, ReplaceWith("T_max=90"))),
            )


class EtaMinZero(Rule):
    """eta_min is left at 0."""

    code, name, severity = "LR301", "eta-min-zero", Severity.WARNING

    def check_training(self, training: Training) -> Iterable[Finding]:
        assert isinstance(training, WordTraining)
        for place in training.find("eta_min=0(?![.e])"):
            fix = safe("set `eta_min=1e-6`", (place, ReplaceWith("eta_min=1e-6")))
            yield self.finding(place, "the LR ends at 0", fix=fix)
        for place in training.find("eta_min=0.0"):
            yield self.finding(place, "the LR ends at 0, as asked", severity=Severity.ADVICE)


class AbruptDecay(Rule):
    """gamma is 0.1."""

    code, name, severity = "LR602", "abrupt-decay", Severity.ADVICE

    def check_training(self, training: Training) -> Iterable[Finding | Silence]:
        assert isinstance(training, WordTraining)
        for place in training.find("gamma=0.1"):
            yield self.finding(place, "the LR drops to a tenth at once")
        for place in training.find("gamma=g"):
            yield self.silence(place, "the value of g is not known")


class Unreadable(Rule):
    """LR000."""

    code, name, severity = "LR000", "unreadable", Severity.ERROR


class UnusedSuppression(Rule):
    """LR001."""

    code, name, severity = "LR001", "unused-suppression", Severity.WARNING


class Broken(Rule):
    """A rule with a bug."""

    code, name, severity = "LR999", "broken", Severity.ERROR

    def check_training(self, training: Training) -> Iterable[Finding]:
        assert isinstance(training, WordTraining)
        for _ in training.find("BREAK_THE_RULE"):
            raise ZeroDivisionError("a bug in a rule")
        return ()


class FakeProject:
    size = 0

    def __init__(self, relevance: Relevance, disk: Disk) -> None:
        self.known: dict[Path, SourceFile] = {}
        self.relevance = relevance or Relevance()

    def entry(self, source: SourceFile) -> SourceFile:
        return self.known.setdefault(source.path.resolve(), source)

    def has_parsed(self, path: Path) -> bool:
        return path.resolve() in self.known

    def module(self, path: Path) -> SourceFile:
        return self.known.get(path.resolve()) or self.relevance.read(path) or load(path)


def fake_analyse(
    source: SourceFile, project: FakeProject, numbers: Mapping[str, object] | None = None
) -> SimpleNamespace:
    check_syntax(source)
    if "BREAK_THE_ANALYSER" in source.text:
        raise RuntimeError("a bug\nin the analyser")
    while "KEEP_THE_ANALYSER_BUSY" in source.text:
        pass
    imported = re.findall(r"^import (helper\w*)", source.text, re.MULTILINE)
    others = tuple(project.module(source.path.parent / f"{name}.py") for name in imported)
    training = WordTraining(optimizers=(), schedules=(), sources=(source, *others))
    undecided = [
        (WordPlace(source, match.start(), match.end()), "the number of epochs is unknown")
        for match in re.finditer("args.epochs", source.text)
    ]
    return SimpleNamespace(
        trainings=(training, training),
        undecided=tuple(undecided),
        unused=(),
        names=(),
        settled=lambda source: range(len(source.lines.starts) + 1),
    )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the analyser and the rules."""
    module = ModuleType("lrlint.analysis")
    module.__dict__.update(analyse=fake_analyse, Project=FakeProject, BadOverride=BadOverride)
    monkeypatch.setitem(sys.modules, "lrlint.analysis", module)
    rules = (
        Unreadable(),
        UnusedSuppression(),
        TMaxMismatch(),
        EtaMinZero(),
        AbruptDecay(),
        Broken(),
    )
    monkeypatch.setattr(rule_module, "load_rules", lambda: rules)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an empty folder as the working directory."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(project: Path) -> Callable[..., Path]:
    """Write files into the project: ``write(train="…")`` or ``write("sub/train.py", "…")``."""

    def write(name: str = "", text: str = "", **scripts: str) -> Path:
        files = {f"{stem}.py": code for stem, code in scripts.items()} | (
            {name: text} if name else {}
        )
        for one, code in files.items():
            path = project / one
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(code).lstrip("\n"), encoding="utf-8", newline="")
        return project / next(reversed(files))

    return write


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run ``lrlint …`` in this process: exit status, standard output, standard error."""
    from lrlint.cli import main

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return run
