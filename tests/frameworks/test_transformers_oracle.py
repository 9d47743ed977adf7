"""``lrlint predict`` gives the LRs that transformers' Trainer uses."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

from .used_lrs import check_predictions

pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytestmark = pytest.mark.slow

SCRIPT = """
import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments, get_cosine_schedule_with_warmup

class Numbers(Dataset):
    def __len__(self):
        return {rows}

    def __getitem__(self, i):
        return {{"x": torch.ones(2) * i, "labels": torch.tensor(1.0)}}

class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Linear(2, 1)

    def forward(self, x, labels=None):
        guess = self.weights(x).squeeze(-1)
        return {{"loss": ((guess - labels) ** 2).mean(), "logits": guess}}

{own}
arguments = TrainingArguments(
    output_dir="out", use_cpu=True, report_to="none", save_strategy="no", disable_tqdm=True,
    {arguments}
)
model = Line()
{given}
trainer = {cls}(model=model, args=arguments, train_dataset=Numbers(), {optimizers})
trainer.train()
"""
OWN = """
class Own(Trainer):
    def create_scheduler(self, num_training_steps, optimizer=None):
        self.lr_scheduler = get_cosine_schedule_with_warmup(
            self.optimizer if optimizer is None else optimizer, 2, 2 * num_training_steps
        )
        return self.lr_scheduler
"""
TYPES = (
    '"linear"',
    '"cosine"',
    '"constant"',
    '"constant_with_warmup"',
    '"inverse_sqrt"',
    '"polynomial", lr_scheduler_kwargs={"lr_end": 1e-5, "power": 2.0}',
    '"cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 2}',
    '"cosine_with_min_lr", lr_scheduler_kwargs={"min_lr_rate": 0.1}',
    '"cosine_warmup_with_min_lr", lr_scheduler_kwargs={"min_lr": 1e-4}',
    '"warmup_stable_decay", lr_scheduler_kwargs={"num_decay_steps": 4}',
)
GIVEN = (
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)",
    "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3, gamma=0.5)",
)


QUOTES = "\"'"
TYPES_OF_FIELDS = {"dataloader_drop_last": "bool", "lr_scheduler_type": "str", "use_cpu": "bool"}
WRITTEN = "arguments = TrainingArguments(\n"


def otherwise(draw: random.Random, text: str) -> str:
    """Return a script that gets the same arguments in another way, or as it is."""
    how = draw.choice(["call", "call", "dict", "derived", "parser"])
    start = text.index(WRITTEN)
    end = text.index("\n)\n", start)
    given = text[start + len(WRITTEN) : end].strip().rstrip(",")
    if how == "dict":
        other = f"options = dict({given})\narguments = TrainingArguments(**options)"
    elif how == "derived":
        other = (
            "from transformers import Seq2SeqTrainingArguments\n"
            f"arguments = Seq2SeqTrainingArguments({given})"
        )
    elif how == "parser" and "kwargs" not in given:
        fields = [part.strip().split("=", 1) for part in given.split(",") if part.strip()]
        lines = [
            f"    {name}: {TYPES_OF_FIELDS.get(name, 'str' if value[0] in QUOTES else 'float')}"
            f" = {value}"
            for name, value in fields
        ]
        other = "\n".join(
            [
                "import dataclasses",
                "from transformers import HfArgumentParser",
                "@dataclasses.dataclass",
                "class Given(TrainingArguments):",
                *lines,
                "(arguments,) = HfArgumentParser(Given).parse_args_into_dataclasses([])",
            ]
        )
    else:
        return text
    return text[:start] + other + text[end + len("\n)") :]


def script(seed: int) -> str:
    """A small training with a Trainer."""
    draw = random.Random(seed)
    arguments = [
        f"per_device_train_batch_size={draw.choice([2, 4, 5])}",
        f"gradient_accumulation_steps={draw.choice([1, 1, 2, 3])}",
        f"num_train_epochs={draw.choice([1, 2, 3, 1.5, 2.25])}",
        f"dataloader_drop_last={draw.random() < 0.3}",
        f"learning_rate={draw.choice([1e-3, 2e-4])}",
        f"warmup_steps={draw.choice([0, 3, 0.2, 40])}",
        f"lr_scheduler_type={draw.choice(TYPES)}",
    ]
    if draw.random() < 0.3:
        arguments.append(f"max_steps={draw.randint(3, 20)}")
    if draw.random() < 0.3:
        arguments = [argument for argument in arguments if draw.random() < 0.5]
    given, cls = draw.choice([("", "Trainer")] * 4 + [("", "Own"), GIVEN[:1], GIVEN]), "Trainer"
    optimizers = ""
    lines: Any = ()
    if given == ("", "Own"):
        cls = "Own"
    elif given == GIVEN[:1]:
        lines, optimizers = given, "optimizers=(optimizer, None)"
    elif given == GIVEN:
        lines, optimizers = given, "optimizers=(optimizer, scheduler)"
    text = SCRIPT.format(
        rows=draw.randint(12, 40),
        arguments=", ".join(arguments),
        given="\n".join(lines),
        own=OWN if cls == "Own" else "",
        cls=cls,
        optimizers=optimizers,
    )
    return otherwise(draw, text)


def test_predicted_lrs_are_those_of_the_trainer(tmp_path: Path) -> None:
    paths = []
    for seed in range(40):
        path = tmp_path / f"train_{seed}.py"
        path.write_text(script(seed))
        paths.append(path)
    check_predictions(paths, CUDA_VISIBLE_DEVICES="")


def test_no_finding_where_a_trainer_plans_its_own_schedule(tmp_path: Path) -> None:
    for name, value in (("max_steps", 9), ("num_train_epochs", 4)):
        path = tmp_path / f"{name}.py"
        path.write_text(
            SCRIPT.format(
                rows=20,
                arguments=f"{name}={value}",
                own="",
                given="",
                cls="Trainer",
                optimizers="",
            )
        )
        (found,) = forecast(load(path), overrides={f"arguments.{name}": 2}).schedules
        assert found.prediction.optimizer_steps == (2 if name == "max_steps" else 6)
