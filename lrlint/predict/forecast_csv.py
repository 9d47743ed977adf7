"""Predicted schedules as CSV: a row for each optimizer step and param group."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from lrlint.output.curves import thinned
from lrlint.output.text import clean
from lrlint.predict.forecast import FileForecast

COMPLETE = 10_000
"""Optimizer steps up to which a curve is complete; of a longer one, so many points are left."""
HEADER = ("filename", "line", "scheduler", "variable", "group", "step", "lr")


def as_csv(files: Sequence[FileForecast]) -> str:
    """Return a table with a header; steps count from 1, param groups from 0."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for file in files:
        for forecast in file.schedules:
            schedule = forecast.schedule
            line = schedule.place.span().start.row
            names = (clean(schedule.scheduler), clean(schedule.variable or ""))
            for group, lr in enumerate(forecast.prediction.lr or ()):
                for step in thinned(lr, COMPLETE):
                    row = (clean(file.filename), line, *names, group, step + 1, repr(lr[step]))
                    table.writerow(row)
    return text.getvalue()
