"""Trainings that go on from a checkpoint with an LR of their own: that of one training, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_hand_written import BY_HAND, run

TRAINING = """
import argparse
import math
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--ckpt", default="")
parser.add_argument("--rounds", type=int, default=12)
parser.add_argument("--pause", type=int, default=-1)
opts = parser.parse_args()
net = torch.nn.Linear(3, 1)
solver = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
batches = torch.utils.data.DataLoader(torch.ones(15, 3), batch_size=5)
first, top = 0, 0.2
if opts.ckpt:
    state = torch.load(opts.ckpt)
    first = state["turn"]
    solver.load_state_dict(state["solver"])
{per_epoch}
for turn in range(first, opts.rounds):
    for batch in batches:
        {per_step}
        solver.zero_grad()
        net(batch).sum().backward()
        solver.step()
        done += 1
    torch.save({{"turn": turn + 1, "solver": solver.state_dict()}}, "turn.pt")
    if turn == opts.pause:
        break
"""
COSINE = "top * (1 + math.cos(math.pi * done / (opts.rounds * 3))) / 2"
GOES_ON, OF_EPOCHS = "done = first * 3", "done = first"
RESTORED = "; top = solver.param_groups[0]['lr']"
DROP = "top * 0.1 ** (done // 12)"
MORE = "top * 0.5 ** (done // 3)"


@pytest.mark.parametrize(
    ("before", "law", "options", "named"),
    [
        (GOES_ON, COSINE, (), False),
        (OF_EPOCHS, COSINE, (), True),
        (GOES_ON + RESTORED, COSINE, (), True),
        (GOES_ON + RESTORED, MORE, (), True),
        (GOES_ON + "; top = solver.defaults['lr']", COSINE, (), False),
        # The LR of the checkpoint is that of several epochs, of which each may be the last.
        (GOES_ON, DROP, (), False),
        (GOES_ON, DROP, ("--pause=8",), False),
        # Another training than the one before is not compared with it.
        (GOES_ON + RESTORED, COSINE, ("--rounds=20",), False),
        (GOES_ON, COSINE, ("--rounds=20",), False),
        (GOES_ON, COSINE, ("--pause=9",), False),
    ],
)
def test_the_lr_is_that_of_a_training_without_interruption(
    before: str,
    law: str,
    options: tuple[str, ...],
    named: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = {"per_epoch": before, "per_step": BY_HAND.format(law), "training": TRAINING}
    assert "LR901" not in run(tmp_path, monkeypatch, "--pause=6", **parts).codes
    resumed = run(tmp_path, monkeypatch, "--ckpt", "turn.pt", *options, **parts)
    assert ("LR901" in resumed.codes) is named
    (track,) = resumed.recording.schedules
    assert (track.first_divergence is not None) is named
