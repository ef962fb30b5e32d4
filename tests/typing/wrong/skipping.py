"""Live values have no elements to skip, and there are two words alone."""

from hydro_nb import FlowBuilder

numbers = FlowBuilder().process().source_iter([1])
table = numbers.map(lambda n: (n, n)).into_keyed().value_counts()
numbers.map(str, on_error="ignore")  # wrong
numbers.count().map(str, on_error="skip")  # wrong
numbers.reduce(max).map(str, on_error="skip")  # wrong
table.map(str, on_error="skip")  # wrong
table.filter(bool, on_error="skip")  # wrong
