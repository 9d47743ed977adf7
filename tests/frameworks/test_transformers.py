"""What is read of a training with transformers' Trainer, and what is left open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lrlint.predict.forecast import Forecast, forecast
from lrlint.source import load

HEAD = """
import torch
from transformers import HfArgumentParser, Trainer, TrainingArguments
from transformers import get_linear_schedule_with_warmup
from project import net

"""
FIT = """
given = TrainingArguments("out", learning_rate=2e-3, max_steps=8)
Own(model=net, args=given, train_dataset=range(64)).train()
"""
OPTIMIZER = """
    def create_optimizer(self):
        if self.optimizer is None:
            rate = self.args.learning_rate / 2
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        return self.optimizer
"""
SCHEDULER = """
    def create_scheduler(self, num_training_steps, optimizer=None):
        if self.lr_scheduler is None:
            self.lr_scheduler = get_linear_schedule_with_warmup(
                optimizer or self.optimizer, 2, num_training_steps
            )
        return self.lr_scheduler
"""


def predicted(script: str, path: Path) -> list[Forecast]:
    file = path / "s.py"
    file.write_text(HEAD + script, encoding="utf-8")
    return list(forecast(load(str(file)), {}).schedules)


def lrs(script: str, path: Path) -> list[float]:
    (found,) = predicted(script, path)
    assert found.prediction.lr is not None, found.prediction.unresolved
    return list(found.prediction.lr[0])


def own(*methods: str) -> str:
    return "class Own(Trainer):\n" + "".join(methods) + FIT


def linear(base: float, warmup: int = 0) -> list[float]:
    rise = [base * step / warmup for step in range(warmup)]
    return rise + [base * (8 - step) / (8 - warmup) for step in range(warmup, 8)]


def test_an_optimizer_of_the_class(tmp_path: Path) -> None:
    assert lrs(own(OPTIMIZER), tmp_path) == pytest.approx(linear(1e-3))


def test_a_scheduler_of_the_class(tmp_path: Path) -> None:
    assert lrs(own(SCHEDULER), tmp_path) == pytest.approx(linear(2e-3, warmup=2))


def test_both_of_the_class(tmp_path: Path) -> None:
    assert lrs(own(OPTIMIZER, SCHEDULER), tmp_path) == pytest.approx(linear(1e-3, warmup=2))


def test_a_method_that_only_adds_to_the_inherited_one(tmp_path: Path) -> None:
    method = """
    def create_optimizer(self):
        made = super().create_optimizer()
        print(made)
        return made
"""
    assert lrs(own(method), tmp_path) == pytest.approx(linear(2e-3))


def test_both_in_one_method_are_left_open(tmp_path: Path) -> None:
    """transformers 5.24 does not call it, older versions do."""
    method = """
    def create_optimizer_and_scheduler(self, num_training_steps):
        self.create_optimizer()
        self.lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=3)
"""
    found = predicted(own(method), tmp_path)
    assert found
    assert all(one.prediction.lr is None and one.prediction.unresolved for one in found)


PARSED = """
parser = HfArgumentParser(TrainingArguments)
(given,) = parser.{call}
Trainer(model=net, args=given, train_dataset=range(64)).train()
"""


@pytest.mark.parametrize(
    ("call", "steps", "lr"),
    [
        ('parse_args_into_dataclasses(["--max_steps", "5", "--learning-rate=1e-3"])', 5, 1e-3),
        ('parse_dict({"max_steps": 4, "learning_rate": 0.01})', 4, 0.01),
        ("parse_args_into_dataclasses()", 24, 5e-5),
        ("parse_args_into_dataclasses([])", 24, 5e-5),
    ],
)
def test_a_parser_of_the_arguments(call: str, steps: int, lr: float, tmp_path: Path) -> None:
    curve = lrs(PARSED.replace("{call}", call), tmp_path)
    assert len(curve) == steps
    assert curve[0] == lr


def test_a_file_of_the_arguments(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"max_steps": 6, "learning_rate": 0.002}', encoding="utf-8")
    curve = lrs(PARSED.replace("{call}", 'parse_json_file("run.json")'), tmp_path)
    assert (len(curve), curve[0]) == (6, 0.002)


@pytest.mark.parametrize(
    "call",
    [
        'parse_json_file("elsewhere.json")',
        'parse_args_into_dataclasses(["--max_steps", chosen])',
        'parse_args_into_dataclasses(["--use_cpu", "--max_steps", "5"])',
        'parse_dict({"max_steps": 4, **more})',
    ],
)
def test_arguments_that_are_not_known(call: str, tmp_path: Path) -> None:
    script = PARSED.replace("{call}", call).replace("parser =", "from project import *\nparser =")
    assert all(found.prediction.lr is None for found in predicted(script, tmp_path))


def test_the_optimizer_of_a_trainer_has_a_momentum(tmp_path: Path) -> None:
    method = """
    def create_scheduler(self, num_training_steps, optimizer=None):
        self.lr_scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, self.args.learning_rate, total_steps=num_training_steps
        )
        return self.lr_scheduler
