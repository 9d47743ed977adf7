"""The random-script oracle: training scripts by the thousand, run by torch, predicted by lrlint.

``generate(seed)`` writes a script out of independent choices. A choice is an axis (``scheduler``,
``cadence``, ``config``, ``training``, …); each idiom on it is one function decorated with
``@option(axis, weight)``, so that adding an idiom is adding a function. ``torch_run.run(case)``
executes the script and records the LR of every optimizer step; ``compare`` and ``claims`` hold
lrlint's predictions and findings against it. ``python -m tests.oracle.show SEED`` shows all three.
"""

import pytest

pytest.importorskip("torch")
