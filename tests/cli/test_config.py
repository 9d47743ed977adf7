"""Configurations: where they are looked for, what they may hold, how mistakes are reported."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from lrlint import rule as rule_module
from lrlint.diagnostics import Severity
from lrlint.errors import ConfigError
from lrlint.facts import Training
from lrlint.linter.keys import KEYS
from lrlint.linter.resolve import Preferences, Resolver
from lrlint.linter.settings import FileIgnores, Patterns, Rating, Settings
from lrlint.linter.versions import demand
from lrlint.option import Option
from lrlint.rule import Finding, Rule

Run = Callable[..., tuple[int, str, str]]
SCRIPT = "scheduler = CosineAnnealingLR(o, T_max=100, eta_min=0)"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    return file


def load(path: Path, config: Path | None = None) -> Settings:
    return Resolver(file=config).settings(path)


def test_every_key(project: Path) -> None:
    file = write(
        project / "pyproject.toml",
        "[tool.lrlint]",
        'select = ["LR1", "t-max-mismatch"]',
        'extend-select = ["LR6"]',
        'ignore = ["LR104"]',
        'extend-ignore = ["LR105"]',
        'exclude = ["vendored/"]',
        'extend-exclude = ["old.py"]',
        "force-exclude = true",
        "pedantic = true",
        'fail-on = "never"',
        'fixable = ["LR3"]',
        'unfixable = ["LR301"]',
        'output-format = "concise"',
        "fix = true",
        "unsafe-fixes = true",
        'required-version = ">=0.0.1"',
        "[tool.lrlint.per-file-ignores]",
        '"tests/*" = ["LR101"]',
        "[tool.lrlint.severity]",
        'LR301 = "error"',
        'LR302 = "off"',
    )
    resolver = Resolver()
    settings = resolver.settings(project / "train.py")
    (layer,) = settings.layers
    assert layer.select == ("LR1", "t-max-mismatch")
    assert layer.extend_select == ("LR6",)
    assert (layer.ignore, layer.extend_ignore) == (("LR104",), ("LR105",))
    assert settings.exclude == (
        Patterns(project, ("vendored/",)),
        Patterns(project, ("old.py",)),
    )
    assert settings.force_exclude
    assert settings.pedantic
    assert settings.fail_on is None
    assert [(one.select, one.ignore) for one in settings.fixable] == [(("LR3",), ("LR301",))]
    assert settings.per_file_ignores == (
        FileIgnores(
            Patterns(project, ("tests/*",)),
            ("LR101",),
            "pyproject.toml: tool.lrlint.per-file-ignores",
        ),
    )
    origin = "pyproject.toml: tool.lrlint.severity"
    assert settings.severity == (
        Rating("LR301", Severity.ERROR, origin),
        Rating("LR302", None, origin),
    )
    assert settings.files == (file,)
    assert resolver.preferences == Preferences("concise", True, True)


# -- which file counts


def test_the_nearest_file_that_speaks_of_lrlint_is_read(project: Path) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", "pedantic = true")
    write(project / "package" / "pyproject.toml", "[project]", 'name = "package"')
    script = write(project / "package" / "src" / "train.py")
    assert load(script).files == (project / "pyproject.toml",)


def test_each_file_has_its_own_configuration(project: Path) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", "pedantic = true")
    write(project / "a" / "lrlint.toml", 'fail-on = "error"')
    resolver = Resolver()
    inner, outer = resolver.settings(project / "a/b/x.py"), resolver.settings(project / "y.py")
    assert (inner.pedantic, inner.fail_on) == (False, Severity.ERROR)
    assert (outer.pedantic, outer.fail_on) == (True, Severity.WARNING)
    assert resolver.settings(project / "a/z.py") is inner
    assert inner.fingerprint != outer.fingerprint == load(project / "y.py").fingerprint


def test_of_several_files_in_a_folder_one_counts(project: Path) -> None:
    for number, name in enumerate(["pyproject.toml", "lrlint.toml", ".lrlint.toml"]):
        table = ["[tool.lrlint]"] if name == "pyproject.toml" else []
        write(project / name, *table, f'ignore = ["LR{number}"]')
        (layer,) = load(project / "train.py").layers[:1]
        assert layer.ignore == (f"LR{number}",)


def test_without_any_file_the_defaults_hold(project: Path) -> None:
    assert load(project / "train.py").fail_on is Severity.WARNING
    assert load(project / "train.py").files == ()
    assert Resolver().preferences == Preferences()


def test_a_named_file_holds_for_all_and_may_have_its_keys_at_the_top_level(project: Path) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", "pedantic = true")
    file = write(project / "conf" / "other.toml", 'fail-on = "error"', 'exclude = ["x"]')
    settings = load(project / "train.py", file)
    assert (settings.fail_on, settings.pedantic) == (Severity.ERROR, False)
    assert settings.exclude == (Patterns(project / "conf", ("x",)),)


# -- extend


def test_a_configuration_extends_another(project: Path) -> None:
    write(
        project / "base.toml",
        'select = ["LR2"]',
        'ignore = ["LR201"]',
        'exclude = ["old/"]',
        "pedantic = true",
        'severity = { LR301 = "error", LR302 = "off" }',
    )
    write(project / "a" / "middle.toml", 'extend = "../base.toml"', 'extend-exclude = ["m.py"]')
    file = write(
        project / "a" / "b" / "pyproject.toml",
        "[tool.lrlint]",
        'extend = "../middle.toml"',
        'extend-select = ["LR3"]',
        "pedantic = false",
        'severity = { LR302 = "advice" }',
    )
    settings = load(project / "a" / "b" / "train.py")
    assert settings.files == (project / "base.toml", project / "a" / "middle.toml", file)
    assert [layer.select for layer in settings.layers] == [("LR2",), None, None]
    assert settings.exclude == (
        Patterns(project, ("old/",)),
        Patterns(project / "a", ("m.py",)),
    )
    assert not settings.pedantic
    assert [(one.selector, one.severity) for one in settings.severity] == [
        ("LR301", Severity.ERROR),
        ("LR302", Severity.ADVICE),
    ]


def test_exclude_replaces_what_the_extended_file_excludes(project: Path) -> None:
    write(project / "base.toml", 'exclude = ["old/"]')
    write(project / "a" / "lrlint.toml", 'extend = "../base.toml"', 'exclude = ["new/"]')
    assert load(project / "a" / "x.py").exclude == (Patterns(project / "a", ("new/",)),)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ('extend = "lrlint.toml"', "base.toml: extend: a circle: lrlint.toml → base.toml → lrlint"),
        ('extend = "base.toml"', "base.toml: extend: a circle: base.toml → base.toml"),
        ('extend = "nowhere.toml"', "base.toml: extend: no such file: nowhere.toml"),
        ("extend = 3", 'base.toml: extend: expected a path, as "../pyproject.toml"'),
        ("slect = []", "base.toml: unknown key 'slect'; did you mean 'select'?"),
    ],
)
def test_extending_what_makes_no_sense(project: Path, base: str, message: str) -> None:
    write(project / "base.toml", base)
    write(project / "lrlint.toml", 'extend = "base.toml"')
    with pytest.raises(ConfigError) as error:
        load(project / "train.py")
    assert str(error.value).startswith(message)


# -- required-version


@pytest.mark.parametrize(
    "wanted",
    ["1.2.3", "==1.2.*", "==1.2.3.0", ">=1", ">1.2,<2", "~=1.2", "!=1.2.4", "<=1.2.3", " >= 1.0 "],
)
def test_versions_that_will_do(wanted: str) -> None:
    demand(wanted, "required-version", "1.2.3.dev1")


@pytest.mark.parametrize("wanted", ["1.2", "==1.3.*", ">=1.2.4", "<1.2.3", "~=1.3", ">1,!=1.2.3"])
def test_versions_that_will_not_do(wanted: str) -> None:
    with pytest.raises(ConfigError, match=r"is required, but this is lrlint 1\.2\.3$"):
        demand(wanted, "lrlint.toml: required-version", "1.2.3")


@pytest.mark.parametrize("wanted", ["new", ">=1.*", "=1", "1,,2"])
def test_versions_that_are_none(wanted: str) -> None:
    with pytest.raises(ConfigError, match="expected versions"):
        demand(wanted, "lrlint.toml: required-version", "1.2.3")


# -- mistakes


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["selct = []"],
            "pyproject.toml: tool.lrlint: unknown key 'selct'; did you mean 'select'?",
        ),
        (
            ["fail_on = 'error'"],
            "pyproject.toml: tool.lrlint: unknown key 'fail_on'; did you mean 'fail-on'?",
        ),
        (
            ["zzz = 1"],
            "pyproject.toml: tool.lrlint: unknown key 'zzz'; known are " + ", ".join(KEYS),
        ),
        (
            ["select = 'LR1'"],
            "pyproject.toml: tool.lrlint.select:"
            ' expected a list of strings, as ["LR1", "t-max-mismatch"]',
        ),
        (["pedantic = 1"], "pyproject.toml: tool.lrlint.pedantic: expected true or false"),
        (
            ["fail-on = 'sometimes'"],
            'pyproject.toml: tool.lrlint.fail-on: expected "error", "warning", "advice" or "never"',
        ),
        (
            ["severity = { LR1 = 3 }"],
            "pyproject.toml: tool.lrlint.severity:"
            ' expected a table, as { LR301 = "error" } with error, warning, advice or off',
        ),
        (
            ["per-file-ignores = { 'a.py' = 'LR1' }"],
            "pyproject.toml: tool.lrlint.per-file-ignores:"
            ' expected a table, as { "tests/*" = ["LR101"] }',
        ),
        (
            ["exclude = [1]"],
            'pyproject.toml: tool.lrlint.exclude: expected a list of patterns, as ["vendored/"]',
        ),
    ],
)
def test_mistakes_are_named_in_one_line(project: Path, lines: list[str], message: str) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", *lines)
    with pytest.raises(ConfigError) as error:
        load(project / "train.py")
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[tool.lrlint]\nselect = [", "pyproject.toml: not valid TOML: "),
        ("[tool]\nlrlint = 3\n", "pyproject.toml: tool.lrlint: expected a table"),
    ],
)
def test_files_that_cannot_be_used(project: Path, content: str, message: str) -> None:
    write(project / "pyproject.toml", content)
    with pytest.raises(ConfigError, match="^" + message):
        load(project / "train.py")


def test_a_named_file_that_is_missing(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"^nowhere\.toml: No such file or directory$"):
        load(project / "train.py", Path("nowhere.toml"))


# -- what the command line says


@pytest.fixture
def script(project: Path, fake: None) -> Path:
    return write(project / "train.py", SCRIPT)


def codes(run: Run, *arguments: str) -> list[str]:
    status, out, err = run("check", "--output-format", "json", *arguments)
    assert status < 2, err
    return [found["code"] for found in json.loads(out)]


@pytest.mark.usefixtures("script")
def test_the_command_line_overrides_settings_and_these_the_file(run: Run, project: Path) -> None:
    write(project / "lrlint.toml", 'select = ["LR201"]')
    assert codes(run) == ["LR201"]
    assert codes(run, "--config", 'select = ["LR301"]') == ["LR301"]
    assert codes(run, "--config", 'select=["LR301"]', "--select", "LR201") == ["LR201"]
    assert codes(run, "--isolated") == ["LR201", "LR301"]
    assert codes(run, "--isolated", "--config", 'severity.LR301="off"') == ["LR201"]


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "select=LR1"], "--config: 'select=LR1' is neither a file nor a setting"),
        (["--config", "slect=[]"], "--config: unknown key 'slect'; did you mean 'select'?"),
        (["--config", "fix=3"], "--config: fix: expected true or false"),
        (["--config", "extend='x'"], "--config: extend belongs in a file"),
        (["--config", "a.toml", "--config", "b.toml"], "--config: one file can be read, not a.tom"),
        (["--config", "a.toml", "--isolated"], "--config FILE cannot be combined with --isolated"),
        (["--config", 'select=["LR8"]'], "--config: select: no rule is called 'LR8'"),
    ],
)
def test_mistakes_of_the_command_line(run: Run, arguments: list[str], message: str) -> None:
    status, out, err = run("check", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"lrlint: {message}")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("script")
def test_the_environment_speaks_for_options(
    run: Run, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    write(project / "conf" / "other one.toml", 'ignore = ["LR2"]', "pedantic = true")
    monkeypatch.setenv("LRLINT_CONFIG", str(project / "conf" / "other one.toml"))
    monkeypatch.setenv("LRLINT_OUTPUT_FORMAT", "concise")
    assert "LR301" in run("check")[1].splitlines()[0]
    assert codes(run) == ["LR301"]
    monkeypatch.setenv("LRLINT_OUTPUT_FORMAT", "xml")
    assert run("check")[0] == 2


def test_output_format_and_fixes_are_those_of_the_working_directory(
    run: Run, script: Path, project: Path
) -> None:
    write(project / "lrlint.toml", 'output-format = "concise"', "fix = true")
    write(project / "a" / "lrlint.toml", 'output-format = "json"', "fix = false")
    write(project / "a" / "train.py", SCRIPT)
    status, out, err = run("check")
    assert status == 1
    assert out.startswith("a/train.py:1:34: error")
    assert err == "lrlint: fixed 2 findings in 2 files\n"
    assert run("check", "--no-fix", "a")[2] == ""


def test_fixable(run: Run, script: Path) -> None:
    unsafe = ("--fix", "--unsafe-fixes")
    assert run("check", *unsafe, "--fixable", "LR201", "--unfixable", "t-max-mismatch")[2] == ""
    assert run("check", *unsafe, "--fixable", "LR201")[2] == "lrlint: fixed 1 finding in 1 file\n"
    assert script.read_text() == SCRIPT.replace("100", "90") + "\n"


def test_fix_only_says_nothing_of_what_is_left(run: Run, script: Path) -> None:
    assert run("check", "--fix-only") == (0, "", "lrlint: fixed 1 finding in 1 file\n")
    assert codes(run) == ["LR201"]


def test_fail_on_is_that_of_the_finding_s_file(run: Run, script: Path, project: Path) -> None:
    write(project / "lrlint.toml", 'fail-on = "never"')
    write(project / "a" / "lrlint.toml", "")
    assert run("check")[0] == 0
    write(project / "a" / "train.py", SCRIPT)
    assert run("check")[0] == 1
    assert run("check", "--fail-on", "never")[0] == 0


def test_a_rule_that_is_off(run: Run, script: Path, project: Path) -> None:
    write(project / "lrlint.toml", 'severity = { LR = "off", LR301 = "error" }')
    assert codes(run) == codes(run, "--select", "LR201,LR301") == ["LR301"]


# -- exclusions


@pytest.mark.usefixtures("fake")
def test_force_exclude_leaves_out_what_is_named(run: Run, project: Path) -> None:
    write(project / "lrlint.toml", 'exclude = ["a/"]')
    for name in ("a/x.py", "b/y.py", "venv/z.py"):
        write(project / name, SCRIPT)
    named = ["a/x.py", "b/y.py", "venv/z.py"]
    assert len(codes(run, *named)) == 6
    assert len(codes(run, "--force-exclude", *named)) == 2
    assert codes(run, "--force-exclude", "a", "a/x.py", "--exit-zero") == []
    write(project / "lrlint.toml", 'exclude = ["a/"]', "force-exclude = true")
    assert len(codes(run, *named)) == 2
    assert len(codes(run, "--no-force-exclude", *named)) == 6


@pytest.mark.usefixtures("fake")
def test_exclusions_are_relative_to_their_configuration(run: Run, project: Path) -> None:
    write(project / "lrlint.toml", 'exclude = ["/x.py"]')
    write(project / "a" / "lrlint.toml", 'exclude = ["/y.py"]')
    for name in ("x.py", "y.py", "a/x.py", "a/y.py"):
        write(project / name, SCRIPT)
    out = run("check", "--output-format", "json")[1]
    assert {found["filename"] for found in json.loads(out)} == {"y.py", "a/x.py"}


# -- one commit, one verdict


@pytest.mark.usefixtures("fake")
def test_the_verdict_on_a_file_does_not_depend_on_the_others(run: Run, project: Path) -> None:
    write(project / "pyproject.toml", "[tool.lrlint]", 'ignore = ["LR201"]')
    write(project / "exp" / "pyproject.toml", "[tool.lrlint]", 'select = ["LR"]')
    write(project / "b.py", SCRIPT)
    write(project / "exp" / "a.py", SCRIPT)

    def verdicts(*paths: str) -> set[tuple[str, str]]:
        out = run("check", "--output-format", "json", *paths)[1]
        return {(found["filename"], found["code"]) for found in json.loads(out)}

    inner, outer = {("exp/a.py", "LR201"), ("exp/a.py", "LR301")}, {("b.py", "LR301")}
    assert verdicts("exp/a.py") == verdicts("exp") == inner
    assert verdicts("b.py") == outer
    assert verdicts(".") == verdicts("b.py", "exp/a.py") == inner | outer


@pytest.mark.usefixtures("fake")
def test_a_finding_in_an_imported_file_obeys_that_file_s_configuration(
    run: Run, project: Path
) -> None:
    write(project / "train.py", "import helper", "scheduler = helper.build(CosineAnnealingLR)")
    helper = write(project / "helper.py", SCRIPT)
    assert codes(run, "train.py") == ["LR201", "LR301"]
    write(project / "lib" / "lrlint.toml", 'ignore = ["LR2"]')
    helper.rename(project / "lib" / "helper.py")
    write(project / "lib" / "train.py", "import helper", "scheduler = f(CosineAnnealingLR)")
    assert codes(run, "lib/train.py") == ["LR301"]


# -- options of rules, and values of names


class Share(Rule):
    """The share is too high.

    ## References

    - none
    """

    code, name, severity = "LR801", "share", Severity.WARNING
    share = Option(0.1, "The highest share.", least=0, most=1)
    whole_steps = Option(3, "The number of steps.")

    def check_training(self, training: Training) -> Iterable[Finding]:
        for place in training.find("CosineAnnealingLR"):  # type: ignore[attr-defined]
            yield self.finding(place, f"share {self.share:g}, steps {self.whole_steps}")


@pytest.fixture
def _share(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_module, "load_rules", lambda: (Share(),))


@pytest.mark.usefixtures("_share")
def test_each_file_has_its_own_options_of_rules(run: Run, project: Path) -> None:
    write(project / "lrlint.toml", 'extend = "base.toml"', "rules.LR801 = { share = 1 }")
    write(project / "base.toml", "rules.LR801 = { share = 0.2, whole-steps = 4 }")
    write(project / "a" / "lrlint.toml", "rules.share.whole-steps = 5")
    for name in ("a/x.py", "y.py"):
        write(project / name, SCRIPT)
    found = json.loads(run("check", "--output-format", "json")[1])
    assert [one["message"] for one in found] == ["share 0.1, steps 5", "share 1, steps 4"]
    assert (Share.share.default, Share().share) == (0.1, 0.1)


def test_options_are_in_the_page_of_a_rule() -> None:
    assert Share.documentation().splitlines()[2:] == [
        "## Options",
        "",
        "In `[tool.lrlint.rules.LR801]`, with their defaults:",
        "",
        "- `share = 0.1`: The highest share.",
        "- `whole-steps = 3`: The number of steps.",
        "",
        "## References",
        "",
        "- none",
    ]


@pytest.mark.usefixtures("_share")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("LR801 = { shre = 1 }", ".LR801: unknown option 'shre'; its options are share, whole-"),
        ("LR801 = { share = 2 }", ".LR801.share: expected a number (at least 0, at most 1)"),
        ("LR801 = { share = true }", ".LR801.share: expected a number (at least 0, at most 1)"),
        ("LR801 = { whole-steps = 2.5 }", ".LR801.whole-steps: expected a whole number"),
        ("LR802 = { share = 1 }", ": no rule is called 'LR802'"),
        ("LR801 = 3", ": expected a table for each rule, as { LR303 = { share = 0.2 } }"),
    ],
)
def test_options_that_make_no_sense(run: Run, project: Path, line: str, message: str) -> None:
    write(project / "lrlint.toml", f"[rules]\n{line}")
    write(project / "train.py", SCRIPT)
    assert run("check")[0] == 2
    assert run("check")[2].startswith(f"lrlint: lrlint.toml: rules{message}")


OPEN = """
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-4)
for epoch in range(args.epochs):
    for x, y in loader:
        optimizer.step()
    scheduler.step()
