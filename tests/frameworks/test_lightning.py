"""What is read of a Lightning training, and what is left open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint.facts import Cadence, Schedule
from lrlint.linter.engine import Stdin, lint
from lrlint.linter.settings import Settings
from lrlint.predict.forecast import Forecast, forecast
from lrlint.source import load

HEAD = """
import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, GradientAccumulationScheduler
from torch.optim import SGD
from torch.optim.lr_scheduler import *
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.zeros(96, 2)), batch_size=8)

"""
COSINE = "scheduler = CosineAnnealingLR(optimizer, T_max={}, eta_min=1e-3)"
STEP = 'return [optimizer], [{"scheduler": scheduler, "interval": "step"}]'
EPOCH = "return [optimizer], [scheduler]"


def module(*rows: str, methods: str = "", init: str = "") -> str:
    """Return a module whose ``configure_optimizers`` has these rows after an SGD."""
    body = "\n        ".join(("optimizer = SGD(self.parameters(), lr=0.1)", *rows))
    constructor = f"    def __init__(self):\n        super().__init__()\n        {init or 'pass'}\n"
    return f"""{HEAD}
class Net(L.LightningModule):
{constructor}
    def configure_optimizers(self):
        {body}
{methods}
"""


def fit(trainer: str) -> str:
    return f"\nL.Trainer({trainer}).fit(Net(), loader)\n"


def codes(script: str) -> set[str]:
    source = Stdin(script.encode(), Path("s.py"))
    report = lint(["-"], Settings(), stdin=source)
    assert report.problems == ()
    return {diagnostic.code for diagnostic in report.diagnostics}


def predicted(script: str, path: Path, **settings: object) -> Forecast:
    file = path / "s.py"
    file.write_text(script, encoding="utf-8")
    overrides = {name.replace("__", "."): value for name, value in settings.items()}
    (found,) = forecast(load(str(file)), overrides).schedules
    return found


ACCUMULATING = fit("max_epochs=5, callbacks=[GradientAccumulationScheduler(scheduling={0: 3})]")
UPDATES = "self.trainer.estimated_stepping_batches"


def test_accumulation_by_a_callback_that_never_changes_it(tmp_path: Path) -> None:
    script = module(COSINE.format(20), STEP) + ACCUMULATING
    found = predicted(script, tmp_path)
    assert found.prediction.optimizer_steps == 20
    assert found.prediction.lr is not None
    # As Lightning 2.6.6 gives it.
    assert found.prediction.lr[0][-1] == pytest.approx(0.001609427140540686, rel=1e-9)
    assert "LR201" not in codes(script)


def test_updates_are_estimated_before_a_callback_accumulates() -> None:
    assert "LR206" in codes(module(COSINE.format(UPDATES), STEP) + ACCUMULATING)
    given = fit("max_epochs=5, accumulate_grad_batches=3")
    assert "LR206" not in codes(module(COSINE.format(UPDATES), STEP) + given)
    # Nothing is known of a plan from elsewhere.
    plan = "callbacks=[GradientAccumulationScheduler(read_plan())]"
    assert not codes(module(COSINE.format(UPDATES), STEP) + fit(f"max_epochs=5, {plan}"))


def schedule(script: str, path: Path, **settings: object) -> Schedule:
    return predicted(script, path, **settings).schedule


def test_the_driver_is_named(tmp_path: Path) -> None:
    found = schedule(module(COSINE.format(10), EPOCH), tmp_path)
    driver = found.stepping.driver
    assert driver is not None
    assert (driver.name, driver.per) == ("lightning.Trainer", Cadence.EPOCH)
    assert driver.words == 'interval left at "epoch"'


def test_a_fit_on_loaders_has_no_datamodule(tmp_path: Path) -> None:
    length = "epochs = 4 if self.trainer.datamodule else 6"
    script = module(length, COSINE.format("epochs"), EPOCH) + fit("max_epochs=6")
    expected = module(COSINE.format("6"), EPOCH) + fit("max_epochs=6")
    assert predicted(script, tmp_path).prediction.lr == predicted(expected, tmp_path).prediction.lr


def test_a_module_without_a_trainer_is_predicted_with_what_is_set(tmp_path: Path) -> None:
    script = module(COSINE.format("self.trainer.estimated_stepping_batches"), STEP)
    assert predicted(script, tmp_path).prediction.unresolved
    found = predicted(
        script,
        tmp_path,
        trainer__max_epochs=3,
        trainer__num_training_batches=10,
        trainer__accumulate_grad_batches=4,
    )
    assert found.prediction.optimizer_steps == 9
    assert found.prediction.lr is not None
    assert found.prediction.lr[0][0] == 0.1


@pytest.mark.parametrize(
    ("trainer", "steps"),
    [
        ("max_epochs=5", 60),
        ("max_epochs=5, accumulate_grad_batches=5", 15),
        ("max_epochs=5, limit_train_batches=0.3", 15),
        ("max_epochs=5, limit_train_batches=4", 20),
        ("max_epochs=5, overfit_batches=2", 10),
        ("max_epochs=5, max_steps=17", 17),
        ("max_steps=17", 17),
        ("max_epochs=5, devices=2, accelerator='gpu'", 30),
        ("max_epochs=5, devices=[0, 1, 2]", 20),
        ("max_epochs=5, devices='0,1'", 30),
    ],
)
def test_updates_are_counted(trainer: str, steps: int, tmp_path: Path) -> None:
    found = schedule(module(COSINE.format(1000), STEP) + fit(trainer), tmp_path)
    assert found.stepping.optimizer_steps is not None
    assert found.stepping.optimizer_steps.value == steps
    assert found.steps is not None
    assert found.steps.value == steps


@pytest.mark.parametrize(
    "trainer",
    [
        "max_epochs=5, devices=-1",
        "max_epochs=5, num_nodes=4",
        "**options",
        "max_epochs=5, callbacks=[GradientAccumulationScheduler({0: 1, 1: 4})]",
        "max_epochs=5, limit_train_batches=share",
        "max_epochs=5, fast_dev_run=True",
    ],
)
def test_updates_that_are_not_known_are_open(trainer: str, tmp_path: Path) -> None:
    text = f"def run(options, share):\n    L.Trainer({trainer}).fit(Net(), loader)\n"
    script = module(COSINE.format(40), STEP) + text + "\nrun(load(), load())\n"
    assert codes(script) == set()
    assert predicted(script, tmp_path).prediction.unresolved


def test_early_stopping_may_end_a_training() -> None:
    right = module(COSINE.format(20), EPOCH)
    short = fit("max_epochs=40, callbacks=[EarlyStopping('val_loss')]")
    assert codes(right + fit("max_epochs=20")) == set()
    assert codes(right + short) <= {"LR201", "LR208"}


@pytest.mark.parametrize(
    ("callback", "expected"), [("[]", {"LR203"}), ("[phases.FinetuningScheduler()]", set())]
)
def test_a_callback_that_unfreezes_in_phases_changes_the_lrs(
    callback: str, expected: set[str]
) -> None:
    rows = ("scheduler = CosineAnnealingWarmRestarts(optimizer, 8, eta_min=1e-4)", EPOCH)
    script = "import finetuning_scheduler as phases\n" + module(*rows)
    assert codes(script + fit(f"max_epochs=28, callbacks={callback}")) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("return optimizer",), set()),
        ((COSINE.format(40), 'return {"optimizer": optimizer, "scheduler": scheduler}'), {"LR103"}),
        ((COSINE.format(40), "return self.wrapped(optimizer, scheduler)"), set()),
        ((COSINE.format(40), 'return [optimizer], [{"scheduler": scheduler, **extra}]'), set()),
        ((COSINE.format(40), "return ([optimizer], scheduler)"), set()),
        ((COSINE.format(480), EPOCH), {"LR501"}),
        (
            (
                COSINE.format("40 if self.fast else 480"),
                'every = "epoch" if self.fast else "step"',
                'return [optimizer], [{"scheduler": scheduler, "interval": every}]',
            ),
            set(),
        ),
        (
            (
                "scheduler = None",
                "if self.decays:",
                "    " + COSINE.format(40),
                'return {"optimizer": optimizer, "lr_scheduler": scheduler}',
            ),
            set(),
        ),
    ],
)
def test_each_form_is_read(rows: tuple[str, ...], expected: set[str]) -> None:
    assert codes(module(*rows) + fit("max_epochs=40")) == expected


MANUAL = "self.automatic_optimization = False"
STEPS = """
    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        self.manual_backward(self(batch).mean())
        optimizer.step()
        {}
