"""Turn what a recorder heard into the facts that rules read.

``training_facts`` is the entry; it asks ``optimizer_facts`` and ``schedule_facts``, and those ask
``step_facts``, ``lengths`` and ``lambda_factors``.
"""
