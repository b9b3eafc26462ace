"""The numbers of locks. That they keep others out is an integration test (`test_two_stacks.py`)."""

from __future__ import annotations

from database.locks import lock_key


def test_keys_never_change() -> None:
    """Two versions of the program must lock each other out."""
    assert lock_key("lake") == 1048410663816405110
    assert lock_key("stream health") == 9017261786247757861
    assert -(2**63) <= lock_key("x") < 2**63