"""


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        ("pass", {"LR103"}),
        ("self.lr_schedulers().step()", {"LR101"}),
        ("if self.trainer.is_last_batch: self.lr_schedulers().step()", set()),
    ],
)
def test_manual_optimization_steps_where_the_module_does(batch: str, expected: set[str]) -> None:
    script = module(COSINE.format("self.trainer.max_epochs"), STEP, methods=STEPS.format(batch))
    assert codes(
        script.replace("        pass\n", f"        {MANUAL}\n", 1) + fit("max_epochs=40")
    ) == (expected)


def test_an_unread_override_leaves_the_scheduler_open(tmp_path: Path) -> None:
    override = "    def lr_scheduler_step(self, scheduler, metric):\n        advance(scheduler)\n"
    script = module(COSINE.format(10), EPOCH, methods=override) + fit("max_epochs=40")
    assert codes(script) == set()
    assert predicted(script, tmp_path).prediction.unresolved


def test_hyperparameters_are_the_arguments_of_the_constructor(tmp_path: Path) -> None:
    script = (
        HEAD
        + """
class Net(L.LightningModule):
    def __init__(self, lr=0.3, gamma=0.5):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        optimizer = SGD(self.parameters(), lr=self.hparams.lr)
        return [optimizer], [ExponentialLR(optimizer, gamma=self.hparams["gamma"])]


