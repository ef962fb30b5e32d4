"""What no codec carries is refused with the way out, and the way out works."""

import re

import pytest

from hydro_nb import TCP, EncodeError, FlowBuilder, ProcessFailed
from hydro_nb.testing import collect


def test_an_object_is_refused_and_the_way_out_named():
    flow = FlowBuilder()
    patterns = flow.process().source_iter([1, 2]).map(lambda n: re.compile("a" * n))
    with pytest.raises(ProcessFailed, match=r"TCP\.fail_stop\(\)\.pickle\(trusted="):
        collect(patterns.send(flow.process()))


def test_by_pickle_it_travels():
    flow = FlowBuilder()
    patterns = flow.process().source_iter([1, 2]).map(lambda n: re.compile("a" * n))
    mine = TCP.fail_stop().pickle(trusted="both ends are this test")
    there = patterns.send(flow.process(), mine).map(lambda pattern: len(pattern.pattern))
    assert collect(there) == [1, 2]


def test_pickle_needs_a_reason():
    with pytest.raises(EncodeError, match="needs a reason"):
        TCP.fail_stop().pickle(trusted=" ")
