"""The formulas are compared with torch itself."""

import pytest

pytest.importorskip("torch")