L.Trainer(max_epochs=2).fit(Net(lr=0.2), loader)
"""
    )
    prediction = predicted(script, tmp_path).prediction
    assert prediction.lr is not None
    assert prediction.lr[0][0] == 0.2
    assert prediction.lr[0][-1] == 0.1


def test_the_hyperparameters_of_a_datamodule_give_its_batches(tmp_path: Path) -> None:
    data = """
class Data(L.LightningDataModule):
    def __init__(self, size=6):
        super().__init__()
        self.save_hyperparameters()

    def train_dataloader(self):
        return DataLoader(TensorDataset(torch.zeros(48, 2)), batch_size=self.hparams.size)


L.Trainer(max_epochs=2).fit(Net(), datamodule=Data())
"""
    lrs = predicted(module(COSINE.format(2), EPOCH) + data, tmp_path).prediction.lr
    assert lrs is not None
    assert len(lrs[0]) == 2 * 8


CALLBACK = """
class Own(L.Callback):
    def {}(self, trainer, pl_module, *rest):
        {}


"""
WITH_CALLBACK = "max_epochs=4, callbacks=[Own()]"
WRITE = 'trainer.optimizers[0].param_groups[0]["lr"] = 0.1 / (1 + trainer.{})'


@pytest.mark.parametrize(
    ("hook", "counter", "expected"),
    [
        ("on_train_epoch_start", "current_epoch", lambda update: update // 12),
        ("on_train_epoch_start", "global_step", lambda update: update // 12 * 12),
        ("on_train_batch_start", "global_step", lambda update: update),
        ("on_train_batch_end", "global_step", lambda update: update),
        ("on_train_epoch_end", "global_step", lambda update: update // 12 * 12),
        ("on_before_optimizer_step", "global_step", lambda update: update),
    ],
)
def test_a_callback_writes_the_lr(
    hook: str, counter: str, expected: Callable[[int], int], tmp_path: Path
) -> None:
    callback = CALLBACK.format(hook, WRITE.format(counter))
    script = module("return optimizer") + callback + fit(WITH_CALLBACK)
    lrs = predicted(script, tmp_path).prediction.lr
    assert lrs is not None
    assert lrs[0] == pytest.approx([0.1 / (1 + expected(update)) for update in range(48)])


def test_a_module_writes_the_lr_and_configures_a_callback(tmp_path: Path) -> None:
    methods = """
    def on_before_zero_grad(self, optimizer):
        optimizer.param_groups[0]["lr"] = 0.1 / (1 + self.global_step)

    def configure_callbacks(self):
        return [Own()]
