"""Settings that a script loads from a file of its project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.linter.engine import lint

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
        b"a: &a {x: 1}\nb: {<<: [*a, *a]}\nepochs: 90\noptim: {lr: 0.1, length: 50}\n",
        b"epochs: 90\noptim: {lr: 0.1, length: !!int ''}\n",
        b"epochs: 90\noptim: {lr: 0.1, length: 50, x: " + b"1:" * 5_000 + b"1}\n",
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


COSINE = """
def main(model, loader):
    {before}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, {length}, eta_min=1e-5)
    for epoch in range(90):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""


def cosine(folder: Path, length: str, before: str, config: str) -> list[tuple[str, str]]:
    """Return what is found where the length of a cosine depends on ``cfg``."""
    (folder / "pyproject.toml").touch()
    (folder / "config.yaml").write_text(config)
    before = dedent(before).strip().replace("\n", "\n    ")
    load = 'cfg = yaml.safe_load(open("config.yaml"))\n    '
    return found(folder, COSINE.format(length=length, before=load + before))


@pytest.mark.parametrize(
    ("length", "before"),
    [
        ('d["length"]', "d = dict(cfg)"),
        ('d["length"]', 'd = {**cfg, "x": 1}'),
        ('d["length"]', 'd = {"length": 3} | cfg'),
        ('d["length"]', 'd = {"length": 3}; d.update(cfg)'),
        ('d["length"]', "d = {k: v for k, v in cfg.items()}"),
        ("c.length", "from types import SimpleNamespace\nc = SimpleNamespace(**cfg)"),
        (
            "c.length",
            "from types import SimpleNamespace\nc = SimpleNamespace()\nvars(c).update(cfg)",
        ),
        ("n", 'm, n = cfg["pair"]'),
        ("n", 'n = cfg["nothing"] or 50'),
        ("n", 'n = 50 if cfg["nothing"] is None else 90'),
        ("n", 'n = 50 if cfg["flag"] else 90'),
        ("n", 'n = 50 if cfg["name"] == "cosine" else 90'),
    ],
)
def test_nothing_in_a_file_is_certain(length: str, before: str, tmp_path: Path) -> None:
    config = "length: 50\npair: [90, 50]\nnothing:\nflag: true\nname: cosine\n"
    ((code, message),) = cosine(tmp_path, length, before, config)
    assert code == "LR201"
    assert "(with the defaults)" in message


def test_a_file_may_hold_one_value(tmp_path: Path) -> None:
    for config, length in (("50", "cfg"), ("[90, 50]", "cfg[1]")):
        ((code, message),) = cosine(tmp_path, length, "", config)
        assert code == "LR201"
        assert "(with the defaults)" in message
    assert cosine(tmp_path, "cfg", "", "-.inf") == []


@pytest.mark.parametrize(
    "before",
    [
        """
        if "k" in cfg:
            del cfg["k"]
            n = 50 if "k" in cfg else 90
        """,
        """
        if "k" in cfg:
            cfg.pop("k")
        n = 50 if "k" in cfg else 90
        """,
        """
        n = 90
        if "j" not in cfg:
            cfg["j"] = 3
            if "j" not in cfg:
                n = 50
        """,
        """
        def has(one):
            return "k" in one
        n = 90
        if has(cfg) and has(cfg["other"]):
            n = 50
        """,
        """
        from easydict import EasyDict
        copied = EasyDict(cfg)
        copied.other.length = 50
        n = cfg["other"]["length"]
        """,
        """
        from omegaconf import OmegaConf
        base = OmegaConf.load("config.yaml")
        merged = OmegaConf.merge(base, OmegaConf.create({"other": {"length": 50}}))
        n = base.other.length
        """,
    ],
)
def test_what_is_changed_or_copied_is_told_apart(before: str, tmp_path: Path) -> None:
    assert cosine(tmp_path, "n", before, "k: 1\nother: {length: 90}\n") == []


def test_a_text_is_not_a_file(tmp_path: Path) -> None:
    assert (
        cosine(tmp_path, 'other["length"]', 'other = yaml.safe_load("config.yaml")', "length: 50")
        == []
    )


