"""Several processes find what one finds, in the same order; none that dies takes others along."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from lrlint.errors import UserError
from lrlint.linter import engine, file_linter, workers
from lrlint.linter.engine import lint
from lrlint.linter.reader import Stdin
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.source import Found

TRAIN = """\
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)
for epoch in range({epochs}):
    optimizer.step()
    scheduler.step()
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(12):
        (tmp_path / f"train{number:02}.py").write_text(TRAIN.format(epochs=95 + number))
    (tmp_path / "broken.py").write_text("scheduler = CosineAnnealingLR(\n")
    (tmp_path / "boring.py").write_text("print()\n")
    (tmp_path / "notebook.ipynb").write_text("not json: scheduler.step()")
    return tmp_path


@pytest.fixture(params=["fork", "spawn"])
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How processes are started."""
    method: str = request.param
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("no fork")
    monkeypatch.setattr(workers, "_start_method", lambda: method)
    return method


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have processes forked, with what a test has patched."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork")
    monkeypatch.setattr(workers, "_start_method", lambda: "fork")


def shown(report: Report) -> dict[str, object]:
    ignored = ("seconds", "sources", "imported")
    values = {one.name: getattr(report, one.name) for one in fields(report)}
    lines = report.results.lines
    texts = {name: lines(name, None) for name in report.sources}
    return {name: values[name] for name in values if name not in ignored} | texts


def test_the_same_report(project: Path, start: str) -> None:
    alone = lint(["."], Resolver())
    assert len(alone.diagnostics) > 10
    assert shown(lint(["."], Resolver(), jobs=2)) == shown(alone)


def test_options_go_along(project: Path, forks: None) -> None:
    (project / "pyproject.toml").write_text('[tool.lrlint]\npedantic = true\nignore = ["LR2"]\n')
    alone = lint(["."], Resolver(), explain=True, patience=60)
    together = lint(["."], Resolver(), explain=True, patience=60, jobs=3)
    assert shown(together) == shown(alone)


def test_standard_input_is_read_here(project: Path, forks: None) -> None:
    stdin = Stdin(TRAIN.format(epochs=7).encode())
    report = lint([".", "-"], Resolver(), stdin=stdin, jobs=2)
    assert "<stdin>" in {finding.filename for finding in report.diagnostics}


def test_results_of_other_processes_are_kept(project: Path, forks: None) -> None:
    cache = project / ".lrlint_cache"
    first = lint(["."], Resolver(), cache=cache, jobs=2)
    assert shown(lint(["."], Resolver(), cache=cache)) == shown(first)


@pytest.mark.usefixtures("forks")
class TestWithPatches:
    """What a fork inherits, a test can patch."""

    def test_a_process_that_dies(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        original = file_linter.FileLinter._file

        def die(self: file_linter.FileLinter, number: int, found: Found) -> object:
            if found.path.name == "train08.py":
                os.kill(os.getpid(), signal.SIGKILL)
            return original(self, number, found)

        monkeypatch.setattr(file_linter.FileLinter, "_file", die)
        report = lint(["."], Resolver(), jobs=2)
        assert report.problems == (
            "a process ended unexpectedly (signal 9); not linted: train08.py",
        )
        assert {finding.filename for finding in report.diagnostics} >= {"train07.py", "train09.py"}

    def test_rules_that_cannot_be_loaded(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise UserError("rules of acme: no such module")

        monkeypatch.setattr("lrlint.linter.judge.Judge.prepare", fail)
        with pytest.raises(UserError, match="rules of acme"):
            lint(["."], Resolver(), jobs=2)

    def test_an_interruption_ends_all(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        team: list[workers._Team] = []
        original = workers._Team.results

        def interrupt(self: workers._Team) -> Iterator[object]:
            team.append(self)
            yield from original(self)
            raise KeyboardInterrupt

        monkeypatch.setattr(workers._Team, "results", interrupt)
        with pytest.raises(KeyboardInterrupt):
            lint(["."], Resolver(), jobs=2)
        assert not any(worker.process.is_alive() for worker in team[0]._workers)

    def test_help_is_called_where_it_takes_long(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[int] = []
        original = workers.lint_in_processes

        def spy(*arguments: object) -> object:
            calls.append(arguments[-1])  # type: ignore[arg-type]
            return original(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(workers, "lint_in_processes", spy)
        monkeypatch.setattr(workers, "usable_cores", lambda: 2)
        alone = lint(["."], Resolver())
        assert shown(lint(["."], Resolver(), jobs=None)) == shown(alone)
        assert calls == []
        monkeypatch.setattr(engine, "_ALONE", 0)
        assert shown(lint(["."], Resolver(), jobs=None)) == shown(alone)
        assert calls == [2]


def test_progress_is_told(project: Path) -> None:
    told: list[tuple[int, int]] = []
    lint(["."], Resolver(), progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 15) for number in range(1, 16)]
