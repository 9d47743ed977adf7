"""The JSON of `check`, `predict` and `run` is what its schemas say, key for key."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from lrlint.cli import main

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[2]
SCHEMAS = files("lrlint.output") / "schemas"


def schema(name: str, *, strict: bool = True) -> dict[str, Any]:
    """Return a schema, which with ``strict`` allows no key that it does not name."""
    text = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")

    def close(value: dict[str, Any]) -> dict[str, Any]:
        return value | {"additionalProperties": False} if "properties" in value else value

    loaded: dict[str, Any] = json.loads(text, object_hook=close if strict else None)
    return loaded


def check(name: str, text: str) -> Any:
    data = json.loads(text)
    jsonschema.Draft202012Validator(schema(name)).validate(data)
    return data


@pytest.mark.parametrize("name", ["check", "predict", "run"])
def test_it_is_a_schema_with_a_version(name: str) -> None:
    plain = schema(name, strict=False)
    jsonschema.Draft202012Validator.check_schema(plain)
    assert plain["$id"] == f"urn:lrlint:schema:{name}:1"


def test_a_finding_is_the_same_everywhere() -> None:
    one, other = schema("check")["$defs"], schema("run")["$defs"]
    assert one == {key: other[key] for key in one}


def test_check(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    main(["check", "--pedantic", "--output-format", "json", "examples"])
    found = check("check", capsys.readouterr().out)
    assert any(finding["fix"] for finding in found)
    assert any(finding["cell"] for finding in found)
    main(["check", "--output-format", "json-lines", "examples"])
    lines = capsys.readouterr().out.splitlines()
    check("check", f"[{','.join(lines)}]")


def test_predict(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    scripts = [str(path) for path in sorted((ROOT / "examples").glob("*.py"))]
    main(["predict", "--output-format", "json", "--set", "len(train_loader)=3", *scripts])
    found = check("predict", capsys.readouterr().out)
    schedules = [schedule for file in found["files"] for schedule in file["schedules"]]
    assert any(schedule["lr"] for schedule in schedules)
    assert any(schedule["unresolved"] for schedule in schedules)


RUN = """
import torch

weight = torch.nn.Parameter(torch.ones(2))
sgd = torch.optim.SGD([weight], lr=0.1)
decay = torch.optim.lr_scheduler.LambdaLR(sgd, lambda epoch: 0.9**epoch)
for epoch in range(9):
    weight.grad = torch.ones(2)
    if epoch == 6:
        sgd.param_groups[0]["lr"] = float("inf")
    sgd.step()
    decay.step()
"""


@pytest.mark.slow
def test_run(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RUN)
    command = [sys.executable, "-m", "lrlint", "run", "--output-format", "json"]
    subprocess.run(
        [*command, "--output-file", "out.json", "train.py"], cwd=tmp_path, check=True, timeout=120
    )
    found = check("run", (tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["static"]
    assert found["runtime"]
    assert found["schedules"][0]["first_divergence"]["used"] is None
