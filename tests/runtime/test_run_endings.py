"""However a script ends, `lrlint run` ends as `python` does, and leaves its report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lrlint.runtime.trace_file import Trace

from .test_run_command import answer, run, script, warm

HEAD = """
    import os, signal, sys, time
    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR

    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=3, eta_min=1e-3)
    for _ in range(9):
        optimizer.step()
        scheduler.step()
"""


@pytest.mark.slow
def test_a_script_may_remove_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    script(folder, HEAD + "    import shutil; shutil.rmtree(os.getcwd()); sys.exit(3)\n")
    result = warm(folder, "train.py")
    assert (result.returncode, "LR201" in result.stderr) == (3, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "end",
    [
        "sys.exit(1 << 80)",
        "sys.exit(-(1 << 80))",
        "sys.exit(-1)",
        "sys.exit(300)",
        "sys.exit(True)",
        "os._exit(7)",
        "sys.stdout.close()",
        "sys.stderr.close()",
        "sys.stdout = sys.stderr = None",
        "del sys.stdout, sys.stderr; os._exit(4)",
        "os.close(1); os.close(2)",
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
        "os.closerange(3, 64)",
        "os.kill(os.getpid(), signal.SIGHUP)",
        "os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
        "signal.signal(signal.SIGTERM, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGTERM)",
        "print(signal.getsignal(signal.SIGTERM), signal.signal(signal.SIGHUP, signal.SIG_DFL))",
        "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')",
    ],
)
def test_the_status_is_that_of_python_and_the_report_is_there(tmp_path: Path, end: str) -> None:
    script(tmp_path, HEAD + f"    {end}\n")
    options = ("--output-format", "json", "--output-file", "out.json", "--trace", "lr.jsonl")
    result = warm(tmp_path, *options, "train.py")
    script(tmp_path, f"import os, signal, sys, time\n{end}\n", "end.py")
    expected = run(tmp_path, "end.py", python=True)
    assert (result.returncode, result.stdout) == (expected.returncode, expected.stdout)
    assert "Traceback" not in result.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert [finding["code"] for finding in report["runtime"]] == ["LR201"] or "kill" in end
    assert Trace.load(tmp_path / "lr.jsonl").steps == (9,)


@pytest.mark.slow
@pytest.mark.parametrize(
    "end",
    [
        "sys.excepthook = lambda *_: sys.exit(5); 1 / 0",
        "sys.excepthook = None; 1 / 0",
        "del sys.excepthook; 1 / 0",
        "class Unreadable:\n    def __str__(self): return 1 / 0\nsys.exit(Unreadable())",
        "class Odd(SystemExit):\n    code = property(lambda self: 1 / 0)\nraise Odd('text')",
        "sys.stderr = None; sys.exit('stop')",
        "del sys.stderr; sys.exit('stop')",
        "atexit.register(lambda: print(sys.last_type)); raise OSError('no')",
    ],
)
def test_an_exception_that_nothing_catches_is_shown_as_python_does(
    tmp_path: Path, end: str
) -> None:
    script(tmp_path, f"import atexit, sys\n{end}\n")
    result = warm(tmp_path, "--mode", "record", "train.py")
    expected = run(tmp_path, "train.py", python=True)
    assert (result.returncode, result.stdout) == (expected.returncode, expected.stdout)
    assert result.stderr == expected.stderr


@pytest.mark.slow
def test_a_module_runs_in_the_main_module(tmp_path: Path) -> None:
    text = """
        import __main__, pickle

        class Settings: ...

        print(__main__.__dict__ is globals(), type(pickle.loads(pickle.dumps(Settings()))))
        print(__builtins__, __package__, __spec__.name, __file__)
    """
    script(tmp_path, text, "tool.py")
    result = warm(tmp_path, "--mode", "record", "-m", "tool")
    assert result.stdout == run(tmp_path, "-m", "tool", python=True).stdout


@pytest.mark.slow
def test_a_package_that_fails_is_shown_as_python_does(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    script(tmp_path / "package", "1 / 0", "__init__.py")
    result = warm(tmp_path, "--mode", "record", "-m", "package")
    last = "ZeroDivisionError: division by zero"
    assert (result.returncode, result.stderr.splitlines()[-1]) == (1, last)
    assert "click" not in result.stderr


@pytest.mark.slow
def test_ctrl_c_leaves_time_for_what_is_registered_for_the_exit(tmp_path: Path) -> None:
    text = """
        import atexit

        class Logger:
            def __del__(self):
                print("closed")

        logger = Logger()
        atexit.register(print, "registered")
        raise KeyboardInterrupt
    """
    script(tmp_path, text)
    result = warm(tmp_path, "--mode", "record", "train.py")
    # 1 where what torch registers compiles a string, see Python's unhandled_keyboard_interrupt
    assert result.returncode in (1, -signal.SIGINT)
    assert result.stdout.split() == ["registered", "closed"]
    assert result.stderr.count("Traceback") == 1


@pytest.mark.slow
def test_a_training_in_a_thread_that_outlives_the_script_is_recorded(tmp_path: Path) -> None:
    text = """
        import threading, time
        from concurrent.futures import ThreadPoolExecutor

        import torch
        from torch.optim.lr_scheduler import StepLR

        def train():
            time.sleep(0.3)
            optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
            scheduler = StepLR(optimizer, 2)
            for _ in range(6):
                optimizer.step()
                scheduler.step()
            print("trained")

        threading.Thread(target=train).start()
        ThreadPoolExecutor(1).submit(train)
        raise SystemExit(3)
    """
    script(tmp_path, text)
    result = warm(tmp_path, "--output-format", "json", "--output-file", "out.json", "train.py")
    assert (result.returncode, result.stdout.count("trained")) == (3, 2)
    report = json.loads((tmp_path / "out.json").read_text())
    assert [track["scheduler_steps"] for track in report["schedules"]] == [6, 6]
    assert report["runtime"] == []


@pytest.mark.slow
@pytest.mark.parametrize("end", ["sys.stderr.close()", "os.close(2)", "del sys.stderr"])
def test_the_summary_reaches_the_terminal_all_the_same(tmp_path: Path, end: str) -> None:
    script(tmp_path, HEAD + f"    {end}\n")
    result = warm(tmp_path, "train.py")
    assert (result.returncode, "LR201" in result.stderr) == (0, True)


@pytest.mark.slow
def test_reports_land_where_lrlint_was_started(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    script(tmp_path, HEAD + "    os.chdir('runs')\n")
    found = answer(tmp_path, "--report", "report.json", "--trace", "lr.jsonl", "train.py")
    assert sorted(os.listdir(tmp_path)) == [
        "lr.jsonl",
        "out.json",
        "report.json",
        "runs",
        "train.py",
    ]
    assert os.listdir(tmp_path / "runs") == []
    assert [finding["filename"] for finding in found["runtime"]] == ["train.py"]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["pass", "os._exit(0)"])
def test_a_report_that_cannot_be_written_is_no_success(tmp_path: Path, end: str) -> None:
    script(tmp_path, HEAD + f"    {end}\n")
    result = warm(tmp_path, "--report", "nowhere/report.json", "train.py")
    assert result.returncode == 2
    assert "nowhere/report.json: No such file or directory" in result.stderr


@pytest.mark.slow
def test_a_killed_run_has_told_of_its_last_step(tmp_path: Path) -> None:
    script(tmp_path, HEAD + "    print('trained', flush=True)\n    time.sleep(60)\n")
    command = [sys.executable, "-m", "lrlint", "run", "--trace", "lr.jsonl", "train.py"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(9):
        optimizer_at_rest = Trace.load(tmp_path / "lr.jsonl").rows[-1].step
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert optimizer_at_rest == 8
    assert len(list(Trace.load(tmp_path / "lr.jsonl").lrs())) == 9


@pytest.mark.slow
def test_the_module_has_what_python_gives_it(tmp_path: Path) -> None:
    text = """
    "a script"
    import dataclasses
    @dataclasses.dataclass
    class Settings:
        lr: float = 0.1
    print(Settings.__annotations__)
    for name, value in sorted(globals().items()):
        if name.startswith("__"):
            print(name, type(value), value if name != "__loader__" else vars(value))
    """
    script(tmp_path, text)
    name = f"../{tmp_path.name}/./train.py"
    result, expected = warm(tmp_path, name), run(tmp_path, name, python=True)
    assert result.stdout == expected.stdout


@pytest.mark.slow
def test_what_was_meant_for_lrlint_is_pointed_out(tmp_path: Path) -> None:
    script(tmp_path, "import sys; print(sys.argv[1:])")
    result = warm(tmp_path, "train.py", "--report", "out.html", "--output-format=json")
    assert result.stdout == "['--report', 'out.html', '--output-format=json']\n"
    hints = [line for line in result.stderr.splitlines() if "goes to the script" in line]
    assert [line.split()[1] for line in hints] == ["--report", "--output-format"]
    script(tmp_path, "import sys; print('--report' in sys.argv)")
    assert "goes to" not in warm(tmp_path, "train.py", "--report", "out.html").stderr


def test_a_notebook_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "train.ipynb").write_text('{"cells": []}')
    result = warm(tmp_path, "train.ipynb")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "train.ipynb: is a notebook" in result.stderr


@pytest.mark.slow
def test_a_run_without_a_schedule_says_so(tmp_path: Path) -> None:
    script(tmp_path, "print('no schedule')")
    result = warm(tmp_path, "train.py")
    assert result.stderr == (
        "lrlint: no LR scheduler was created, and the script does not change the LR itself:"
        " there is no schedule to verify\n"
    )
