"""The random-script oracle: training scripts by the thousand, run by torch, predicted by lrlint.

``generate(seed)`` writes a script out of independent choices. Each choice is an axis (``scheduler``,
``cadence``, ``config``, ``batch-loop``, ``training``, …), each idiom on it one function decorated with
``@option(axis, weight)``; to add an idiom, add a function. ``torch_run.run(case)`` executes the script
and records the LR of every optimizer step; ``compare`` and ``claims`` hold lrlint's predictions and
findings against that. ``python -m tests.oracle.show SEED`` shows all three side by side.
"""
