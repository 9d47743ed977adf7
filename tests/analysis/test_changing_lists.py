"""Lists and attributes that a training loop reads and then changes: unknown, but only they."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from lrlint.linter.engine import lint_text

SETUP = """
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max={length}, eta_min=1e-4)
"""


def codes(before: str, epoch: str, *, batch: str = "pass", length: int = 30) -> list[str]:
    loop = "for epoch in range(50):\n    for x in loader:\n        net(x).backward()\n"
    loop += "        optimizer.step()\n" + indent(dedent(batch), "        ") + "\n"
    text = dedent(before) + "\n" + loop + indent(dedent(epoch), "    ") + "\n"
    return [finding.code for finding in lint_text(SETUP.format(length=length) + text).diagnostics]


HARMLESS = {
    "lines written so far, in a closure": (
        """
        lines = [0]
        def write(text):
            lines[0] += 1
            if lines[0] % 10 == 0:
                report.flush()
        """,
        "write('epoch')\nscheduler.step()",
    ),
    "the best loss so far": (
        "losses = []",
        """
        loss = evaluate(net)
        if not losses or loss < min(losses):
            save(net)
        losses.append(loss)
        scheduler.step()
        """,
    ),
    "a list of each pass through an inner loop": (
        "",
        """
        for row in table:
            pair = list(find(row))
            if pair[0] > 3:
                pair[0] = rows[pair[0]]
        scheduler.step()
        """,
    ),
    "a list of open files that an object keeps from its first use on": (
        """
        class Tracks:
            def __init__(self, names):
                self.names, self.ready = names, False
            def read(self):
                if not self.ready:
                    self.files = [open_track(name) for name in self.names]
                    self.ready = True
                return [read(file) for file in self.files]
        tracks = Tracks(["a", "b"])
        """,
        "tracks.read()\nscheduler.step()",
    ),
    "an attribute that comes from elsewhere": (
        """
        class Log:
            def __init__(self, folder):
                self.folder = folder
            def write(self):
                if not self.folder:
                    self.folder = make_folder()
                    print(self.folder)
        log = Log(given)
        """,
        "log.write()\nscheduler.step()",
    ),
}


@pytest.mark.parametrize(("before", "epoch"), HARMLESS.values(), ids=HARMLESS)
def test_other_counts_stay_known(before: str, epoch: str) -> None:
    assert codes(before, epoch) == ["LR201"]
    assert codes(before, epoch, length=50) == []


DECISIVE = {
    "a counter in a list": (
        "seen = [0]",
        "seen[0] += 1\nif seen[0] % 4 == 0:\n    scheduler.step()",
    ),
    "a state in a list": (
        "state = ['warm']",
        "if state[0] == 'warm':\n    state[0] = 'main'\nelse:\n    scheduler.step()",
    ),
    "schedulers in a list": (
        """
        active = [scheduler]
        def drop():
            active.pop()
        """,
        "for each in active:\n    each.step()\nif done(net):\n    drop()",
    ),
}


@pytest.mark.parametrize(("before", "epoch"), DECISIVE.values(), ids=DECISIVE)
def test_steps_that_depend_on_the_list_are_not_counted(before: str, epoch: str) -> None:
    assert codes(before, epoch) == []
    assert codes(before, epoch, length=12) == []


def test_a_step_by_a_counter_in_a_list_is_not_one_per_batch() -> None:
    batch = "seen[0] += 1\nif seen[0] % len(loader) == 0:\n    scheduler.step()"
    assert codes("seen = [0]", "pass", batch=batch) == []
