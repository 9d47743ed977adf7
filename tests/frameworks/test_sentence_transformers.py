"""sentence-transformers' `fit`: the schedule that it builds, and its warm-up."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from textwrap import dedent

import pytest

from lrlint.linter.engine import lint_text
from lrlint.predict.forecast import Forecast, forecast
from lrlint.source import load

from .used_lrs import check_predictions

HEAD = """
from sentence_transformers import InputExample, SentenceTransformer, losses
from torch.utils.data import DataLoader

model = SentenceTransformer("some-model")
"""
ROWS = 'pairs = [InputExample(texts=["a", "b"], label=0.5)] * {}\n'
FIT = """
loader = DataLoader(pairs, shuffle=True, batch_size={size})
model.fit(train_objectives=[(loader, losses.CosineSimilarityLoss(model))], {arguments})
"""


def script(arguments: str, rows: int = 48, size: int = 8) -> str:
    return HEAD + ROWS.format(rows) + FIT.format(size=size, arguments=arguments)


def found(text: str, folder: Path, **overrides: object) -> Forecast:
    path = folder / "tune.py"
    path.write_text(text, encoding="utf-8")
    named = {f"len({name})": value for name, value in overrides.items()}
    (one,) = forecast(load(path), overrides=named).schedules
    return one


def test_the_default_is_a_linear_schedule_in_two_groups(tmp_path: Path) -> None:
    one = found(script("epochs=2, warmup_steps=4"), tmp_path)
    assert one.prediction.optimizer_steps == 12
    expected = [5e-6 * step for step in range(4)] + [
        2e-5 * (12 - step) / 8 for step in range(4, 12)
    ]
    assert one.prediction.lr == [pytest.approx(expected, rel=1e-9)] * 2


def test_the_batches_of_an_epoch_may_be_given(tmp_path: Path) -> None:
    text = script("steps_per_epoch=3, warmup_steps=1, optimizer_params={'lr': 0.1}")
    assert found(text, tmp_path).prediction.lr == [[0.0, 0.1, 0.05]] * 2


def test_an_unknown_number_of_batches_is_asked_for(tmp_path: Path) -> None:
    text = HEAD + FIT.format(size=8, arguments="warmup_steps=0, scheduler='warmupcosine'")
    text = text.replace("DataLoader(pairs", "DataLoader(read()")
    assert found(text, tmp_path).prediction.lr is None
    assert found(text, tmp_path, loader=2).prediction.lr == [[2e-5, pytest.approx(1e-5)]] * 2


def test_a_part_of_a_batch_is_planned_otherwise_in_old_versions(tmp_path: Path) -> None:
    one = found(script("warmup_steps=1", rows=50), tmp_path)
    assert one.prediction.lr is None
    assert any("last batch" in reason for reason in one.prediction.unresolved)


def test_what_is_not_read_is_no_schedule(tmp_path: Path) -> None:
    path = tmp_path / "tune.py"
    for arguments in ("**options", "scheduler='new'", "epochs=3, steps_per_epoch=9"):
        path.write_text(script(arguments), encoding="utf-8")
        assert not forecast(load(path)).schedules


READ = """
import json

def read(path):
    pairs = []
    for row in json.load(open(path)):
        pairs.append(InputExample(texts=[row["question"], row["answer"]]))
    return pairs

pairs = read("pairs.json")
"""


@pytest.mark.parametrize(
    ("rows", "arguments", "codes"),
    [
        # A tenth of the steps, of which there are as many as batches.
        (READ, "epochs=EPOCHS, warmup_steps=int(len(loader) * EPOCHS * 0.1)", []),
        (READ, "epochs=EPOCHS, warmup_steps=int(len(pairs) * EPOCHS / 16 * 0.1)", []),
        # A tenth of the samples: more than there are batches.
        (READ, "epochs=EPOCHS, warmup_steps=int(len(pairs) * EPOCHS * 0.1)", ["LR210"]),
        ("from data import pairs", "warmup_steps=len(pairs) // 10", ["LR210"]),
        (ROWS.format(320), "epochs=2, warmup_steps=100", ["LR210"]),
        (ROWS.format(320), "epochs=2, warmup_steps=4", []),
        # 10,000 steps where they are not given.
        (ROWS.format(320), "epochs=EPOCHS", ["LR210"]),
        ("from data import pairs", "epochs=EPOCHS", []),
        (ROWS.format(320), "epochs=EPOCHS, scheduler='constantlr'", []),
        # Each pass of the loop is a training of its own.
        (ROWS.format(320), "warmup_steps=2) for _ in range(3)]; print(0", []),
    ],
)
def test_the_warmup_is_judged(rows: str, arguments: str, codes: list[str]) -> None:
    text = HEAD + "EPOCHS = 4\n" + rows + FIT.format(size=16, arguments=arguments)
    if "for _ in" in arguments:
        text = text.replace("model.fit(", "[model.fit(")
    assert [one.code for one in lint_text(text).diagnostics] == codes


def test_a_cross_encoder_takes_a_loader() -> None:
    text = """
    from sentence_transformers.cross_encoder import CrossEncoder
    from torch.utils.data import DataLoader

    def tune(pairs, epochs):
        loader = DataLoader(pairs, batch_size=32)
        CrossEncoder("some-model").fit(loader, epochs=epochs, warmup_steps={warmup})
    """
    wrong, right = "int(0.1 * epochs * len(pairs))", "int(0.1 * epochs * len(loader))"
    assert [one.code for one in lint_text(dedent(text.format(warmup=wrong))).diagnostics] == [
        "LR210"
    ]
    assert [one.code for one in lint_text(dedent(text.format(warmup=right))).diagnostics] == []


_OFFLINE = """
from sentence_transformers.models import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

words = Tokenizer(WordLevel({"?": 0, "a": 1, "b": 2}, unk_token="?"))
model = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=4)], device="cpu")
"""


@pytest.mark.slow
def test_predicted_lrs_are_those_in_use(tmp_path: Path) -> None:
    for library in ("sentence_transformers", "datasets"):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed")
    texts = [
        script("epochs=3, warmup_steps=4, optimizer_params={'lr': 1e-3}"),
        script("epochs=2, warmup_steps=3, scheduler='WarmupCosine'"),
        script("steps_per_epoch=5, warmup_steps=2, scheduler='warmupconstant'"),
        script("epochs=2, warmup_steps=3, scheduler='constantlr', weight_decay=0.1"),
        script("epochs=2, scheduler='warmupcosinewithhardrestarts', warmup_steps=0").replace(
            "model.fit(", "model.old_fit("
        ),
    ]
    paths = [tmp_path / f"tune_{number}.py" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text.replace('model = SentenceTransformer("some-model")\n', _OFFLINE))
    check_predictions(paths, WANDB_DISABLED="true")
