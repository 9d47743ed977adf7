"""Whether code is worth reading: it may build or step an LR scheduler, or it cannot.

Reading costs: libcst takes 60 µs for a line and the interpreter as much again, while nearly all
code of a project has nothing to do with schedules. So three questions are asked, each only where
the one before says yes:

1. bytes, `mentions_schedule`: does the file speak of schedules, LRs or steps? 5 µs per KiB; of the
   2,912 files of transformers it lets 24 through. A script that does not, but starts something
   (`starts_something`), may start the project's trainer.
2. words, `Relevance`: do the names in a script lead to a scheduler's constructor, through all that
   it imports? `outline` cuts a text into definitions and imports for it, without a parse, and
   `classes` cuts a class into methods: of a trainer, only those that are called count.
3. tree, `lrlint.analysis.code.survey`: which functions of a parsed module build or step something?
   A function that is not parsed yet answers by its words, with `outline` again.

None may say no where a schedule would be found; a yes costs time only.
"""

from __future__ import annotations

from lrlint.source.relevance.mentions import FITTED, mentions_schedule, starts_something
from lrlint.source.relevance.outline import Imported
from lrlint.source.relevance.reach import Relevance

__all__ = ["FITTED", "Imported", "Relevance", "mentions_schedule", "starts_something"]
