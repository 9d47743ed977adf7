"""Listen to torch while a script trains, and keep what happens to its learning rates.

``hooks`` listens and tells ``recorder``, which keeps ``records``: counts, bounded curves and the
first departure of each optimizer. ``replays`` and ``closed_forms`` say what the LR should be,
``verifier`` compares.

This code runs inside somebody's training: nothing in it may raise (``hooks`` sees to that), wait
for a device, or grow with the number of steps.
"""