"""
HEAD = """
import argparse, torch
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, required=True)
args = parser.parse_args()
loader = torch.utils.data.DataLoader(data)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""


def test_values_of_names_are_read_by_check_and_predict(run: Run, project: Path) -> None:
    script = write(project / "train.py", HEAD + OPEN)
    assert codes(run) == []
    assert codes(run, "--set", "args.epochs=50") == ["LR201"]
    write(project / "lrlint.toml", 'set = { "args.epochs" = 50, "len(loader)" = 4, other = 1 }')
    assert codes(run) == ["LR201"]
    assert codes(run, "--set", "args.epochs=100") == []
    status, out, err = run("predict", "--output-format", "json", str(script))
    assert (status, err) == (0, "")
    assert json.loads(out)["files"][0]["schedules"][0]["steps"]["value"] == 50
    write(project / "lrlint.toml", 'set = { "args.epochs" = "many" }')
    assert run("check")[0] == 2
    assert run("check")[2].startswith("lrlint: train.py: set: args.epochs is a number")


def test_a_name_that_no_script_has(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "train.py", HEAD + OPEN)
    write(project / "other.py", "x = 1\n")
    message = "args.epoch: no such name in train.py; did you mean args.epochs?\n"
    for _ in range(2):  # the second time from the cache
        assert run("check", "--set", "args.epoch=50")[::2] == (2, f"lrlint: --set {message}")
    assert run("check", "-q", "--set", "nonsense=1")[2] == (
        "lrlint: --set nonsense: no such name in train.py;"
        " known are args.epochs, len(data), len(loader)\n"
    )
    # A hook may pass any files: in those without a scheduler nothing can be known.
    assert run("check", "-q", "--set", "args.epoch=50", "other.py") == (0, "", "")
    write(project / "second.py", HEAD + OPEN)
    assert "in any of 2 scripts" in run("check", "--set", "args.epoch=50")[2]
    monkeypatch.setenv("LRLINT_SET", "args.epochs=50")
    assert codes(run, "second.py") == ["LR201"]