"""
    (found,) = predicted(HEAD + f"class Own(Trainer):{method}{FIT}", tmp_path)
    assert found.prediction.raises is None
    assert found.prediction.steps == 8


def test_steps_at_evaluations_are_left_open(tmp_path: Path) -> None:
    script = HEAD + FIT.replace(
        "max_steps=8", 'lr_scheduler_type="reduce_lr_on_plateau", eval_strategy="epoch"'
    ).replace("Own", "Trainer")
    (found,) = predicted(script, tmp_path)
    assert any("stepped by a Trainer" in reason for reason in found.prediction.unresolved)


def test_a_loader_of_the_class_gives_the_batches(tmp_path: Path) -> None:
    method = """
    def get_train_dataloader(self):
        size = self._train_batch_size
        rows = list(range(50))
        return torch.utils.data.DataLoader(rows, batch_size=size, drop_last=True)
"""
    script = own(method).replace("max_steps=8", "num_train_epochs=2")
    assert len(lrs(script, tmp_path)) == 2 * 6


def test_the_warmup_of_the_arguments_is_asked_for(tmp_path: Path) -> None:
    scheduler = SCHEDULER.replace(", 2,", ", self.args.get_warmup_steps(num_training_steps),")
    script = own(scheduler).replace("max_steps=8", "max_steps=8, warmup_steps=0.25")
    assert lrs(script, tmp_path) == pytest.approx(linear(2e-3, warmup=2))


@pytest.mark.parametrize(
    ("hook", "given", "lengths"),
    [
        ("on_step_begin", "max_steps=12", (12, lambda update: update)),
        ("on_epoch_begin", "num_train_epochs=3", (24, lambda update: update // 8 * 8)),
        (
            "on_step_begin",
            "num_train_epochs=3, gradient_accumulation_steps=3",
            (9, lambda update: update),
        ),
    ],
)
def test_a_callback_reads_the_state(
    hook: str, given: str, lengths: tuple[int, Callable[[int], int]], tmp_path: Path
) -> None:
    script = f"""
from transformers import TrainerCallback

class Lower(TrainerCallback):
    def {hook}(self, args, state, control, optimizer=None, **kwargs):
        for group in optimizer.param_groups:
            group["lr"] = args.learning_rate / (1 + state.global_step)

given = TrainingArguments("out", lr_scheduler_type="constant", learning_rate=1.0, {given})
Trainer(model=net, args=given, train_dataset=range(64), callbacks=[Lower()]).train()
"""
    steps, seen = lengths
    erased = hook == "on_epoch_begin"  # by the scheduler's first step in the epoch
    expected = [1 / (1 + seen(step)) if not erased or step % 8 == 0 else 1 for step in range(steps)]
    assert lrs(script, tmp_path) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ("gradient_accumulation_steps=2", 2 * 12),
        ("num_iterations=3", 2 * 72 // 2),
        ("num_generations=4, per_device_train_batch_size=16", 2 * 6),
        ("generation_batch_size=32, num_generations=8", 2 * 24),
        ("max_steps=7", 7),
    ],
)
def test_an_online_trainer_uses_each_prompt_again(
    settings: str, steps: int, tmp_path: Path
) -> None:
    rows = 24 if "num_iterations" not in settings else 12
    script = f"""
from trl import GRPOConfig, GRPOTrainer

given = GRPOConfig("out", num_train_epochs=2, {settings})
GRPOTrainer(net, len, given, train_dataset=range({rows})).train()
"""
    assert len(lrs(script, tmp_path)) == steps


WRITES = "self.optimizer.param_groups[0]['lr'] = 1.0"


def test_what_another_method_writes_is_left_open(tmp_path: Path) -> None:
    for name, open_ in (("compute_loss", True), ("own_helper", False)):
        method = f"    def {name}(self, *given):\n        {WRITES}\n"
        (found,) = predicted(own(method), tmp_path)
        assert bool(found.prediction.unresolved) is open_
    callback = """
from transformers import TrainerCallback

class Own(TrainerCallback):
    def on_log(self, args, state, control, lr_scheduler=None, **kwargs):
        lr_scheduler.step()

given = TrainingArguments("out", max_steps=8)
Trainer(model=net, args=given, train_dataset=range(64), callbacks=[Own()]).train()
"""
    (found,) = predicted(callback, tmp_path)
    assert found.prediction.unresolved


SENTENCES = """
from datasets import Dataset
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.training_args import BatchSamplers

rows = Dataset.from_dict({"anchor": ["a"] * 42, "positive": ["b"] * 42})
given = SentenceTransformerTrainingArguments("out", learning_rate=2e-3, warmup_steps=0.25, ARGS)
SentenceTransformerTrainer(net, given, DATA, None, loss).train()
"""


@pytest.mark.parametrize(
    ("args", "data", "count"),
    [
        ("num_train_epochs=2", "rows", 12),
        ("num_train_epochs=2, batch_sampler=BatchSamplers.BATCH_SAMPLER", "rows", 12),
        ("max_steps=8, batch_sampler=BatchSamplers.NO_DUPLICATES", "rows", 8),
        ("num_train_epochs=2, batch_sampler=BatchSamplers.NO_DUPLICATES", "rows", None),
        ("num_train_epochs=2", "{'one': rows, 'two': rows}", None),
        ("max_steps=8, learning_rate_mapping={'a': 1e-3}", "rows", None),
    ],
)
def test_a_trainer_of_sentences(args: str, data: str, count: int | None, tmp_path: Path) -> None:
    found = predicted(SENTENCES.replace("ARGS", args).replace("DATA", data), tmp_path)
    curves = [one.prediction.lr[0] for one in found if one.prediction.lr is not None]
    assert [len(curve) for curve in curves] == ([] if count is None else [count])
    if args.startswith("max_steps") and curves:
        assert list(curves[0]) == pytest.approx(linear(2e-3, warmup=2))
