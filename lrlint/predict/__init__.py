"""Evaluating a schedule: the LR at every optimizer step, as torch would use it.

``execute`` runs the trace that the analyser has written, with the replayed laws of
``lrlint.formulas`` in place of torch; ``functions`` turns a script's own LR functions into
something that can be called, without executing the script; ``report`` puts it in words and JSON.
"""