def test_a_name_in_the_configuration_that_no_script_has(run: Run, project: Path) -> None:
    write(project / "train.py", HEAD + OPEN)
    write(project / "lrlint.toml", 'set = { "args.epoch" = 50, "len( loader )" = 4 }')
    message = (
        "lrlint: lrlint.toml: set args.epoch: no such name in train.py; did you mean args.epochs?\n"
    )
    assert run("check") == (0, "All clear: 1 file checked, 1 with a scheduler.\n", message)
    # Other scripts may have it.
    assert run("check", "train.py")[2] == run("check", "-q")[2] == ""
    assert run("check", "--set", "args.epoch=50")[2].count("\n") == 1
    write(project / "more" / "second.py", (HEAD + OPEN).replace("epochs", "epoch"))
    assert run("check")[2] == ""


# -- what is said


@pytest.mark.usefixtures("script")
def test_quiet_and_silent(run: Run) -> None:
    status, out, err = run("check", "-q", "--output-format", "concise")
    assert (status, len(out.splitlines()), err) == (1, 2, "")
    assert run("check", "--silent") == (1, "", "")
    assert run("check", "--silent", "--ignore", "LR") == (0, "", "")
    assert run("check", "-q", "nowhere.py")[2] == "lrlint: nowhere.py: no such file or directory\n"
    assert run("check", "-q", "--fix", "--ignore", "LR201") == (0, "", "")


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    "command",
    [
        ("check", "--write-baseline", "train.py"),
        ("check", "--output-file", "train.py", "train.py"),
        ("predict", "--output-file", "train.py", "train.py"),
    ],
)
def test_a_script_is_not_replaced(run: Run, project: Path, command: tuple[str, ...]) -> None:
    before = (project / "train.py").read_bytes()
    status, _, err = run(*command)
    assert (status, "train.py is a script" in err) == (2, True)
    assert (project / "train.py").read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_what_is_shown_holds_no_control_characters(run: Run, project: Path) -> None:
    write(project / "a\n\x1b[31m.py", SCRIPT)
    for option in ("--show-files", "--show-settings"):
        _, out, _ = run("check", option)
        assert "a ␛[31m.py" in out


