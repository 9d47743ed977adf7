"""Evaluate a schedule: the LR at every optimizer step, as torch would use it.

``execute`` runs the trace that the analyser has written on a ``simulation`` of the training, with
the replayed laws of ``lrlint.formulas`` in place of torch; ``functions`` turns a script's own LR
functions into something that can be called, without executing the script; ``forecast`` does so for
a whole file, ``forecast_text`` and ``forecast_json`` print it.
"""
