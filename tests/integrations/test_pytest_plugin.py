"""The pytest plugin: which tests fail, and what is shown of them."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("torch._dynamo")  # a run within this process would import it anew, which fails
pytest.importorskip("lrlint.runtime.watch")

pytest_plugins = ["pytester"]

CASES = """
    import pytest
    import torch
    from torch.optim.lr_scheduler import ExponentialLR, LinearLR

    def fit(length):
        solver = torch.optim.SGD(torch.nn.Linear(3, 1).parameters(), lr=0.2)
        ramp = LinearLR(solver, 0.5, total_iters=length)
        for _ in range(5):
            for _ in range(3):
                solver.step()
            ramp.step()

    def test_fits():
        fit(5)

    def test_too_long():
        fit(12)

    def test_twice():
        solver = torch.optim.SGD(torch.nn.Linear(3, 1).parameters(), lr=0.2)
        decay = ExponentialLR(solver, 0.9)
        for _ in range(5):
            for _ in range(3):
                solver.step()
            decay.step()
            decay.step()
"""
MARKED = """
    @pytest.mark.lrlint({arguments})
    def test_marked():
        test_twice()
"""
ASKED = """
    def test_asked(lr_watch):
        test_twice()
        assert lr_watch.recording.schedules

    def test_closes(lr_watch):
        test_twice()
        from lrlint import ScheduleError
        with pytest.raises(ScheduleError):
            lr_watch.close()
"""
WRITTEN = """
    def test_written():
        solver = torch.optim.SGD(torch.nn.Linear(3, 1).parameters(), lr=0.2)
        decay = torch.optim.lr_scheduler.LambdaLR(solver, lambda turn: 0.8**turn)
        for turn in range(5):
            solver.step()
            decay.step()
            solver.param_groups[0]["lr"] = 0.7
"""
BROKEN = """
    @pytest.fixture
    def solver():
        test_twice()
        raise RuntimeError("no data")

    def test_broken(solver):
        pass
"""


def outcome(pytester: pytest.Pytester, code: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_fit=CASES + code)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)


def shown(result: pytest.RunResult) -> str:
    return result.stdout.str()


@pytest.mark.slow
def test_nothing_is_watched_unless_asked_for(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "")
    result.assert_outcomes(passed=3)
    assert "lrlint findings" not in shown(result)


@pytest.mark.slow
def test_raise_fails_the_test_itself(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "", "--lrlint=raise", "--junitxml=report.xml")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_twice*",
            "ScheduleError: test_fit.py:*: LR105 stepped-twice",
            "error[[]LR105[]]*",
            "*decay.step()*",
            "*lrlint findings*",
            "test_fit.py::test_too_long",
            "  test_fit.py:*: warning[[]LR210[]]*",
            "FAILED test_fit.py::test_twice*LR105*",
        ]
    )
    assert "pytest_plugin" not in shown(result)
    report = (pytester.path / "report.xml").read_text()
    assert re.search(r'<property name="lrlint" value="[^"]*error\[LR105\]', report)


@pytest.mark.slow
def test_warn_lists_what_it_finds(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, "", "--lrlint=warn")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["*lrlint findings*", "test_fit.py::test_t*", "*LR*", "test_fit.py::test_t*", "*LR*"]
    )


@pytest.mark.slow
def test_the_configuration_says_so_too(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nlrlint = raise\nlrlint_ignore = LR105")
    result = outcome(pytester, "")
    result.assert_outcomes(passed=3)
    outcome(pytester, "", "--lrlint=off").stdout.no_fnmatch_line("*lrlint findings*")


@pytest.mark.slow
def test_the_configuration_of_the_project_holds(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASES)
    pytester.path.joinpath("lrlint.toml").write_text('severity = { LR105 = "off", LR902 = "off" }')
    pytester.runpytest("--lrlint=raise", "-k", "twice").assert_outcomes(passed=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "failed"),
    [("", 1), ("mode='raise'", 1), ("mode='warn'", 0), ("ignore=['LR105', 'LR103']", 0)],
)
def test_a_marker_decides_for_its_test(
    pytester: pytest.Pytester, arguments: str, failed: int
) -> None:
    result = outcome(pytester, MARKED.format(arguments=arguments), "--strict-markers")
    result.assert_outcomes(passed=4 - failed, failed=failed)


@pytest.mark.slow
def test_the_fixture(pytester: pytest.Pytester) -> None:
    outcome(pytester, ASKED).assert_outcomes(passed=4, failed=1)


@pytest.mark.slow
def test_a_fixture_that_fails_ends_the_watch(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, BROKEN, "--lrlint=raise", "-k", "broken")
    result.assert_outcomes(errors=1)
    assert "LR105" not in shown(result)


def test_an_unknown_mode_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nlrlint = loud")
    result = outcome(pytester, "")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*lrlint = loud: is none of raise, warn, off"])


@pytest.mark.slow
def test_a_divergence_fails_at_its_step(pytester: pytest.Pytester) -> None:
    result = outcome(pytester, WRITTEN, "--lrlint=raise", "-k", "written")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ScheduleError*LR901 trajectory-diverges*"])
    assert "lrlint/runtime" not in shown(result)
