"""How many batches data sets, samplers and slices give: as many as torch makes of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.predict.forecast import forecast
from lrlint.source import load

pytest.importorskip("torch")

SCRIPT = """
import itertools

import torch
from torch.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    WeightedRandomSampler,
    random_split,
)
from torch.utils.data.distributed import DistributedSampler


class Rows(Dataset):
    def __len__(self):
        return 47

    def __getitem__(self, i):
        return torch.ones(1) * i


class Lines(IterableDataset):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        for i in range(self.count):
            yield torch.ones(1) * i


class Counted(Lines):
    def __len__(self):
        return self.count


class Boastful(Lines):
    def __len__(self):
        return self.count + 10


class Delegating(IterableDataset):
    def __len__(self):
        return 9

    def __iter__(self):
        yield from Lines(9)


rows = Rows()
{before}
net = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.7)
for epoch in range(2):
    for x in {loop}:
        optimizer.step()
        scheduler.step()
"""


def predicted(folder: Path, before: str, loop: str) -> tuple[list[str], list[float] | None, str]:
    text = SCRIPT.format(before=dedent(before), loop=loop)
    path = folder / "train.py"
    path.write_text(text)
    prediction = forecast(load(path)).schedules[0].prediction
    return prediction.unresolved, None if prediction.lr is None else prediction.lr[0], text


@pytest.mark.parametrize(
    "loader",
    [
        "DataLoader(rows)",
        "DataLoader(rows, batch_size=None)",
        "DataLoader(rows, 8, drop_last=True)",
        "DataLoader(random_split(rows, [30, 17])[1], 4)",
        "DataLoader(random_split(rows, [0.7, 0.2, 0.1])[0], 4)",
        "DataLoader(Subset(rows, range(1, 40, 3)), 4)",
        "DataLoader(Subset(rows, [3, 1, 2]), 2)",
        "DataLoader(ConcatDataset([rows, Rows(), Subset(rows, [1, 2])]), 8)",
        "DataLoader(ChainDataset([Counted(9), Counted(4)]), 5)",
        "DataLoader(StackDataset(rows, Rows()), 8)",
        "DataLoader(rows, 8, sampler=DistributedSampler(rows, num_replicas=3, rank=0))",
        "DataLoader(rows, 4, sampler=DistributedSampler(rows, 4, 1, drop_last=True))",
        "DataLoader(rows, batch_sampler=BatchSampler(SequentialSampler(rows), 6, True))",
        "DataLoader(rows, batch_sampler=BatchSampler(RandomSampler(rows), 6, drop_last=False))",
        "DataLoader(rows, 8, sampler=WeightedRandomSampler(torch.ones(47), num_samples=90))",
        "DataLoader(rows, 8, sampler=RandomSampler(rows, replacement=True, num_samples=30))",
        "DataLoader(rows, 8, sampler=SubsetRandomSampler(range(21)))",
        "DataLoader(Lines(30), 4)",
        "DataLoader(Lines(30), 4, drop_last=True)",
        "DataLoader(Lines(6), batch_size=None)",
        "DataLoader(Counted(7), 2)",
        "DataLoader(Delegating(), 2)",
        "itertools.islice(DataLoader(rows, 4), 30)",
        "itertools.islice(DataLoader(rows, 4), 2, 9)",
        "itertools.islice(DataLoader(rows, 4), 1, 40, 3)",
        "itertools.islice(DataLoader(rows, 4), 20, 30)",
        "itertools.islice(itertools.cycle(DataLoader(rows, 8)), 3, 13)",
    ],
)
def test_as_many_batches_as_torch_gives(loader: str, tmp_path: Path) -> None:
    from torch_lrs import used_by

    sliced = loader.startswith("itertools.")  # it is used up after one pass
    before, loop = ("", loader) if sliced else (f"loader = {loader}", "loader")
    unresolved, lrs, text = predicted(tmp_path, before, loop)
    assert unresolved == []
    assert (lrs or []) == next(iter(used_by(text)), [])


def test_a_slice_begins_at_its_start(tmp_path: Path) -> None:
    from torch_lrs import used_by

    script = """
        import itertools
        import torch

        adam = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1.0)
        for k in itertools.islice(range(40), 3, 20, 4):
            adam.param_groups[0]["lr"] = 1 / k
            adam.step()
        """
    path = tmp_path / "train.py"
    path.write_text(dedent(script))
    lrs = forecast(load(path)).schedules[0].prediction.lr
    assert lrs == used_by(dedent(script))


def test_a_slice_is_used_up_after_one_pass(tmp_path: Path) -> None:
    from torch_lrs import used_by

    before = "loader = itertools.islice(DataLoader(rows, 4), 5)"
    unresolved, lrs, text = predicted(tmp_path, before, "loader")
    assert unresolved or [lrs] == used_by(text)


@pytest.mark.parametrize(
    "loader",
    [
        "DataLoader(rows, 8, sampler=DistributedSampler(rows))",
        "DataLoader(Lines(30), 4, num_workers=2)",
        "DataLoader(Counted(30), 4, num_workers=2)",
        "DataLoader(Boastful(30), 4)",
        "DataLoader(ChainDataset([Counted(9), Boastful(4)]), 5)",
        "DataLoader(rows, 8, sampler=WeightedRandomSampler(torch.ones(47), samples()))",
    ],
)
def test_what_is_left_open(loader: str, tmp_path: Path) -> None:
    unresolved, _, _ = predicted(tmp_path, f"loader = {loader}", "loader")
    assert unresolved == ["len(loader)"]


@pytest.mark.parametrize(
    ("methods", "batches"),
    [
        (".with_epoch(9)", 9),
        (".unbatched().shuffle(100).batched(4).with_epoch(9)", 9),
        (".with_epoch(9).with_length(100)", 9),
        (".with_epoch(9).batched(3)", None),
        (".shuffle(9)", None),
    ],
)
def test_the_epochs_of_webdataset(methods: str, batches: int | None, tmp_path: Path) -> None:
    before = f"""
        import webdataset
        loader = webdataset.WebLoader(webdataset.WebDataset("shards"), batch_size=None){methods}
        """
    _, lrs, _ = predicted(tmp_path, before, "loader")
    assert (None if lrs is None else len(lrs) // 2) == batches
