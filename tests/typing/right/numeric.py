"""Numbers of arrays."""

import math
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

from hydro_nb import Bounded, FlowBuilder, Process, Singleton, Stream


class Leader: ...


def readings() -> NDArray[np.float32]:
    return np.zeros(3, np.float32)


leader = FlowBuilder().process(Leader)
numbers = leader.source_iter(np.arange(3), numeric="numba")
assert_type(numbers, Stream[int, Process[Leader], Bounded])
assert_type(numbers.map(lambda n: n / 2), Stream[float, Process[Leader], Bounded])
assert_type(numbers.fold(0, lambda total, n: total + n), Singleton[int, Process[Leader], Bounded])
assert_type(leader.source_iter(readings, numeric=None), Stream[float, Process[Leader], Bounded])
leader.source_iter(readings, numeric="python").filter(lambda x: not math.isnan(x)).for_each(print)