"""
    callback = CALLBACK.format(
        "on_train_epoch_start", "pl_module.optimizers().param_groups[0]['lr'] = 1"
    )
    script = module("return optimizer", methods=methods) + callback + fit("max_epochs=2")
    lrs = predicted(script, tmp_path).prediction.lr
    assert lrs is not None
    assert lrs[0] == pytest.approx([0.1 / (1 + update) for update in range(24)])


def test_an_uncalled_hook_that_writes_the_lr_leaves_the_schedule_open(tmp_path: Path) -> None:
    methods = """
    def on_validation_end(self):
        self.optimizers().param_groups[0]["lr"] = 0.01
"""
    script = module(COSINE.format(4), EPOCH, methods=methods) + fit("max_epochs=8")
    assert predicted(script, tmp_path).prediction.unresolved


def test_a_callback_that_unfreezes_adds_param_groups(tmp_path: Path) -> None:
    names = "from lightning.pytorch.callbacks import BackboneFinetuning\n"
    script = names + module(COSINE.format(4), EPOCH)
    found = predicted(script + fit("max_epochs=8, callbacks=[BackboneFinetuning(2)]"), tmp_path)
    assert found.prediction.unresolved == ["the param groups of optimizer"]
    assert found.schedule.steps is not None
    assert found.schedule.steps.value == 8


def test_a_callback_steps_the_scheduler_once_more() -> None:
    step = "trainer.lr_scheduler_configs[0].scheduler.step()"
    callback = CALLBACK.format("on_train_epoch_end", step)
    script = module(COSINE.format(4), EPOCH) + callback
    assert codes(script + fit(WITH_CALLBACK)) == {"LR105"}
    assert codes(script.replace("on_train_epoch_end", "on_exception") + fit(WITH_CALLBACK)) == set()


def test_a_fix_sets_the_interval() -> None:
    script = module(COSINE.format("self.trainer.estimated_stepping_batches"), EPOCH)
    assert codes(script + fit("max_epochs=4")) == {"LR501"}
    fixed = script.replace(EPOCH, STEP)
    assert codes(fixed + fit("max_epochs=4")) == set()


@pytest.mark.parametrize(
    "after",
    [
        "trainer.test(net, loader)",
        "trainer.validate(model=net, verbose=False)",
        "trainer.predict(net)",
    ],
)
def test_an_evaluation_steps_nothing(after: str, tmp_path: Path) -> None:
    script = (
        module(COSINE.format(6), EPOCH)
        + f"\nnet = Net()\ntrainer = L.Trainer(max_epochs=6)\ntrainer.fit(net, loader)\n{after}\n"
    )
    lrs = predicted(script, tmp_path).prediction.lr
    assert lrs is not None
    assert len(lrs[0]) == 6 * 12


def test_a_module_that_hydra_builds(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "settings.yaml").write_text(
        "net:\n  _target_: parts.Net\n"
        "  optimizer: {_target_: torch.optim.SGD, _partial_: true, lr: 0.1}\n"
        "  scheduler:\n    _target_: torch.optim.lr_scheduler.CosineAnnealingLR\n"
        '    _partial_: true\n    T_max: "${fit.max_epochs}"\n    eta_min: 0.001\n'
        "fit: {_target_: lightning.pytorch.Trainer, max_epochs: 30}\n"
    )
    (tmp_path / "parts.py").write_text(
        "import lightning as L\n\n\nclass Net(L.LightningModule):\n"
        "    def __init__(self, optimizer, scheduler):\n"
        "        super().__init__()\n        self.save_hyperparameters()\n\n"
        "    def configure_optimizers(self):\n"
        "        optimizer = self.hparams.optimizer(params=self.parameters())\n"
        "        scheduler = self.hparams.scheduler(optimizer=optimizer)\n"
        '        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]\n'
    )
    (tmp_path / "main.py").write_text(
        "import hydra\n\n\n"
        '@hydra.main(version_base=None, config_path=".", config_name="settings")\n'
        "def main(cfg):\n"
        "    net = hydra.utils.instantiate(cfg.net)\n"
        "    trainer = hydra.utils.instantiate(cfg.fit)\n"
        "    trainer.fit(net)\n\n\n"
        'if __name__ == "__main__":\n    main()\n'
    )
    report = lint([str(tmp_path)], Settings())
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["LR501"]
    assert "T_max=30 epochs" in report.diagnostics[0].message
