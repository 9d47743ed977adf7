"""The process that does the work: reads tasks from standard input until that ends.

A process of its own, because the limit of CPU time needs a main thread, because the editor is
answered meanwhile, and because a crash in native code then costs one answer and not the server.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys

from lrlint.server.tasks import Task


def main() -> None:
    """Do tasks, one after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and that ends this
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a rule prints must not come between the answers
    from lrlint.server.work import answer, prepare  # 0.3 s, before the first task arrives

    prepare()
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        assert isinstance(task, Task)
        pickle.dump(answer(task), channel)
        channel.flush()
        gc.collect()  # trees and facts refer to each other; nobody waits for this
