"""``lrlint check`` as the shell sees it: streams, options and exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lrlint

pytestmark = pytest.mark.usefixtures("fake")
Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]

ERROR = "scheduler = CosineAnnealingLR(o, T_max=100)\n"
WARNING = "scheduler = CosineAnnealingLR(o, T_max=90, eta_min=0)\n"
ADVICE = "scheduler = StepLR(o, gamma=0.1)\n"
CLEAN = "scheduler = CosineAnnealingLR(o, T_max=90, eta_min=1e-6)\n"


def codes(out: str) -> list[str]:
    return [found["code"] for found in json.loads(out)]


def test_whole_report(write: Write, run: Run) -> None:
    write(train="for epoch in range(90):\n    " + ERROR)
    assert run("check", "train.py") == (
        1,
        """\
error[LR201] t-max-mismatch: T_max is 100, but the scheduler steps 90 times
 --> train.py:2:38
  |
1 | for epoch in range(90):
  |              --------- 90 epochs
2 |     scheduler = CosineAnnealingLR(o, T_max=100)
  |                                      ^^^^^^^^^
  |
  = help: set `T_max=90` (--fix --unsafe-fixes)

Found 1 finding (1 error) in 1 file.
1 can be fixed with --fix --unsafe-fixes, which may change behaviour; review them.
""",
        "",
    )


@pytest.mark.parametrize("arguments", [[], ["."], ["train.py"], ["./train.py", "train.py"]])
def test_check_is_the_default_command(write: Write, run: Run, arguments: list[str]) -> None:
    write(train=ERROR)
    assert run("check", *arguments) == run("--output-format=full", *arguments)
    if arguments:
        assert run("check", *arguments) == run(*arguments)


def test_without_arguments_there_is_help(run: Run) -> None:
    status, out, _ = run()
    assert status == 0
    assert out.startswith("Usage: lrlint [OPTIONS] [COMMAND] [PATHS]...")
    assert run("--help")[1] == run("-h")[1] == out
    assert "check " in out
    assert "predict " in out


def test_version(run: Run) -> None:
    assert run("--version") == run("-V") == (0, f"lrlint {lrlint.__version__}\n", "")


# -- exit status


@pytest.mark.parametrize(
    ("script", "options", "status"),
    [
        (CLEAN, [], 0),
        (ERROR, [], 1),
        (WARNING, [], 1),
        (ADVICE, [], 0),
        (ADVICE, ["--pedantic"], 0),
        (ADVICE, ["--pedantic", "--fail-on", "advice"], 1),
        (WARNING, ["--fail-on", "error"], 0),
        (ERROR, ["--fail-on", "error"], 1),
        (ERROR, ["--fail-on", "never"], 0),
        (ERROR, ["--exit-zero"], 0),
        (ERROR, ["--ignore", "LR2"], 0),
        (ERROR, ["--select", "eta-min-zero,LR602"], 0),
        ("scheduler = (\n", [], 1),
    ],
)
def test_exit_status(write: Write, run: Run, script: str, options: list[str], status: int) -> None:
    write(train=script)
    assert run("check", *options, "train.py")[0] == status


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--select", "LR2O1", "."],
            "lrlint: --select: no rule is called 'LR2O1'; did you mean LR201",
        ),
        (
            ["--ignore", "eta-min-zer", "."],
            "lrlint: --ignore: no rule is called 'eta-min-zer'; did",
        ),
        (["--extend-select", "E501", "."], "lrlint: --extend-select: no rule is called 'E501'"),
        (["--fail-on", "maybe", "."], "lrlint: Invalid value for '--fail-on'"),
        (["--selct", "LR2", "."], "lrlint: No such option '--selct'"),
        (["--output-format", "xml", "."], "lrlint: Invalid value for '--output-format'"),
        (["--config", "none.toml", "."], "lrlint: none.toml: No such file or directory"),
        (["--config", "none.toml", "--isolated"], "lrlint: --config FILE cannot be combined"),
        (
            ["--diff", "--output-format", "json"],
            "lrlint: --diff cannot be combined with json output",
        ),
    ],
)
def test_usage_errors(write: Write, run: Run, arguments: list[str], message: str) -> None:
    write(train=ERROR)
    status, out, err = run("check", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_bad_configuration(write: Write, run: Run) -> None:
    write("pyproject.toml", "[tool.lrlint]\nselct = []\n")
    write(train=ERROR)
    message = "lrlint: pyproject.toml: tool.lrlint: unknown key 'selct'; did you mean 'select'?\n"
    assert run("check") == (2, "", message)
    assert run("check", "--no-config")[0] == run("check", "--isolated")[0] == 1


def test_unknown_rule_in_the_configuration(write: Write, run: Run) -> None:
    write("pyproject.toml", "[tool.lrlint.per-file-ignores]\n'*.py' = ['LR7']\n")
    message = "lrlint: pyproject.toml: tool.lrlint.per-file-ignores: no rule is called 'LR7'\n"
    assert run("check") == (2, "", message)


def test_plugin_that_cannot_be_loaded(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lrlint import rule
    from lrlint.errors import PluginError

    def fail() -> None:
        raise PluginError("the rules of plugin x cannot be loaded")

    monkeypatch.setattr(rule, "load_rules", fail)
    write(train=ERROR)
    message = "lrlint: the rules of plugin x cannot be loaded\n"
    assert run("check") == run("rule") == (2, "", message)


def test_configuration_is_heeded_and_overridden(write: Write, run: Run) -> None:
    write("pyproject.toml", '[tool.lrlint]\nselect = ["LR301"]\nfail-on = "error"\n')
    write(train=ERROR + WARNING)
    status, out, _ = run("check", "--output-format", "json")
    assert (status, codes(out)) == (0, ["LR301"])
    status, out, _ = run("check", "--output-format", "json", "--select", "LR201")
    assert (status, codes(out)) == (1, ["LR201"])
    assert run("check", "--fail-on", "warning")[0] == 1


def test_missing_path(write: Write, run: Run) -> None:
    write(train=ERROR)
    status, out, err = run("check", "--output-format", "json", "nowhere.py", "train.py")
    assert (status, codes(out)) == (2, ["LR201"])
    assert err == "lrlint: nowhere.py: no such file or directory\n"


def test_misspelt_command_is_a_missing_path_with_a_hint(run: Run, project: Path) -> None:
    status, _, err = run("chekc")
    assert status == 2
    assert err == "lrlint: chekc: no such file or directory; did you mean the command `check`?\n"


@pytest.mark.parametrize("output_format", ["full", "json", "github"])
def test_nothing_to_lint(project: Path, run: Run, output_format: str) -> None:
    status, out, err = run("check", "--output-format", output_format, ".")
    assert (status, out) == (0, "[]\n" if output_format == "json" else "")
    assert err == "lrlint: no Python files or notebooks found in .\n"


def test_exclude(write: Write, run: Run) -> None:
    write("old/train.py", ERROR)
    write("new/train.py", CLEAN)
    assert run("check", "--exclude", "old/")[0] == 0


# -- streams


def test_json_on_standard_output_is_pure_whatever_else_is_said(write: Write, run: Run) -> None:
    write(
        train=ERROR + "for e in range(args.epochs): pass\n",
        bad="StepLR(o, BREAK_THE_ANALYSER)\n",
    )
    options = ["--verbose", "--statistics", "--output-format", "json"]
    status, out, err = run("check", *options, "train.py", "bad.py", "nowhere.py")
    assert (status, codes(out)) == (2, ["LR201"])
    assert "undecided: train.py:2:16: the number of epochs is unknown" in err
    assert "lrlint: 2 files, 2 with a scheduler" in err
    assert "internal error in bad.py" in err
    assert "     1  LR201  error    t-max-mismatch" in err


def test_verbose_lists_what_is_not_reported_and_why(write: Write, run: Run) -> None:
    write(train="a = CosineAnnealingLR(o, T_max=T)\nb = CosineAnnealingLR(o, T_max=0)\n")
    status, out, err = run("check", "--verbose", "train.py")
    assert status == 0
    assert "not reported" not in out
    assert [line for line in err.splitlines() if "not reported" in line] == [
        "lrlint: not reported: train.py:1:26: LR201 t-max-mismatch: the value of T is not known",
        "lrlint: not reported: train.py:2:26: LR201 t-max-mismatch: T_max is 0 (see LR207)",
    ]
    assert run("check", "train.py") == (0, out, "")


@pytest.mark.parametrize("option", ["--diff", "--fix"])
def test_verbose_lists_it_with_fixes_too(write: Write, run: Run, option: str) -> None:
    write(train=WARNING + "b = CosineAnnealingLR(o, T_max=0)\n")
    _, _, err = run("check", "--verbose", option, "train.py")
    assert err.count("LR201 t-max-mismatch: T_max is 0 (see LR207)") == 1


def test_json_after_fixing_is_pure_too(write: Write, run: Run) -> None:
    write(train=WARNING)
    assert run("check", "--fix", "--output-format", "json") == (
        0,
        "[]\n",
        "lrlint: fixed 1 finding in 1 file\n",
    )


def test_output_file(write: Write, run: Run, project: Path) -> None:
    write(train=ERROR)
    status, out, _ = run("check", "--output-format", "json", "--output-file", "found.json")
    assert (status, out) == (1, "")
    assert codes((project / "found.json").read_text()) == ["LR201"]


def test_output_file_that_cannot_be_written(write: Write, run: Run) -> None:
    write(train=ERROR)
    status, _, err = run("check", "--output-file", "no/such/folder.txt")
    assert status == 2
    assert err == "lrlint: cannot write no/such/folder.txt: No such file or directory\n"


def test_statistics(write: Write, run: Run) -> None:
    write(a=WARNING, b=WARNING, c=ERROR)
    assert run("check", "--statistics")[1].splitlines() == [
        "     2  LR301  warning  eta-min-zero  [*]",
        "     1  LR201  error    t-max-mismatch",
        "     3  total",
    ]


def test_standard_input(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["-"], ["--stdin-filename", "<stdin>"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ERROR.encode())))
        status, out, _ = run("check", "--output-format", "concise", *arguments)
        assert status == 1
        assert out.startswith("<stdin>:1:34: error[LR201]")


def test_colours_by_the_environment(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(train=ERROR)
    plain = run("check")[1]
    assert "\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror[LR201]\x1b[0m" in run("check")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("check")[1] == plain


# -- lrlint rule


def test_rule_page(run: Run) -> None:
    status, out, _ = run("rule", "LR201")
    assert (status, out) == run("rule", "t-max-mismatch")[:2]
    assert status == 0
    assert out.startswith("# LR201 t-max-mismatch\n\nSeverity: error. ")
    assert out.endswith("\nT_max is 100.\n")


def test_rule_pages_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = run("rule", "LR201")[1]
    assert out.startswith("\x1b[1m\x1b[4mLR201 t-max-mismatch\x1b[0m\n")


def test_rules_in_a_list_and_all_pages(run: Run) -> None:
    listed = run("rule")[1].splitlines()
    assert [line.split()[0] for line in listed] == [
        "LR000",
        "LR001",
        "LR201",
        "LR301",
        "LR602",
        "LR999",
    ]
    assert run("rule", "--all")[1].count("\nSeverity: ") == len(listed)


def test_rules_as_json(run: Run) -> None:
    one = json.loads(run("rule", "LR602", "--output-format", "json")[1])
    assert one["name"] == "abrupt-decay"
    assert one["severity"] == "advice"
    assert one in json.loads(run("rule", "--all", "--output-format", "json")[1])


@pytest.mark.parametrize(
    ("which", "hint"),
    [("LR20", "Did you mean LR201?"), ("t-max", "t-max-mismatch"), ("zzz", "`lrlint rule` lists")],
)
def test_unknown_rule(run: Run, which: str, hint: str) -> None:
    status, out, err = run("rule", which)
    assert (status, out) == (2, "")
    assert hint in err


# -- Python


def test_python_interface(write: Write) -> None:
    script = write(train=ERROR + WARNING)
    assert [one.code for one in lrlint.lint(script)] == ["LR201", "LR301"]
    assert [one.code for one in lrlint.lint(["train.py"], select=["LR3"])] == ["LR301"]
    with pytest.raises(lrlint.LintError, match=r"nowhere\.py: no such file"):
        lrlint.lint([script, "nowhere.py"])
    with pytest.raises(ValueError, match="no rule is called"):
        lrlint.lint(script, ignore=["LR7"])


def test_python_names() -> None:
    assert {"lint", "Diagnostic", "Severity", "LintError"} <= set(dir(lrlint))
    with pytest.raises(AttributeError, match="no attribute 'lnit'"):
        lrlint.lnit  # noqa: B018
