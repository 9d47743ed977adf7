"""What names suggest."""

from __future__ import annotations

import pytest

from lrlint.analysis.model import words
from lrlint.symbolic import Unit


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("epochs", Unit.EPOCH),
        ("args.num_epochs", Unit.EPOCH),
        ('cfg["train"]["maxEpochs"]', Unit.EPOCH),
        ("total_steps", Unit.STEP),
        ("warmup_iters", Unit.STEP),
        ("steps_per_epoch", Unit.BATCH),
        ("num_batches", Unit.BATCH),
        ("train_loader_len", Unit.BATCH),
        ("data.num_samples", Unit.SAMPLE),
        ("batch_size", Unit.BATCH_SIZE),
        ("gradient_accumulation_steps", None),
        ("hidden_size", None),
    ],
)
def test_the_unit_of_a_number(path: str, unit: Unit | None) -> None:
    assert words.unit_of(path) is unit


@pytest.mark.parametrize(
    ("path", "last"),
    [("args.train.epochs", "epochs"), ('cfg["maxEpochs"]', "max_epochs"), ("lrs[0]", "lrs")],
)
def test_the_last_part_of_a_path(path: str, last: str) -> None:
    assert words.last_part(path) == last


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (words.is_rate, "args.lr", "epochs"),
        (words.is_loader, "train_loader", "train_dataset"),
        (words.is_data, "train_dataset", "epochs"),
        (words.is_rank, "args.local_rank", "args.lr"),
        (words.asks_for_rank, "dist.get_rank() == 0", "epoch == 0"),
        (words.is_evaluation, "val_loader", "train_loader"),
        (words.may_be_zero, "args.start_epoch", "args.epochs"),
    ],
)
def test_what_a_name_suggests(question: object, yes: str, no: str) -> None:
    assert question(yes)
    assert not question(no)
