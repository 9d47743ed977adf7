"""What a shell offers after ``lrlint <TAB>``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from lrlint.cli import main
from lrlint.cli.group import COMMANDS, lrlint

SCRIPT = """\
EPOCHS = 10
scheduler = CosineAnnealingLR(SGD(net.parameters(), lr=0.1), T_max=EPOCHS)
for epoch in range(EPOCHS):
    for batch in batches:
        optimizer.step()
    scheduler.step()
"""


def offered(arguments: Sequence[str], incomplete: str) -> list[tuple[str, str]]:
    """Return the kind and the text of each completion."""
    found = ShellComplete(lrlint, {}, "lrlint", "_LRLINT_COMPLETE")
    return [(item.type, item.value) for item in found.get_completions([*arguments], incomplete)]


def words(arguments: Sequence[str], incomplete: str) -> list[str]:
    return [value for kind, value in offered(arguments, incomplete) if kind == "plain"]


def test_the_first_word_is_a_command_or_a_file() -> None:
    assert words([], "") == list(COMMANDS)
    assert words([], "pre") == ["predict"]
    # Bash completes files where no command fits, if it is told so before the commands.
    assert offered([], "")[0] == ("file", "")
    assert offered([], "tra") == [("file", "tra")]


def test_options_of_check_need_no_check() -> None:
    assert "--select" in words([], "--sel")
    assert words([], "--help") == ["--help"]
    assert words(["train.py"], "--sel") == ["--select"]
    assert words(["check", "train.py"], "--sel") == ["--select"]
    assert offered([], "--sel") == [("plain", "--select")]


@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore"])
def test_rules_by_code_and_by_name(option: str) -> None:
    assert {"LR101", "LR102"} < set(words([option], "lr1"))
    assert words([option], "t-max") == ["t-max-mismatch"]
    assert words([option], "LR101,t-max") == ["LR101,t-max-mismatch"]
    assert all(word.startswith("LR") for word in words([option], ""))
    assert words([option], "nonsense") == []


def test_rules_for_the_command_rule() -> None:
    assert words(["rule"], "LR201") == ["LR201"]
    assert words(["rule"], "step-in-b") == ["step-in-batch-loop"]


def test_names_that_predict_can_set(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    train = str(tmp_path / "train.py")
    assert words(["predict", train, "--set"], "") == ["EPOCHS=", "len(batches)="]
    assert words(["predict", "--set", "a=1", train, "--set"], "E") == ["EPOCHS="]
    assert words(["predict", train, "--set"], "x") == []
    assert words(["check", train, "--set"], "") == ["EPOCHS=", "len(batches)="]
    assert words([train, "--set"], "EP") == ["EPOCHS="]


@pytest.mark.parametrize("text", ["def (", "\0", None])
def test_a_file_that_cannot_be_analysed_offers_no_names(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "train.py").write_text(text)
    assert words(["predict", str(tmp_path / "train.py"), "--set"], "") == []


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_the_script_of_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"_LRLINT_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_an_unknown_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "'csh' is not one of" in capsys.readouterr().err


@pytest.fixture
def bash(tmp_path: Path) -> Path:
    """A folder with a program ``lrlint``, to put in front of PATH."""
    if shutil.which("bash") is None:
        pytest.skip("no bash")
    program = tmp_path / "bin" / "lrlint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lrlint "$@"\n')
    program.chmod(0o755)
    return program.parent


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["lrlint", ""], list(COMMANDS)),
        (["lrlint", "ru"], ["run", "rule"]),
        (["lrlint", "train"], []),  # left to bash, which knows the files
        (["lrlint", "--select", "t-max"], ["t-max-mismatch"]),
        (["lrlint", "predict", "train.py", "--set", ""], ["EPOCHS=", "len\\(batches\\)="]),
        # Bash takes a sign for a word and replaces what follows it.
        (["lrlint", "--select", "=", "t-max"], ["t-max-mismatch"]),
        (["lrlint", "check", "--fail-on", "="], ["advice", "error", "never", "warning"]),
        (["lrlint", "--ignore", "=", "LR301,t-max"], ["LR301,t-max-mismatch"]),
        (["lrlint", "train.py", "--set", "len"], ["len\\(batches\\)="]),
        (["lrlint", "predict", "train.py", "--set", "=", "'len"], ["len(batches)="]),
        (["lrlint", "predict", "train.py", "--set", "EPOCHS", "="], []),
    ],
)
def test_in_a_real_bash(bash: Path, tmp_path: Path, typed: list[str], expected: list[str]) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    program = (
        'eval "$(lrlint completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))\n'
        '_lrlint_completion lrlint; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    shell = subprocess.run(
        ["bash", "-c", program, "bash", *typed],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{bash}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    assert sorted(shell.stdout.split()) == sorted(expected)
    assert "Traceback" not in shell.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("lrlint --select=t-max", ["--select=t-max-mismatch"]),
        ("lrlint --select t-max", ["t-max-mismatch"]),
        ("lrlint --select=LR301,t-max", ["--select=LR301,t-max-mismatch"]),
        ("lrlint --fail-on=n", ["--fail-on=never"]),
    ],
)
@pytest.mark.parametrize("shell", ["fish", "zsh"])
def test_other_shells_replace_the_word_with_its_option(
    shell: str,
    words: str,
    expected: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_LRLINT_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    *before, last = words.split()
    monkeypatch.setenv("COMP_CWORD", last if shell == "fish" else str(len(before)))
    with pytest.raises(SystemExit):
        main([])
    lines = capsys.readouterr().out.splitlines()
    if shell == "fish":
        lines = [line.partition("\t")[0].removeprefix("plain,") for line in lines]
        offers = [line for line in lines if not line.startswith("file,")]
    else:
        offers = [value for kind, value in pairwise(lines) if kind == "plain"]
    assert offers == expected
