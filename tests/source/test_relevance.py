"""From a script through the names of its project to a constructor of a scheduler, or not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.formulas import LAWS
from lrlint.source import Relevance
from lrlint.source.relevance.outline import Imported

BUILDS = [
    "from torch.optim.lr_scheduler import StepLR\ns = StepLR(o, 3)",
    "import torch\ns = torch.optim.lr_scheduler.StepLR(o, 3)",
    "import torch.optim as optim\ns = optim.lr_scheduler.StepLR(o, 3)",
    "from torch.optim import lr_scheduler\ns = lr_scheduler.StepLR(o, 3)",
    "from torch.optim import lr_scheduler as L\ns = getattr(L, name)(o)",
    "from torch.optim import lr_scheduler\ns = getattr(lr_scheduler, name)(o)",
    "import torch\ns = getattr(torch.optim.lr_scheduler, name)(o)",
    "import torch.optim.lr_scheduler as sched\ns = sched.__dict__[name](o)",
    "from torch.optim.lr_scheduler import *\ns = StepLR(o, 3)",
    "from torch.optim.lr_scheduler import StepLR as S\ns = S(o, 3)",
    "from torch.optim.lr_scheduler import StepLR\nKINDS = {'step': StepLR}\ns = KINDS[k](o, 3)",
    "from torch.optim.lr_scheduler import StepLR\ndef f(o, kinds={K: StepLR}): kinds[K](o, 3)",
    "s = StepLR(o, 3)",
    "def main():\n    def inner():\n        return ReduceLROnPlateau(o)",
    "from transformers import get_scheduler\ns = get_scheduler('linear', o)",
    "import transformers\ns = transformers.get_linear_schedule_with_warmup(o, 1, 2)",
    "from timm.scheduler import create_scheduler\ns, _ = create_scheduler(args, o)",
    'from skorch.callbacks import LRScheduler\nc = [LRScheduler(policy="StepLR", gamma=0.5)]',
    'from skorch.callbacks import LRScheduler\ncallback = LRScheduler("ExponentialLR", gamma=0.9)',
    'from skorch.callbacks import LRScheduler\nn = Net(callbacks=[LRScheduler("StepLR")])',
    "from timm.scheduler import CosineLRScheduler as C\ns = C(o, 3)",
    "from warmup_scheduler import GradualWarmupScheduler\ns = GradualWarmupScheduler(o, 1, 5)",
    "from elsewhere import *\ns = make_scheduler(o)",
    "from torch.optim.lr_scheduler import _LRScheduler\nclass Poly(_LRScheduler):\n    pass",
    "import torch\nclass Poly(torch.optim.lr_scheduler.LRScheduler):\n    pass",
    "try:\n    from torch.optim.lr_scheduler import LRScheduler\nexcept ImportError:\n"
    "    from torch.optim.lr_scheduler import _LRScheduler as LRScheduler\n"
    "class Poly(LRScheduler):\n    pass",
    "isinstance(s, StepLR) or StepLR(o, 3)",
    "from diffusers import DDIMScheduler, get_scheduler as g\nn = DDIMScheduler()\ns = g(k, o)",
    "from denoising import CosineScheduler\ns = CosineScheduler(o)",
    "try:\n    from keras import StepLR\nexcept ImportError:\n"
    "    from torch.optim.lr_scheduler import StepLR\ns = StepLR(o, 3)",
    "def f(manager, optimizer):\n    s = manager.get_scheduler(optimizer)",
    "def f(manager, *given):\n    s = manager.get_scheduler(*given)",
    "from .keras import StepLR\ns = StepLR(o, 3)",
    "from torch.optim.lr_scheduler import StepLR as PNDMScheduler\ns = PNDMScheduler(o, 3)",
]

BUILDS_NOT = [
    "",
    "def train(model, optimizer, lr_scheduler):\n    lr_scheduler.step()",
    "class Trainer:\n    def step(self):\n        self.lr_scheduler.step()",
    "from torch.optim.lr_scheduler import LRScheduler\ndef train(s: LRScheduler):\n    s.step()",
    "from torch.optim.lr_scheduler import ReduceLROnPlateau\n"
    "if isinstance(self.scheduler, (StepLR, ReduceLROnPlateau)):\n    self.scheduler.step(loss)",
    "BASE_LR = 0.1\no = SGD(p, lr=BASE_LR)",
    "print('StepLR(o, 3)')  # StepLR(o, 3)",
    '"""s = StepLR(o, 3)"""',
    "from torch.optim.lr_scheduler import StepLR\nfor s in schedulers: s.step()",
    "class Scheduler:\n    pass\nScheduler().step()",
    "trainer = Trainer(lr_scheduler_type='cosine')",
    "class Arguments:\n    def set_lr_scheduler(self, name):\n        self.name = name",
    "class Model:\n    async def _build_noise_scheduler(self): ...",
    "import torch\ndef f(s: torch.optim.lr_scheduler.StepLR = None): s.step()",
    "import torch.optim as o\ndef f(s: o.lr_scheduler.StepLR | None): s.step()",
    "import torch\ndef f(n: int, s: torch.optim.lr_scheduler.StepLR): s.step()",
    "T = TypeVar('T')\ndef f(step: int, s: NoiseScheduler, k: T) -> NoiseScheduler: return s",
    "import torch.optim as o\ndef f(s: None | o.lr_scheduler.StepLR): s.step()",
    "import torch.optim as o\ndef f() -> o.lr_scheduler.StepLR: return g.scheduler",
    "from jobs import queue\nclass A:\n    scheduler: queue.Scheduler = None",
    "from diffusers import DDIMScheduler\nn = DDIMScheduler.from_config(c)\nn.step(e, t, x)",
    "from diffusers.schedulers import LCMScheduler\nclass P:\n    kinds = [LCMScheduler]",
    "import diffusers\nn = diffusers.PNDMScheduler()",
    "from keras.callbacks import LearningRateScheduler\nc = [LearningRateScheduler(decay)]",
    "import tensorflow as tf\nr = tf.keras.optimizers.schedules.LearningRateSchedule()",
    "def f(manager):\n    s = manager.get_scheduler()",
    "class A(B):\n    def f(self): return super().make_noise_schedule(self.t)",
    "from diffusers import get_scheduler\nget_scheduler = None",
    "import torch\ndef f(o, pair: tuple[int, torch.optim.lr_scheduler.StepLR] = (1, None)): ...",
    "class A(B):\n    class _NoiseScheduler: pass",
    "try:\n    from keras import callbacks\nexcept ImportError:\n"
    "    from tensorflow.keras import callbacks\nc = callbacks.LearningRateScheduler(decay)",
]

BUILDER = "from torch.optim.lr_scheduler import StepLR\ndef build(o):\n    return StepLR(o, 3)\n"

PROJECTS_THAT_BUILD = {
    "function": {
        "train.py": "from optim import build\ns = build(o)",
        "optim.py": BUILDER,
    },
    "module": {
        "train.py": "import optim\ns = optim.build(o)",
        "optim.py": BUILDER,
    },
    "alias": {
        "train.py": "from optim import build as make\ns = make(o)",
        "optim.py": BUILDER,
    },
    "submodule": {
        "train.py": "from lib import optim\ns = optim.build(o)",
        "lib/__init__.py": "",
        "lib/optim.py": BUILDER,
    },
    "folder without __init__": {
        "train.py": "import lib.optim\ns = lib.optim.build(o)",
        "lib/optim.py": BUILDER,
    },
    "re-exported": {
        "train.py": "from lib import build\ns = build(o)",
        "lib/__init__.py": "from .optim import *",
        "lib/optim.py": "from .more import build",
        "lib/more.py": BUILDER,
    },
    "star": {
        "train.py": "from optim import *\ndef main(o):\n    s = build(o)",
        "optim.py": BUILDER,
    },
    "in a registry": {
        "train.py": "from kinds import make\ns = make(k, o)",
        "kinds.py": "KINDS = {}\ndef register(name):\n    def keep(f):\n        KINDS[name] = f\n"
        "    return keep\ndef make(k, o): return KINDS[k](o)\n"
        f'@register("step")\n{BUILDER.partition(chr(10))[2]}',
    },
    "in a function that is kept under a name": {
        "train.py": "from kinds import make\ns = make(k, o)",
        "kinds.py": "from torch.optim.lr_scheduler import StepLR\nfrom tables import table\n"
        'def make(k, o): return table[k](o)\n@table.add("step")\ndef build(o): return StepLR(o, 3)',
        "tables.py": "table = Table()",
    },
    "in a param group's update()": {
        "train.py": "from rates import apply\nfor e in range(9): apply(opt, e)",
        "rates.py": "def apply(opt, e):\n    for g in opt.param_groups:\n"
        "        g.update(lr=0.1 * 0.5**e)",
    },
    "in a method of an object": {
        "train.py": "from trainer import Trainer\nTrainer(model).fit()",
        "trainer.py": "from base import Base\nclass Trainer(Base):\n    pass",
        "base.py": "import optim\nclass Base:\n    def fit(self):\n        optim.build(self.o)",
        "optim.py": BUILDER,
    },
    "in a method that is called elsewhere": {
        "train.py": "from trainer import Trainer\nfrom tools import run\nrun(Trainer())",
        "tools.py": "def run(one): one.fit()",
        "trainer.py": "from optim import build\nclass Trainer:\n    def fit(self): build(self.o)",
        "optim.py": BUILDER,
    },
    "in a property": {
        "train.py": "from trainer import Trainer\nprint(Trainer().schedule)",
        "trainer.py": "from optim import build\nclass Trainer:\n    @property\n"
        "    def schedule(self): return build(self.o)",
        "optim.py": BUILDER,
    },
    "where an object is made": {
        "train.py": "from trainer import Trainer\nTrainer(o)",
        "trainer.py": "from optim import build\nclass Trainer:\n"
        "    def __init__(self, o): self.s = build(o)",
        "optim.py": BUILDER,
    },
    "in a hook of a framework": {
        "train.py": "from net import Net\nTrainer().fit(Net())",
        "net.py": "import lightning as L\nfrom parts import Optimized\n"
        "class Net(Optimized, L.LightningModule):\n    pass",
        "parts.py": "from optim import build\nclass Optimized:\n"
        "    def configure_optimizers(self): return build(self.o)",
        "optim.py": BUILDER,
    },
    "in an own method that is looked up": {
        "train.py": "from trainer import Trainer\nTrainer().run(stage)",
        "trainer.py": "from optim import build\nclass Trainer:\n"
        "    def run(self, stage): getattr(self, f'run_{stage}')()\n"
        "    def run_fit(self): build(self.o)",
        "optim.py": BUILDER,
    },
    "in a hook that a string names": {
        "train.py": "from hooks import Warm\nfrom runner import Runner\nRunner([Warm()]).run()",
        "runner.py": "class Runner:\n    def run(self): self.call('before_epoch')\n"
        "    def call(self, name):\n        for hook in self.hooks: getattr(hook, name)()",
        "hooks.py": "from optim import build\nclass Warm:\n    def before_epoch(self): build(o)",
        "optim.py": BUILDER,
    },
    "in a method of the script's own class": {
        "train.py": "from optim import build\nclass Trainer:\n    def fit(self): build(self.o)",
        "optim.py": BUILDER,
    },
    "of a class for settings": {
        "train.py": "from settings import Settings\n@draccus.wrap()\ndef main(cfg: Settings): ...",
        "settings.py": "from optim import build\nclass Settings:\n"
        "    def __post_init__(self): build(self.o)",
        "optim.py": BUILDER,
    },
    "an LR written by hand": {
        "train.py": "from tools import adjust\nadjust(optimizer, 0.1)",
        "tools.py": "def adjust(optimizer, lr):\n    for g in optimizer.param_groups: put(g, lr)\n"
        'def put(g, lr): g["lr"] = lr\n',
    },
    "at a module's own level": {
        "train.py": "from setup_all import model\nmodel.fit()",
        "setup_all.py": "from optim import build\nscheduler = build(o)\nmodel = Model(scheduler)",
        "optim.py": BUILDER,
    },
    "imported where it is used": {
        "train.py": "def main():\n    from optim import build\n    build(o)",
        "optim.py": BUILDER,
    },
    "from deep in the tree": {
        "tools/train.py": "from lib.optim import build\nbuild(o)",
        "lib/optim.py": BUILDER,
        "setup.py": "",
    },
    "in a circle": {
        "train.py": "from a import build\nbuild(o)",
        "a.py": "from b import build\n",
        "b.py": "from a import build\nfrom optim import build\n",
        "optim.py": BUILDER,
    },
}

PROJECTS_THAT_BUILD_NOT = {
    "not used": {
        "train.py": "from optim import build\nscheduler.step()",
        "optim.py": BUILDER,
    },
    "another function": {
        "train.py": "from optim import count\ncount(o)",
        "optim.py": BUILDER + "def count(o):\n    return len(o.step)\n",
    },
    "another object": {
        "train.py": "from trainer import Timer\nTimer().fit()",
        "trainer.py": "from optim import build\nclass Timer:\n    def fit(self): return 1\n"
        "class Trainer:\n    def fit(self): return build(self.o)",
        "optim.py": BUILDER,
    },
    "another method": {
        "train.py": "from trainer import Trainer\nTrainer().encode()",
        "trainer.py": "from optim import build\nclass Trainer:\n    def encode(self): return 1\n"
        "    def fit(self): return build(self.o)",
        "optim.py": BUILDER,
    },
    "a class that is only a type": {
        "train.py": "from settings import Settings\ns = Settings()\ns.build()",
        "settings.py": "from optim import Config\nclass Settings:\n    optim: Config | None\n"
        "    def build(self, n: int, config: Config = None) -> Config: return n",
        "optim.py": BUILDER + "class Config:\n    def build(self): return build(self.o)\n",
    },
    "a module that writes an LR elsewhere": {
        "train.py": "from tools import group\ngroup(model)",
        "tools.py": 'def adjust(g, lr): g["lr"] = lr\n'
        "def group(model): return optim.SGD(model.parameters(), lr=0.1).param_groups\n",
    },
    "imported for annotations": {
        "train.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from optim import *\n"
        "def fit(scheduler: 'build'): scheduler.step()",
        "optim.py": BUILDER,
    },
    "own scheduler of jobs": {
        "train.py": "from jobs import JobScheduler\ns = JobScheduler(o)\ns.step()",
        "jobs.py": "class JobScheduler:\n    def step(self): ...",
    },
    "names in a circle": {
        "train.py": "from a import build\nbuild(o)",
        "a.py": "from b import build\nfrom b import *",
        "b.py": "from a import build\nfrom a import *\nstep = 1",
    },
}


def builds(folder: Path, files: dict[str, str]) -> bool:
    (folder / ".git").mkdir()  # the project ends here, whatever lies in the folders above
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")

    first = folder.resolve() / next(iter(files))
    return Relevance().may_build(first, first.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", BUILDS)
def test_a_script_that_builds(code: str, tmp_path: Path) -> None:
    assert builds(tmp_path, {"train.py": code})


@pytest.mark.parametrize("code", BUILDS_NOT)
def test_a_script_that_builds_nothing(code: str, tmp_path: Path) -> None:
    assert not builds(tmp_path, {"train.py": code})


@pytest.mark.parametrize("law", [name for name in LAWS if "." not in name])
def test_every_scheduler_that_has_a_law(law: str, tmp_path: Path) -> None:
    assert builds(tmp_path, {"train.py": f"from torch.optim.lr_scheduler import {law}\n{law}(o)"})


@pytest.mark.parametrize("name", PROJECTS_THAT_BUILD)
def test_a_project_that_builds(name: str, tmp_path: Path) -> None:
    assert builds(tmp_path, PROJECTS_THAT_BUILD[name])


@pytest.mark.parametrize("name", PROJECTS_THAT_BUILD_NOT)
def test_a_project_whose_script_builds_nothing(name: str, tmp_path: Path) -> None:
    assert not builds(tmp_path, PROJECTS_THAT_BUILD_NOT[name])


def test_what_one_script_was_told_holds_for_the_next(tmp_path: Path) -> None:
    files = {
        "helper.py": BUILDER + "def count(o):\n    return o.step\n",
        "one.py": "import count_all\nfrom helper import count\ncount(o)",
        "two.py": "from helper import count, build\ncount(build(o))",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    relevance = Relevance()
    answers = [
        relevance.may_build(tmp_path / f"{n}.py", files[f"{n}.py"]) for n in ("one", "two", "one")
    ]
    assert answers == [False, True, False]


@pytest.mark.parametrize(
    ("imported", "answer"),
    [
        (Imported("helper", 0, "build"), True),
        (Imported("helper", 0, "count"), False),
        (Imported("helper", 0, "nothing"), False),
        (Imported("", 1, "helper"), True),
        (Imported("lib", 0, "again"), True),
        (Imported("lib", 0, "count"), False),
        (Imported("torch.optim.lr_scheduler", 0, "StepLR"), False),
    ],
)
def test_what_an_imported_name_leads_to(imported: Imported, answer: bool, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(BUILDER + "def count(o): return o.step", encoding="utf-8")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.py").write_text(
        "from helper import build as again, count\n", encoding="utf-8"
    )
    assert Relevance().import_may_build(tmp_path / "train.py", "", imported) is answer


@pytest.mark.parametrize(("modules", "answer"), [(500, False), (700, True)])
def test_more_modules_than_any_analysis_follows(tmp_path: Path, modules: int, answer: bool) -> None:
    for n in range(modules):
        (tmp_path / f"m{n}.py").write_text("def f(step): pass\n", encoding="utf-8")
    relevance = Relevance()
    script = "".join(f"import m{n}\nm{n}.f(o)\n" for n in range(modules))
    # Whatever was read for another script, the answer is the same.
    answers = [relevance.may_build(tmp_path / f"{name}.py", script) for name in ("train", "other")]
    assert answers == [answer, answer]
