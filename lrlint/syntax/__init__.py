"""The tree that the analyser reads, and the two parsers that it is made with.

CPython's parser is quick and reads nearly everything; libcst's reads what only a younger Python
would, and is imported only then.
"""
