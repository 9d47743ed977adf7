"""The LR that was really used: recorded at every optimizer step, checked against its formula.

``hooks`` listens to torch, ``recorder`` keeps what it hears, ``shadow`` says what the LR should be,
``derive`` turns the record into the facts that the rules judge, ``watch`` is the interface. Only
this room imports torch, and only when a recorder starts.
"""
