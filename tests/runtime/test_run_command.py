"""`lrlint run` behaves as `python` does, and says what it saw."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from torch_process import lrlint

TRAIN = """
    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR
    from torch.utils.data import DataLoader, TensorDataset

    model = torch.nn.Linear(2, 1)
    data = TensorDataset(torch.randn(40, 2), torch.randn(40, 1))
    loader = DataLoader(data, batch_size=4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max={t_max}, eta_min=1e-3)
    for epoch in range(6):
        for x, y in loader:
            optimizer.zero_grad()
            (model(x) - y).square().mean().backward()
            optimizer.step()
            {in_batch}
        scheduler.step()
        {in_epoch}
    print("trained")
"""


# Unlike the cosine, it does not go on from an LR that the script writes.
FROM_SCRATCH = TRAIN.replace("import CosineAnnealingLR", "import LambdaLR").replace(
    "CosineAnnealingLR(optimizer, T_max={t_max}, eta_min=1e-3)",
    "LambdaLR(optimizer, lambda epoch: 1 - epoch / 10)",
)


def script(folder: Path, text: str = TRAIN, name: str = "train.py", **parts: str) -> Path:
    filled = {"t_max": "6", "in_batch": "pass", "in_epoch": "pass"} | parts
    path = folder / name
    code = text.format(**filled) if text in (TRAIN, FROM_SCRATCH) else text
    path.write_text(dedent(code), encoding="utf-8")
    return path


def run(
    folder: Path, *arguments: str | Path, python: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable] if python else [sys.executable, "-m", "lrlint", "run"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env=os.environ | {"NO_COLOR": "1"} | environment,
    )


def warm(
    folder: Path, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script as `run` does, in a process that has torch already."""
    return lrlint("run", *arguments, cwd=folder, NO_COLOR="1", **environment)


def answer(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    result = warm(folder, "--output-format", "json", "--output-file", "out.json", *arguments)
    assert (folder / "out.json").is_file(), result.stderr
    found: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert found["exit_status"] == result.returncode
    return found


def codes(findings: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in findings]


@pytest.mark.slow
def test_a_sound_training_is_silent(tmp_path: Path) -> None:
    script(tmp_path)
    result = warm(tmp_path, "train.py")
    assert (result.returncode, result.stdout) == (0, "trained\n")
    assert "lrlint: no findings in this run" in result.stderr
    assert "LR matches the scheduler at every step (max. rel. error 0)" in result.stderr
    assert "60 optimizer steps, 6 scheduler steps in 6 epochs" in result.stderr


@pytest.mark.slow
def test_the_json_is_that_of_the_contract(tmp_path: Path) -> None:
    script(tmp_path)
    found = answer(tmp_path, "train.py")
    assert set(found) == {"schema", "exit_status", "static", "runtime", "schedules"}
    (schedule,) = found["schedules"]
    assert schedule["scheduler"] == "CosineAnnealingLR"
    assert schedule["optimizer"] == "SGD"
    assert (schedule["optimizer_steps"], schedule["scheduler_steps"]) == (60, 6)
    assert (schedule["epochs"], schedule["rank"]) == (6, 0)
    assert schedule["first_divergence"] is None
    assert schedule["max_relative_error"] == 0
    assert schedule["lr"] == schedule["expected"]
    assert len(schedule["lr"][0]) == 60
    assert schedule["lr"][0][0] == 0.1


@pytest.mark.slow
def test_a_static_finding_is_confirmed(tmp_path: Path) -> None:
    script(tmp_path, in_batch="scheduler.step()", in_epoch="continue")
    text = (
        (tmp_path / "train.py")
        .read_text()
        .replace("    scheduler.step()\n    continue", "    pass")
    )
    (tmp_path / "train.py").write_text(text)
    found = answer(tmp_path, "train.py")
    assert codes(found["runtime"]) == ["LR101"]
    assert [(one["code"], one["verdict"]) for one in found["static"]] == [("LR101", "confirmed")]


@pytest.mark.slow
def test_a_static_finding_that_the_run_does_not_bear_out_is_refuted(tmp_path: Path) -> None:
    path = script(tmp_path, t_max="3")
    options = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=6)
