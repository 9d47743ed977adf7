"""What a newcomer does, in the order of the documentation: a wheel, in a new repository."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SHIPPED = ("lrlint", "rules", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in")

TRAIN = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

epochs = 10
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=epochs, eta_min=1e-3)
for epoch in range(epochs):
    for inputs, targets in loader:
        loss(model(inputs), targets).backward()
        optimizer.step()
        scheduler.step()
    print(scheduler.get_lr())
"""
CLEAN = TRAIN.replace("        scheduler.step()", "    scheduler.step()").replace(
    "get_lr", "get_last_lr"
)


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    text = done.stdout + done.stderr
    assert "Traceback" not in text, text
    return done.returncode, text


def can_build() -> bool:
    """Whether pip and the version of setuptools that pyproject.toml asks for are at hand."""
    try:
        return version("pip") != "" and int(version("setuptools").partition(".")[0]) >= 77
    except PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel and install it into a new environment; return the folder of its programs.

    Without what a wheel is built with, that is the environment of the tests: nothing is downloaded.
    """
    if not can_build():
        return Path(sysconfig.get_path("scripts"))
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    offline = ["--no-deps", "--no-index"]
    wheel = [*pip, "wheel", *offline, "--no-build-isolation", "-w", folder, source]
    subprocess.run([*map(str, wheel)], check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    (built,) = folder.glob("*.whl")
    install = [*pip, "--python", scripts / "python", "install", *offline, built]
    subprocess.run([*map(str, install)], check=True, capture_output=True)
    # What lrlint depends on is taken from this environment.
    paths = [path for path in sys.path if path.endswith("site-packages")]
    (site,) = (folder / "env").rglob("site-packages")
    (site / "dependencies.pth").write_text("\n".join(paths), encoding="utf-8")
    return scripts


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_from_the_first_finding_to_the_hook(installed: Path, tmp_path: Path) -> None:
    env = {
        name: os.environ[name] for name in ("HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ
    }
    env["PATH"] = f"{installed}{os.pathsep}{os.environ['PATH']}"
    env["PRE_COMMIT_HOME"] = str(tmp_path / "hooks")
    for who in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{who}_NAME": "x", f"GIT_{who}_EMAIL": "x@example.org"}
    project = tmp_path / "project"
    project.mkdir()
    train = project / "train.py"
    train.write_text(TRAIN, encoding="utf-8")

    def lrlint(*arguments: str) -> tuple[int, str]:
        return run(installed / "lrlint", *arguments, cwd=project, env=env)

    def git(*arguments: str) -> tuple[int, str]:
        return run("git", *arguments, cwd=project, env=env)

    git("init", "-q")
    assert lrlint("--version")[0] == 0

    status, text = lrlint(".")
    assert status == 1
    assert "error[LR101] step-in-batch-loop" in text
    assert "warning[LR405] get-lr-call" in text
    assert "Why is this bad" in lrlint("rule", "LR101")[1]

    status, text = lrlint("--diff", "train.py")
    assert "+    print(scheduler.get_last_lr())" in text
    assert train.read_text(encoding="utf-8") == TRAIN
    lrlint("--fix", "train.py")
    assert "get_last_lr" in train.read_text(encoding="utf-8")
    assert lrlint("--fix", "--unsafe-fixes", "train.py")[0] == 0
    assert train.read_text(encoding="utf-8") == CLEAN.replace(
        "    scheduler.step()\n    print(scheduler.get_last_lr())\n",
        "    print(scheduler.get_last_lr())\n    scheduler.step()\n",
    )

    (project / "meant.py").write_text(TRAIN, encoding="utf-8")
    assert lrlint("--add-ignore=an experiment", "meant.py")[0] == 0
    assert "# lrlint: ignore[LR101] an experiment" in (project / "meant.py").read_text("utf-8")
    assert lrlint("meant.py")[0] == 0

    (project / "old.py").write_text(TRAIN, encoding="utf-8")
    assert lrlint("--write-baseline", "lrlint-baseline.json", ".")[0] == 0
    (project / "lrlint.toml").write_text('baseline = "lrlint-baseline.json"\n', encoding="utf-8")
    assert lrlint(".")[0] == 0

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    if importlib.util.find_spec("pre_commit") is not None:
        hook = {key: hooks[0][key] for key in ("id", "name", "entry", "types_or", "require_serial")}
        local = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
        (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local), encoding="utf-8")
        git("add", ".")
        pre_commit = [sys.executable, "-m", "pre_commit"]
        assert run(*pre_commit, "install", cwd=project, env=env)[0] == 0
        status, text = git("commit", "-qm", "All that is known")
        assert status == 0, text
        (project / "new.py").write_text(TRAIN, encoding="utf-8")
        git("add", ".")
        status, text = git("commit", "-qm", "One more mistake")
        assert status == 1
        assert "new.py:11:9" in text
        assert "old.py" not in text
        (project / "new.py").unlink()

    # As in a job of a CI system.
    (project / "new.py").write_text(TRAIN, encoding="utf-8")
    command = ["check", "--output-format", "sarif", "--output-file", "lrlint.sarif", "--exit-zero"]
    assert lrlint(*command, ".")[0] == 0
    (log,) = json.loads((project / "lrlint.sarif").read_text(encoding="utf-8"))["runs"]
    assert [one["ruleId"] for one in log["results"]] == ["LR101", "LR405"]

    if importlib.util.find_spec("pygls") is not None:
        server(installed, project, env)


def server(installed: Path, project: Path, env: dict[str, str]) -> None:
    """Start the language server as an editor does."""
    process = subprocess.Popen(
        [installed / "lrlint", "server"],
        cwd=project,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    question = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    question["params"] = {"processId": None, "rootUri": project.as_uri(), "capabilities": {}}
    body = json.dumps(question).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    process.stdin.flush()
    length = 0
    while (line := process.stdout.readline()).strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    answer = json.loads(process.stdout.read(length))
    process.kill()
    process.communicate()
    assert "codeActionProvider" in answer["result"]["capabilities"]