def test_a_relative_name_counts_from_the_script(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    utils = tmp_path / "utils"
    utils.mkdir()
    (utils / "reading.py").write_text(
        "import yaml\ndef read_config(path):\n    return yaml.safe_load(open(path))\n"
    )
    for folder, length in ((tmp_path, 90), (utils, 50)):
        (folder / "config.yaml").write_text(f"length: {length}\n")
    text = "from utils.reading import read_config\n" + COSINE.format(
        length='cfg["length"]', before='cfg = read_config("config.yaml")'
    )
    assert found(tmp_path, text) == []
    (tmp_path / "config.yaml").write_text("length: 60\n")
    assert "=60," in found(tmp_path, text)[0][1]
    (tmp_path / "config.yaml").unlink()
    assert "=50," in found(tmp_path, text)[0][1]


def test_a_catalog_is_not_a_log(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "catalog.json").write_text('{"length": 50}')
    text = COSINE.format(length='cfg["length"]', before='cfg = json.load(open("catalog.json"))')
    assert [code for code, _ in found(tmp_path, text)] == ["LR201"]


@pytest.mark.parametrize("name", ["state.json", "checkpoints.json", "train_log.json"])
def test_output_of_a_run_is_not_a_setting(name: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / name).write_text('{"epoch": 50}')
    before = f'start = json.load(open("{name}"))["epoch"] if os.path.exists("{name}") else 0'
    text = COSINE.format(length="90", before=before).replace("range(90)", "range(start, 90)")
    assert "LR201" not in [code for code, _ in found(tmp_path, text)]


def test_without_a_mark_the_project_is_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    text = COSINE.format(length='cfg["length"]', before='cfg = json.load(open("NAME"))')
    for folder in (tmp_path, inner):
        (folder / "config.json").write_text('{"length": 50}')
    (inner / "link.json").symlink_to(tmp_path / "config.json")
    for name in ("../config.json", str(tmp_path / "config.json"), "link.json", "inner/config.json"):
        assert found(inner, text.replace("NAME", name)) == []
    assert [code for code, _ in found(inner, text.replace("NAME", "config.json"))] == ["LR201"]


HYDRA_FILES = {
    "the groups win": (
        {"config": "defaults: [_self_, {schedule: long}]\nschedule: {kind: {length: 50}}\n"},
        {"schedule/long": "kind: {length: 90}\n"},
    ),
    "a group's own defaults": (
        {"config": "defaults: [{schedule: long}]\n", "base": "kind: {length: 50}\n"},
        {"schedule/long": "defaults: [base]\n", "schedule/base": "kind: {length: 90}\n"},
    ),
    "a package of its own": (
        {"config": "defaults: [{schedule: long}, {experiment: e}, _self_]\n"},
        {
            "schedule/long": "kind: {length: 50}\n",
            "experiment/e": "# @package _global_\nschedule: {kind: {length: 90}}\n",
        },
    ),
    "another package": (
        {"config": "defaults: [{schedule: long}, {schedule@other: short}, _self_]\n"},
        {"schedule/long": "kind: {length: 90}\n", "schedule/short": "kind: {length: 50}\n"},
    ),
    "an option": (
        {"config": "defaults: [{optional schedule: long}, _self_]\n"},
        {"schedule/long": "kind: {length: 90}\n"},
    ),
}


@pytest.mark.parametrize("name", HYDRA_FILES)
def test_hydra_s_order_and_packages(name: str, tmp_path: Path) -> None:
    for files in HYDRA_FILES[name]:
        for path, content in files.items():
            file = tmp_path / "conf" / f"{path}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                content + ("epochs: 90\noptim: {lr: 0.1}\n" if path == "config" else "")
            )
    assert found(tmp_path, HYDRA) == []


@pytest.mark.parametrize(
    "number",
    [
        'ini.getint("plan", "{}")',
        'int(ini["plan"]["{}"])',
        'ini["plan"].getint("{}")',
        'int(ini["plan"].get("{}"))',
    ],
)
def test_settings_of_an_ini_file_are_known(number: str, tmp_path: Path) -> None:
    text = """
import configparser
def main(model, loader):
    ini = configparser.ConfigParser()
    ini.read("plan.ini")
    optimizer = torch.optim.SGD(model.parameters(), lr=ini.getfloat("plan", "Rate"))
    size, rounds = SIZE, ROUNDS
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, size, eta_min=1e-5)
    for epoch in range(rounds):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""
    text = text.replace("SIZE", number.format("size")).replace("ROUNDS", number.format("rounds"))
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "plan.ini").write_text("[plan]\nRate = 0.1 \nsize = 50\nrounds: 90\n")
    ((code, message),) = found(tmp_path, text)
    assert code == "LR201"
    assert '["plan"]["size"]=50' in message
    assert "(with the defaults)" in message
    for refers in ("size = %(rounds)s", "size = 50\nsize = 60"):
        (tmp_path / "plan.ini").write_text(f"[plan]\nrate = 0.1\nrounds = 90\n{refers}\n")
        assert found(tmp_path, text) == []


def test_settings_of_an_ini_text_in_the_script_are_known(tmp_path: Path) -> None:
    text = """
import configparser

PLAN = "[sgd]\\nrate: 0.2\\n[plan]\\nHalf = 25\\nrounds = 60\\n"
ini = configparser.ConfigParser()
ini.read_string(PLAN)
plan = ini["plan"]
def main(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=ini.getfloat("sgd", "rate"))
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, plan.getint("Half"), 1e-5)
    for epoch in range(plan.getint("rounds")):
        for x, y in loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
"""
    ((code, message),) = found(tmp_path, text)
    assert code == "LR201"
    assert '["plan"]["half"]=25' in message
    assert "60 times" in message
