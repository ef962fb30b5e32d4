"""Variables of the environment that are set for a while."""

from __future__ import annotations

import os

import pytest

from hydro_nb.environ import variable


@pytest.mark.parametrize("before", [None, "old"])
def test_it_is_as_it_was_also_where_something_fails(monkeypatch, before):
    monkeypatch.delenv("HYDRO_NB_EXAMPLE", raising=False)
    if before is not None:
        monkeypatch.setenv("HYDRO_NB_EXAMPLE", before)
    with pytest.raises(ValueError, match="'new'"), variable("HYDRO_NB_EXAMPLE", "new"):
        int(os.environ["HYDRO_NB_EXAMPLE"])
    assert os.environ.get("HYDRO_NB_EXAMPLE") == before
