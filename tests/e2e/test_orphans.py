"""No process outlives its kernel, however that ends, and whatever the processes do."""

from __future__ import annotations

import pytest
from kernels import kernel_pid
from lives import children, wait_gone
from orphans import WAYS, deployed


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_after_its_kernel(way, own_folders):
    kernel = deployed()
    try:
        own = kernel_pid(kernel)
        pids = children(own)
        # a busy one, a stopped one, a deaf one, a parent with its child, and the template
        assert len(pids) >= 6
        WAYS[way](kernel)
        assert wait_gone([own], 60) == []
        # that it takes no longer than two seconds is measured by a bench
        assert wait_gone(pids, 60) == []
    finally:
        kernel.close()
