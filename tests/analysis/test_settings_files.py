"""Settings that a script loads from a file of its project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.engine import lint

IMPORTS = """\
import argparse, json, os
from pathlib import Path
import toml, tomllib, yaml
import torch
"""
LOOP = """
def main(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=CFG[optim][lr])
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, CFG[optim][length], eta_min=1e-5
    )
    for epoch in range(CFG[epochs]):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""
BY_ITEM = LOOP.replace("CFG", "cfg").replace("[", '["').replace("]", '"]')
BY_ATTRIBUTE = LOOP.replace("CFG", "cfg").replace("[", ".").replace("]", "")
MIXED = re.sub(r'cfg\["(\w+)"\]', r"cfg.\1", BY_ITEM)

READ_ITEMS = {
    "with open": """
        with open("config.yaml") as f:
            cfg = yaml.safe_load(f)
        """,
    "a mode and an encoding": """
        with open("config.yaml", "r", encoding="utf-8") as f:
            cfg = yaml.load(f, Loader=yaml.FullLoader)
        """,
    "the text": 'cfg = yaml.safe_load(open("config.yaml").read())',
    "a path": 'cfg = yaml.safe_load(Path("config.yaml").read_text())',
    "beside the script": """
        HERE = Path(__file__).resolve().parent
        with (HERE / "config.yaml").open() as f:
            cfg = yaml.safe_load(f)
        """,
    "os.path": """
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "config.yaml")) as f:
            cfg = yaml.safe_load(f)
        """,
    "an option": """
        parser = argparse.ArgumentParser()
        parser.add_argument("--config", default="config.yaml")
        args = parser.parse_args()
        with open(args.config) as f:
            cfg = yaml.safe_load(f)
        """,
    "a helper": """
        def read(path):
            if not os.path.isfile(path):
                return None
            with open(path) as f:
                return yaml.safe_load(f)
        cfg = read("config.yaml")
        """,
    "an f-string": """
        NAME = "config"
        cfg = yaml.safe_load(open(f"{NAME}.yaml"))
        """,
    "defaults": """
        cfg = {"epochs": 10, "optim": {"lr": 1.0, "length": 10}}
        cfg.update(yaml.safe_load(open("config.yaml")))
        """,
    "JSON": """
        with open("config.json") as f:
            cfg = json.load(f)
        """,
    "JSON's text": 'cfg = json.loads(Path("config.json").read_text())',
    "TOML": """
        with open("config.toml", "rb") as f:
            cfg = tomllib.load(f)
        """,
    "TOML by name": 'cfg = toml.load("config.toml")',
}
READ_ATTRIBUTES = {
    "OmegaConf": """
        from omegaconf import OmegaConf
        cfg = OmegaConf.load("config.yaml")
        """,
    "OmegaConf and the command line": """
        from omegaconf import OmegaConf
        cfg = OmegaConf.merge(OmegaConf.load("config.yaml"), OmegaConf.from_cli())
        """,
    "EasyDict": """
        from easydict import EasyDict as edict
        with open("config.yaml") as f:
            cfg = edict(yaml.safe_load(f))
        """,
    "munch": """
        from munch import munchify
        cfg = munchify(yaml.safe_load(open("config.yaml")))
        """,
    "box": """
        from box import Box
        cfg = Box.from_yaml(filename="config.yaml")
        """,
}
READ_EITHER = {
    "a class": """
        class Config:
            def __init__(self, path):
                with open(path) as f:
                    for key, value in yaml.safe_load(f).items():
                        setattr(self, key, value)
        cfg = Config("config.yaml")
        """,
    "a class's __dict__": """
        class Config:
            def __init__(self, path):
                with open(path) as f:
                    self.__dict__.update(yaml.safe_load(f))
        cfg = Config("config.yaml")
        """,
    "a namespace": """
        with open("config.yaml") as f:
            cfg = argparse.Namespace(**yaml.safe_load(f))
        """,
}
ALL = {
    **{name: dedent(text) + BY_ITEM for name, text in READ_ITEMS.items()},
    **{name: dedent(text) + BY_ATTRIBUTE for name, text in READ_ATTRIBUTES.items()},
    **{name: dedent(text) + MIXED for name, text in READ_EITHER.items()},
}


def write(folder: Path, length: object, epochs: object = 90) -> None:
    optim = {"lr": 0.1, "length": length}
    (folder / "pyproject.toml").touch()
    (folder / "config.json").write_text(json.dumps({"epochs": epochs, "optim": optim}))
    (folder / "config.yaml").write_text(
        f"epochs: {epochs}\noptim:\n  lr: 0.1\n  length: {length}\nnames: [a, b]\nday: 2020-02-03\n"
    )
    (folder / "config.toml").write_text(
        f"epochs = {epochs}\n[optim]\nlr = 0.1\nlength = {length}\n"
    )


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    script = folder / "train.py"
    script.write_text(IMPORTS + text)
    report = lint([script])
    assert not report.problems
    return [(one.code, one.message) for one in report.diagnostics]


