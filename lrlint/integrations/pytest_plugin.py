"""The pytest plugin: the fixture ``lr_watch``, and ``--lrlint`` to watch every test.

``--lrlint=raise`` fails a test in its call phase where its training has a finding of error
severity; ``--lrlint=warn`` lists all findings in the terminal summary. In the configuration, the
keys ``lrlint`` (the same modes, and ``off``) and ``lrlint_ignore`` (codes) say so for all tests;
``@pytest.mark.lrlint(mode="raise", ignore=["LR301"])`` does for one. Findings are properties of the
test in a JUnit report.

pytest loads it wherever lrlint is installed (entry point ``pytest11``), so torch, which takes 2 s
to import, is imported only by tests that are watched.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from lrlint.diagnostics import Diagnostic
    from lrlint.runtime.watch import Watch

_MODES = ("raise", "warn", "off")
_PROPERTY = "lrlint"
"""The name of a finding among the properties of a test."""


@dataclass(frozen=True)
class _Choice:
    """How a test is watched."""

    mode: str
    ignore: tuple[str, ...]


_WATCH: pytest.StashKey[Watch] = pytest.StashKey()
_CHOICE: pytest.StashKey[_Choice] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--lrlint`` and the keys of the configuration."""
    parser.getgroup("lrlint").addoption(
        "--lrlint",
        choices=_MODES,
        default=None,
        help="watch the learning-rate schedules of every test: fail on findings, or list them",
    )
    parser.addini("lrlint", "the mode in which the schedules of every test are watched", default="")
    parser.addini("lrlint_ignore", "codes of findings to ignore", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Check the configuration, and describe the marker."""
    config.addinivalue_line(
        "markers",
        "lrlint(mode='raise', ignore=()): watch the learning-rate schedules of a test: fail it on"
        " findings ('raise'), list them ('warn'), or do not watch it ('off')",
    )
    mode = config.getini("lrlint")
    if mode not in ("", *_MODES):
        raise pytest.UsageError(f"lrlint = {mode}: is none of {', '.join(_MODES)}")


@pytest.fixture
def lr_watch(request: pytest.FixtureRequest) -> Watch:
    """Watch all schedules of the test and fail it on a finding of error severity.

    ``lr_watch.findings`` and ``lr_watch.recording`` can be read within the test; a test that calls
    ``lr_watch.close()`` itself gets the ScheduleError there.
    """
    return cast("pytest.Item", request.node).stash[_WATCH]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Begin to watch a test, its fixtures included."""
    choice = item.stash[_CHOICE] = _choice(item)
    if choice.mode != "off":
        item.stash[_WATCH] = _open(choice)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """End the watch with the test: it fails, or its findings are kept for the summary."""
    watch = item.stash.get(_WATCH, None)
    if watch is None:
        return (yield)
    try:
        result = yield
    finally:
        findings = watch.stop()
        for finding in findings:
            item.user_properties.append((_PROPERTY, _line(finding)))
    _fail_on_errors(item.stash[_CHOICE], watch, findings)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """End the watch of a test whose fixtures have failed."""
    watch = item.stash.get(_WATCH, None)
    if watch is not None:
        watch.stop()
        del item.stash[_WATCH]
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the findings of tests that have not failed, and so have not shown them."""
    reports = [one for found in terminalreporter.stats.values() for one in found]
    listed = [
        (report.nodeid, text)
        for report in reports
        if getattr(report, "when", "") == "call" and not report.failed
        for name, text in report.user_properties
        if name == _PROPERTY
    ]
    if not listed:
        return
    terminalreporter.section("lrlint findings")
    for nodeid in dict.fromkeys(nodeid for nodeid, _ in listed):
        terminalreporter.write_line(nodeid)
        for of_test, text in listed:
            if of_test == nodeid:
                terminalreporter.write_line(f"  {text}")


def _choice(item: pytest.Item) -> _Choice:
    """Return how a test is watched: its marker decides, then the command line, then the file."""
    config = item.config
    mode = config.getoption("--lrlint") or config.getini("lrlint") or "off"
    ignore = tuple(config.getini("lrlint_ignore"))
    asked = "lr_watch" in getattr(item, "fixturenames", ())
    mode = "raise" if asked else mode
    for marker in reversed([*item.iter_markers("lrlint")]):
        unknown = {*marker.kwargs} - {"mode", "ignore"}
        mode = marker.kwargs.get("mode", mode if mode != "off" else "raise")
        if marker.args or unknown or mode not in _MODES:
            raise pytest.UsageError(
                f"{item.nodeid}: the marker is lrlint(mode=..., ignore=...), and the modes are"
                f" {', '.join(_MODES)}"
            )
        given = marker.kwargs.get("ignore", ())
        ignore += (given,) if isinstance(given, str) else tuple(given)
    return _Choice("raise" if mode == "off" and asked else mode, ignore)


def _open(choice: _Choice) -> Watch:
    from lrlint.linter.config import Config
    from lrlint.linter.resolve import Resolver
    from lrlint.runtime.session import Mode, Session
    from lrlint.runtime.watch import Watch  # imports torch: 2 s

    settings = Resolver([Config({"ignore": choice.ignore}, Path.cwd())])
    return Watch(Session(Mode.RAISE if choice.mode == "raise" else Mode.RECORD, settings=settings))


def _line(finding: Diagnostic) -> str:
    kind = f"{finding.severity.label}[{finding.code}] {finding.name}"
    return f"{finding.filename}:{finding.location.row}: {kind}: {finding.message}"


def _headline(errors: Sequence[Diagnostic]) -> str:
    first, more = errors[0], f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{first.filename}:{first.location.row}"
    return f"ScheduleError: {where}: {first.code} {first.name}{more}"


def _fail_on_errors(choice: _Choice, watch: Watch, findings: Sequence[Diagnostic]) -> None:
    """Fail the test, showing its own lines and none of lrlint's."""
    from lrlint.diagnostics import Severity

    __tracebackhide__ = True
    errors = tuple(one for one in findings if one.severity is Severity.ERROR)
    if choice.mode == "raise" and errors:
        pytest.fail(f"{_headline(errors)}\n\n{watch.describe(errors)}", pytrace=False)