@pytest.mark.usefixtures("script")
def test_show_files_and_settings(run: Run, project: Path) -> None:
    write(project / "a" / "lrlint.toml", 'select = ["LR3"]', 'exclude = ["y.py"]')
    for name in ("a/x.py", "a/y.py"):
        write(project / name, SCRIPT)
    assert run("check", "--show-files") == (0, "a/x.py\ntrain.py\n", "")
    status, out, err = run("check", "--show-settings", "--fail-on", "error")
    assert (status, err) == (0, "")
    assert out.splitlines()[:9] == [
        "# this run",
        'output-format = "full"',
        "fix = false",
        "unsafe-fixes = false",
        "",
        "# a/x.py",
        "# configuration: a/lrlint.toml",
        'select = ["LR000", "LR301"]',
        "pedantic = false",
    ]
    assert out.count('fail-on = "error"') == 2


@pytest.mark.usefixtures("project")
def test_rules_that_judge_runs_only_are_pointed_out(run: Run, project: Path) -> None:
    write(project / "train.py", HEAD)
    said = "judge recorded runs only: `lrlint run SCRIPT`\n"
    assert run("check", "--select", "LR9,LR902")[2] == f"lrlint: LR9, LR902 {said}"
    assert run("check", "--select", "LR")[2] == ""
