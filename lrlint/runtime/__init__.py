"""Record the LR that every optimizer step of a run really used, and judge it.

``watch`` is the interface and ``session`` ties the parts together: ``recorder`` listens to torch,
``facts_of_run`` turns what it heard into the facts that rules read, ``run_judge`` asks the rules.
Only ``recorder`` and ``ranks`` import torch.
"""
