"""Members of clusters have an order, a hash and a name; present values, successes and failures are plain data."""

import copy
import pickle

import pytest

from hydro_nb.values import Err, MemberId, Ok, Some


class Worker: ...


def test_members_print_with_their_marker():
    assert repr(MemberId.from_raw_id(3, Worker)) == "MemberId::<Worker>(3)"
    assert str(MemberId.from_raw_id(0)) == "MemberId::<_>(0)"


def test_members_compare_by_number():
    three = MemberId.from_raw_id(3, Worker)
    assert three == MemberId[Worker].from_raw_id(3)
    assert {three: "x"}[MemberId.from_raw_id(3)] == "x"
    assert sorted([three, MemberId.from_raw_id(1, Worker)]) == [MemberId.from_raw_id(1), three]
    assert three >= MemberId.from_raw_id(3)
    assert MemberId.from_raw_id(2) <= three > MemberId.from_raw_id(2)
    assert three != 3
    assert three.raw_id == 3


def test_members_do_not_change():
    with pytest.raises(AttributeError):
        MemberId.from_raw_id(3).raw_id = 4


@pytest.mark.parametrize("value", [MemberId.from_raw_id(3, Worker), Some(None), Ok([1]), Err("no")])
def test_values_are_copied_and_pickled(value):
    assert copy.deepcopy(value) == value == pickle.loads(pickle.dumps(value))
    assert repr(pickle.loads(pickle.dumps(value))) == repr(value)


def test_results_say_which_they_are():
    assert Ok(1) != Err(1)
    assert [match for match in (Ok(1), Err("no")) if isinstance(match, Ok)] == [Ok(1)]