@pytest.mark.parametrize("name", ALL)
def test_what_a_settings_file_holds_is_known(name: str, tmp_path: Path) -> None:
    write(tmp_path, length=50)
    ((code, message),) = found(tmp_path, ALL[name])
    assert code == "LR201"
    assert "=50, but the scheduler steps" in message
    assert "epochs" in message
    assert "(with the defaults)" in message  # another file may be given
    write(tmp_path, length=90)
    assert found(tmp_path, ALL[name]) == []


def test_a_file_is_looked_for_from_the_script_upwards(tmp_path: Path) -> None:
    write(tmp_path, length=50)
    inner = tmp_path / "tools" / "train"
    inner.mkdir(parents=True)
    text = ALL["with open"]
    assert [code for code, _ in found(inner, text)] == ["LR201"]
    (inner / "config.yaml").write_text("epochs: 90\noptim: {lr: 0.1, length: 90}\n")  # is nearer
    assert found(inner, text) == []


@pytest.mark.parametrize(
    "name", ["../config.yaml", "/etc/hostname", "", ".", "x\\0y", "config.yaml/x", "absent.yaml"]
)
def test_other_files_are_not_read(name: str, tmp_path: Path) -> None:
    write(tmp_path, length=50)
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    assert found(project, ALL["with open"].replace("config.yaml", name)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"epochs: [1, 2",
        b"epochs: !!python/object:os.system x",
        b"\xff\xfe\x00",
        b"",
        b"just words",
        b"- epochs\n- 90",
        b"[[]]: 1",
        b"epochs: ${other}\noptim: ${other}\n",
        b"a: &a [*a]\noptim: &o {x: *o, lr: 0.1}\nepochs: .inf\n",
        b"x: " + b"1" * 250_000,
        b"a: &a {x: 1}\n" + b"<<: [*a, *a]\n" * 30,
    ],
)
def test_odd_files_are_unknown(content: bytes, tmp_path: Path) -> None:
    write(tmp_path, length=50)
    (tmp_path / "config.yaml").write_bytes(content)
    assert found(tmp_path, ALL["with open"]) == []


def test_a_file_that_is_written_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, length=50)
    text = ALL["with open"].replace('open("config.yaml")', 'open("config.yaml", "w")')
    assert found(tmp_path, text) == []


def test_settings_that_choose(tmp_path: Path) -> None:
    """A name in a file leads, and may be another one: the other branch is judged, too."""
    text = """
def main(model, loader):
    cfg = yaml.safe_load(open("config.yaml"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if cfg["name"] == "step":
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, cfg["size"])
    elif "cosine" in cfg:
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, cfg["cosine"], 1e-5)
    for epoch in range(cfg["epochs"]):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "config.yaml").write_text("epochs: 90\nname: step\nsize: 100\ncosine: 90\n")
    assert [code for code, _ in found(tmp_path, text)] == ["LR205"]
    (tmp_path / "config.yaml").write_text("epochs: 90\nname: step\nsize: 30\ncosine: 50\n")
    assert [code for code, _ in found(tmp_path, text)] == ["LR201"]


def test_lists_are_settings_as_well(tmp_path: Path) -> None:
    text = """
def main(model, loader):
    cfg = yaml.safe_load(open("config.yaml"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, **cfg["steps"])
    for epoch in range(cfg["epochs"]):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "config.yaml").write_text("epochs: 90\nsteps: {milestones: [30, 120]}\n")
    ((code, message),) = found(tmp_path, text)
    assert code == "LR205"
    assert "120" in message
    assert "(with the defaults)" in message
    (tmp_path / "config.yaml").write_text("epochs: 90\nsteps: {milestones: [30, 60]}\n")
    assert found(tmp_path, text) == []


HYDRA = """
import hydra

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg) -> None:
    model, loader = build(cfg)
    optimizer = torch.optim.SGD(model.parameters(), lr=cfg.optim.lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=cfg.schedule.kind.length, eta_min=1e-5
    )
    for epoch in range(cfg.epochs):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()

if __name__ == "__main__":
    main()
"""


def test_hydra_composes_its_settings(tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    (conf / "schedule" / "kind").mkdir(parents=True)
    (conf / "optim").mkdir()
    (conf / "config.yaml").write_text(
        "defaults:\n  - base\n  - optim: sgd\n  - schedule/kind: cosine\n"
        "  - override hydra/job_logging: none\n  - optional db: null\n  - _self_\nepochs: 90\n"
    )
    (conf / "base.yaml").write_text("epochs: 5\nseed: 1\n")
    (conf / "optim" / "sgd.yaml").write_text("lr: 0.1\n")
    cosine = conf / "schedule" / "kind" / "cosine.yaml"
    cosine.write_text("length: 50\n")
    ((code, message),) = found(tmp_path, HYDRA)
    assert code == "LR201"
    assert "cfg.schedule.kind.length=50, but the scheduler steps cfg.epochs=90" in message
    cosine.write_text("length: 90\n")
    assert found(tmp_path, HYDRA) == []
    # Files that name each other are read once.
    (conf / "base.yaml").write_text("defaults: [config, base, config, base]\n")
    assert found(tmp_path, HYDRA) == []
    (conf / "config.yaml").unlink()
    assert found(tmp_path, HYDRA) == []
