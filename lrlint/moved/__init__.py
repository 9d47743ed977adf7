"""Modules that third-party rules and their tests import by the names they had at the top.

This folder is on the path of the package: ``lrlint.wording`` is found here and is replaced by
``lrlint.judgement.wording``. lrlint itself imports none of them.
"""
