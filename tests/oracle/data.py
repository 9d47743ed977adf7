"""Axis ``data``: the training loader, ``draft.batches`` batches long, and the evaluation loader.

An option returns the lines that bind ``train_loader``; it may leave helpers in the draft.
"""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block

PAIR = "torch.randn(4, 2), torch.randn(4, 1)"


def _sizes(draft: Draft) -> tuple[int, int, str]:
    """Return samples, batch size and ``drop_last`` argument that give ``draft.batches`` batches."""
    size = draft.pick([1, 2, 3, 4])
    if draft.chance(0.4):
        return draft.batches * size + draft.rng.randrange(size), size, ", drop_last=True"
    return draft.batches * size - draft.rng.randrange(size), size, ""


def _loader(draft: Draft, dataset: str, size: int, drop_last: str) -> Lines:
    shuffle = draft.pick(["", ", shuffle=True", ", shuffle=True"])
    batch_size = draft.setting("batch_size", size) if draft.chance(0.6) else str(size)
    return [f"train_loader = DataLoader({dataset}, batch_size={batch_size}{shuffle}{drop_last})"]


def _samples(number: int) -> str:
    return f"torch.randn({number}, 2), torch.randn({number}, 1)"


def evaluation_loader(draft: Draft) -> Lines:
    if draft.chance(0.5):
        return [f"val_loader = [({PAIR}) for _ in range({draft.pick([1, 2])})]"]
    return [f"val_loader = DataLoader(TensorDataset({_samples(4)}), batch_size=2)"]


def _closed(draft: Draft) -> bool:
    return not draft.marked("open", "loader")


@option("data", 4, when=_closed)
def tensor_dataset(draft: Draft) -> Lines:
    number, size, drop_last = _sizes(draft)
    dataset = draft.pick(["dataset", "train_set", "train_dataset"])
    return [
        f"{dataset} = TensorDataset({_samples(number)})",
        *_loader(draft, dataset, size, drop_last),
    ]


@option("data", 1.5, when=_closed)
def tensor_dataset_inline(draft: Draft) -> Lines:
    number, size, drop_last = _sizes(draft)
    return _loader(draft, f"TensorDataset({_samples(number)})", size, drop_last)


@option("data", 1.5, when=_closed)
def dataset_class(draft: Draft) -> Lines:
    number, size, drop_last = _sizes(draft)
    fields = ["self.x = torch.randn(n, 2)", "self.y = torch.randn(n, 1)"]
    body = [
        *block("def __init__(self, n):", fields),
        "",
        *block("def __len__(self):", ["return len(self.x)"]),
        "",
        *block("def __getitem__(self, index):", ["return self.x[index], self.y[index]"]),
    ]
    draft.helpers.append(block("class ToyDataset(Dataset):", body))
    return [f"dataset = ToyDataset({number})", *_loader(draft, "dataset", size, drop_last)]


@option("data", 1, when=_closed)
def random_split(draft: Draft) -> Lines:
    number, size, drop_last = _sizes(draft)
    rest = draft.pick([2, 4])
    return [
        f"dataset = TensorDataset({_samples(number + rest)})",
        f"train_set, held_out = random_split(dataset, [{number}, {rest}])",
        *_loader(draft, "train_set", size, drop_last),
    ]


@option("data", 0.7, when=_closed)
def subset(draft: Draft) -> Lines:
    number, size, drop_last = _sizes(draft)
    return [
        f"dataset = TensorDataset({_samples(number + 5)})",
        *_loader(draft, f"Subset(dataset, range({number}))", size, drop_last),
    ]


@option("data", 2, when=_closed)
def list_of_pairs(draft: Draft) -> Lines:
    return [f"train_loader = [({PAIR}) for _ in range({draft.batches})]"]


@option("data", 0.7, when=_closed)
def repeated_pair(draft: Draft) -> Lines:
    return [f"pair = ({PAIR})", f"train_loader = [pair] * {draft.batches}"]


@option("data", 1, when=_closed)
def index_range(draft: Draft) -> Lines:
    """No data set: a range of numbers, from which the loop makes the batches."""
    return [f"train_loader = range({draft.number('iters_per_epoch', draft.batches)})"]


@option("data", 1.5, when=_closed)
def loaders_function(draft: Draft) -> Lines:
    """``train_loader, val_loader = get_loaders(...)``."""
    number, size, drop_last = _sizes(draft)
    draft.needs.add("loaders-given")
    function = draft.pick(["get_loaders", "make_loaders", "build_dataloaders"])
    body = [
        f"train_set = TensorDataset({_samples(number)})",
        f"val_set = TensorDataset({_samples(4)})",
        f"train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True{drop_last})",
        "val_loader = DataLoader(val_set, batch_size=batch_size)",
        "return train_loader, val_loader",
    ]
    draft.helpers.append(block(f"def {function}(batch_size):", body))
    return [f"train_loader, val_loader = {function}({draft.setting('batch_size', size)})"]


@option("data", 1, when=_closed)
def loader_class(draft: Draft) -> Lines:
    """The project's own loader, with a length."""
    body = [
        *block("def __init__(self, steps):", ["self.steps = steps"]),
        "",
        *block("def __len__(self):", ["return self.steps"]),
        "",
        *block("def __iter__(self):", block("for _ in range(self.steps):", [f"yield {PAIR}"])),
    ]
    draft.helpers.append(block("class BatchStream:", body))
    return [f"train_loader = BatchStream({draft.number('steps_per_epoch', draft.batches)})"]


@option("data", 1, when=_closed)
def project_module(draft: Draft) -> Lines:
    """The loader is made in another module of the project."""
    number, size, drop_last = _sizes(draft)
    body = [
        f"dataset = TensorDataset({_samples(number)})",
        f"return DataLoader(dataset, batch_size=batch_size, shuffle=True{drop_last})",
    ]
    module = draft.pick(["data", "datasets_local", "loaders"])
    header = ["import torch", "from torch.utils.data import DataLoader, TensorDataset", "", ""]
    text = [*header, *block(f"def build_loader(batch_size={size}):", body)]
    draft.files[f"{module}.py"] = "\n".join(text) + "\n"
    draft.project_imports.append(f"from {module} import build_loader")
    given = draft.setting("batch_size", size) if draft.chance(0.5) else ""
    return [f"train_loader = build_loader({given})"]


@option("data", 1, when=lambda d: not _closed(d))
def unknown_package(draft: Draft) -> Lines:
    """The length is known to the test only: it says so with ``--set``."""
    body = [f"return [({PAIR}) for _ in range({draft.batches})]", ""]
    stub = ["import torch", "", "", *block("def make_loader(**options):", body)]
    draft.stubs["corpuslib.py"] = "\n".join(stub)
    draft.project_imports.append("from corpuslib import make_loader")
    draft.sets.append(f"len(train_loader)={draft.batches}")
    return ['train_loader = make_loader(root="data", split="train")']
