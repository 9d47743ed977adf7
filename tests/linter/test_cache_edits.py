"""Random edits of a small project: what is reported with the cache is reported without it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from lrlint.linter.cache import stamps
from lrlint.linter.engine import lint
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver

BUILD = (
    "from torch.optim.lr_scheduler import CosineAnnealingLR\n"
    "def build(o, t): return CosineAnnealingLR(o, T_max=t, eta_min=0.001)\n"
)
LOOP = (
    "optimizer = SGD(net.parameters(), lr=0.1)\nscheduler = build(optimizer, {length})\n"
    "for epoch in range(EPOCHS):\n    optimizer.step()\n    scheduler.step()\n"
)
TEXTS = (
    "",
    "print()\n",
    "EPOCHS = 90\n",
    "EPOCHS = 50\n",
    "from pkg.conf import EPOCHS\n",
    "from .conf import *\n",
    'import json\nEPOCHS = json.load(open("conf.json"))["epochs"]\n',
    BUILD,
    f"from conf import EPOCHS\nfrom pkg.build import build\n{LOOP.format(length=100)}",
    f"from conf import *\nfrom build import build\n{LOOP.format(length='EPOCHS')}",
    f"EPOCHS = 70\n{BUILD}{LOOP.format(length=100)}",
    "from train import main\nif __name__ == '__main__':\n    main()\n",
    f"from conf import EPOCHS\n{BUILD}def main():\n    "
    + LOOP.format(length=100).replace("\n", "\n    "),
    "scheduler.step(\n",
    # Comments that are of use, or not, as the importer has it.
    BUILD.replace("eta_min=0.001)", "eta_min=0.001)  # lrlint: ignore[LR201]"),
    f"EPOCHS = 90\n{BUILD}{LOOP.format(length=100)}# lrlint: ignore-file[LR999]\n",
)
SCRIPTS = ("train.py", "conf.py", "build.py", "pkg/__init__.py", "pkg/conf.py", "pkg/build.py")
SCRIPTS += ("src/conf.py", "conf/__init__.py", "pkg/train.py", "run.py")
DATA = ('{"epochs": 90}', '{"epochs": 60}', "{", "{}")
CONFIGURATIONS = (
    "",
    '[tool.lrlint]\nignore = ["LR2"]\n',
    "[tool.lrlint]\npedantic = true\n",
    '[tool.lrlint]\nexclude = ["pkg/"]\n',
    '[tool.lrlint.per-file-ignores]\n"train.py" = ["LR"]\n',
)


def shown(report: Report) -> dict[str, object]:
    ignored = ("seconds", "sources", "imported", "cache_trouble")
    values = {one.name: getattr(report, one.name) for one in fields(report)}
    lines = report.results.lines
    texts = {name: lines(name, None) for name in report.sources}
    return {name: values[name] for name in values if name not in ignored} | texts


class Edits(RuleBasedStateMachine):
    """Edits a project, and lints it with the cache and without after each edit."""

    def __init__(self) -> None:
        super().__init__()
        self.before = os.getcwd()
        self.root = Path(tempfile.mkdtemp()).resolve()
        os.chdir(self.root)
        (self.root / "pyproject.toml").touch()
        self.write("train.py", TEXTS[8])
        self.write("conf.py", TEXTS[2])
        self.write("pkg/__init__.py", "")
        self.write("pkg/build.py", BUILD)
        # Old enough for its stamps to be trusted.
        self.clock = mock.patch.object(stamps, "_GRANULARITY", -10)
        self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        os.chdir(self.before)
        shutil.rmtree(self.root)

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        if file.parent.is_file() or file.is_dir():
            return
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    @rule(name=st.sampled_from(SCRIPTS), text=st.sampled_from(TEXTS))
    def write_script(self, name: str, text: str) -> None:
        self.write(name, text)

    @rule(text=st.sampled_from(DATA))
    def write_data(self, text: str) -> None:
        self.write("conf.json", text)

    @rule(folder=st.sampled_from(["", "pkg/"]), text=st.sampled_from(CONFIGURATIONS))
    def configure(self, folder: str, text: str) -> None:
        self.write(f"{folder}pyproject.toml", text)

    @rule(name=st.sampled_from((*SCRIPTS, "conf.json", "pkg", "conf")))
    def delete(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    @rule(name=st.sampled_from(SCRIPTS), other=st.sampled_from(SCRIPTS))
    def rename(self, name: str, other: str) -> None:
        path, target = self.root / name, self.root / other
        if path.is_file() and target.parent.is_dir() and not target.is_dir():
            path.rename(target)

    @rule(name=st.sampled_from(SCRIPTS))
    def touch(self, name: str) -> None:
        if (self.root / name).is_file():
            os.utime(self.root / name)

    @rule(share=st.floats(0, 1))
    def damage(self, share: float) -> None:
        for file in self.root.glob(".lrlint_cache/*.json"):
            data = file.read_bytes()
            file.write_bytes(data[: int(len(data) * share)])

    @invariant()
    def the_cache_changes_nothing(self) -> None:
        fresh = shown(lint(["."], Resolver()))
        cache = self.root / ".lrlint_cache"
        assert shown(lint(["."], Resolver(), cache=cache)) == fresh
        assert shown(lint(["."], Resolver(), cache=cache)) == fresh


TestEdits = Edits.TestCase
TestEdits.settings = settings(
    max_examples=10,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