args = parser.parse_args()
"""
    path.write_text(options + path.read_text().replace("range(6)", "range(args.epochs)"))
    assert codes(answer(tmp_path, "train.py")["runtime"]) == ["LR201"]
    found = answer(tmp_path, "train.py", "--epochs", "3")
    verdicts = {one["code"]: one["verdict"] for one in found["static"]}
    assert verdicts.get("LR201") == "refuted"
    assert "LR201" not in codes(found["runtime"])


@pytest.mark.slow
def test_a_run_says_nothing_of_comments(tmp_path: Path) -> None:
    script(tmp_path, in_epoch="pass  # lrlint: ignore[LR101]")
    found = answer(tmp_path, "train.py")
    assert found["static"] == found["runtime"] == []


def test_what_did_not_run_is_not_exercised(tmp_path: Path) -> None:
    text = dedent(TRAIN.format(t_max="60", in_batch="pass", in_epoch="pass"))
    body = "".join(f"    {line}\n" for line in text.splitlines())
    script(tmp_path, f"import sys\nif len(sys.argv) > 1:\n{body}")
    found = answer(tmp_path, "train.py")
    assert found["schedules"] == []
    assert {one["verdict"] for one in found["static"]} == {"not-exercised"}


@pytest.mark.slow
def test_mode_raise_ends_the_training_at_a_departure(tmp_path: Path) -> None:
    script(tmp_path, FROM_SCRATCH, in_epoch="optimizer.param_groups[0]['lr'] = 0.5")
    reports = ("--report", "left.json", "--report", "again.json")
    result = warm(tmp_path, "--mode", "raise", *reports, "train.py")
    assert result.returncode == 1
    assert "trained" not in result.stdout
    assert "ScheduleError: train.py:10: LR901" in result.stderr
    left = json.loads((tmp_path / "left.json").read_text())
    assert json.loads((tmp_path / "again.json").read_text()) == left
    assert codes(left["runtime"]) == ["LR901"]
    assert left["schedules"][0]["optimizer_steps"] == 11


@pytest.mark.slow
def test_mode_record_says_nothing_and_lrlint_mode_has_the_last_word(tmp_path: Path) -> None:
    script(tmp_path, FROM_SCRATCH, in_epoch="optimizer.param_groups[0]['lr'] = 0.5")
    result = warm(tmp_path, "--mode", "record", "train.py")
    assert (result.returncode, result.stderr) == (0, "")
    assert warm(tmp_path, "train.py", LRLINT_MODE="raise").returncode == 1


SCRIPTS = {
    "argv": "import sys; print(sys.argv, __name__, __file__, sys.path[0])",
    "exit status": "import sys; sys.exit(7)",
    "exit text": "import sys; sys.exit('no data')",
    "exception": "def f():\n    raise ValueError('deep')\n\nf()",
    "excepthook": ("import sys\nsys.excepthook = lambda *e: print('hooked', e[0].__name__)\n1 / 0"),
    "pickle": (
        "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__module__)"
    ),
    "os._exit": "import os, sys\nprint('out'); sys.stdout.flush()\nos._exit(5)",
    "atexit": "import atexit\natexit.register(print, 'bye')\nprint('end')",
    "recursion": (
        "import sys\ndef deep(n): return n and deep(n - 1)\n"
        "print(sys.getrecursionlimit(), deep(sys.getrecursionlimit() - 2))\n"
        "sys.setrecursionlimit(150)\nprint(sys.getrecursionlimit(), deep(148))"
    ),
    "main guard": "if __name__ == '__main__':\n    print('main')",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", SCRIPTS.values(), ids=list(SCRIPTS))
def test_the_script_sees_no_difference(tmp_path: Path, text: str) -> None:
    script(tmp_path, text, "s.py")
    arguments = ("s.py", "--epochs", "3", "-m", "x")
    ours, pythons = warm(tmp_path, *arguments), run(tmp_path, *arguments, python=True)
    assert (ours.returncode, ours.stdout) == (pythons.returncode, pythons.stdout)
    assert ours.stderr.startswith(pythons.stderr)


@pytest.mark.slow
def test_workers_find_what_the_script_defines(tmp_path: Path) -> None:
    text = """
        import multiprocessing as mp
        from torch.utils.data import DataLoader, Dataset

        class Numbers(Dataset):
            def __len__(self):
                return 4

            def __getitem__(self, index):
                return index

        if __name__ == "__main__":
            for method in ("fork", "spawn"):
                loader = DataLoader(Numbers(), 2, num_workers=1, multiprocessing_context=method)
                print([batch.tolist() for batch in loader])
    """
    script(tmp_path, text)
    result = run(tmp_path, "train.py")
    assert result.stdout == "[[0, 1], [2, 3]]\n" * 2, result.stderr
    assert result.stderr.count("no LR scheduler") == 1


@pytest.mark.slow
def test_a_module(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    script(tmp_path / "pkg", "import sys; print(__name__, sys.argv[1:])", "tool.py")
    result = run(tmp_path, "-m", "pkg.tool", "a", "--b")
    assert result.stdout == "__main__ ['a', '--b']\n"


def _stopped(folder: Path, number: signal.Signals, *arguments: str) -> tuple[int, str]:
    """Return the status and standard error of Python after a signal while a script waits."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_report(tmp_path: Path, number: signal.Signals) -> None:
    wait = "print('ready', flush=True); import time; time.sleep(60)"
    script(tmp_path, in_epoch=wait)
    status, err = _stopped(tmp_path, number, "-m", "lrlint", "run", "train.py")
    assert status == _stopped(tmp_path, number, "train.py")[0]
    assert "10 optimizer steps, 1 scheduler steps" in err
    assert "LR201" not in err, "how long it would have been is not known"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.py"], "lrlint: missing.py: no such file"),
        (["."], "lrlint: .: is a folder"),
        (["app.pyz"], "lrlint: app.pyz: is not source code"),
        (["-m", "no.such.module"], "lrlint: -m no.such.module: "),
        (["--report", "out.pdf", "train.py"], "lrlint: --report out.pdf: the name must end in"),
        (["--mode", "loud", "train.py"], "lrlint: Invalid value for '--mode'"),
        ([], "lrlint: Missing argument 'SCRIPT'"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    script(tmp_path)
    (tmp_path / "app.pyz").write_bytes(b"PK\5\6" + bytes(18))
    result = run(tmp_path, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_traceback_is_that_of_python(tmp_path: Path) -> None:
    text = """
        import torch
        from torch.optim.lr_scheduler import OneCycleLR

        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=2)
        try:
            for _ in range(5):
                optimizer.step()
                scheduler.step()
        except ValueError as error:
            raise RuntimeError("the training ended early") from error
    """
    script(tmp_path, text)
    ours, theirs = warm(tmp_path, "train.py"), run(tmp_path, "train.py", python=True)
    assert ours.returncode == theirs.returncode == 1
    assert "the training ended early" in theirs.stderr
    assert theirs.stderr in ours.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("static", "edit"),
    [
        ("LR404", {"in_batch": 'optimizer.param_groups[0]["lr"] = 0.05'}),
        ("LR414", {"t_max": "6 if options.long else 3", "in_epoch": "pass"}),
    ],
)
def test_a_finding_that_another_one_of_the_run_bears_out(
    tmp_path: Path, static: str, edit: dict[str, str]
) -> None:
    path = script(tmp_path, **edit)
    if static == "LR414":
        options = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--decay", action="store_true")
args = parser.parse_args()
"""
        text = path.read_text().replace(
            "CosineAnnealingLR(optimizer, T_max=6 if options.long else 3, eta_min=1e-3)",
            "LinearLR(optimizer, 0.1, 1.0, 3)",
        )
        text = text.replace("import CosineAnnealingLR", "import LinearLR")
        text = text.replace(
            "    scheduler.step()\n", "    if args.decay:\n        scheduler.step()\n"
        )
        path.write_text(options + text)
    found = answer(tmp_path, "train.py")
    assert [(one["code"], one["verdict"]) for one in found["static"]] == [(static, "confirmed")]
