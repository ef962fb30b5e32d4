"""The speed of the ninth lesson."""

from __future__ import annotations

import re

from lessons.reading import shown

FROM_THE_FIRST_TWO = """def exponent(points):
    import math
    (small, fast), (large, slow), *_ = points
    return math.log(slow / fast) / math.log(large / small)"""
COUNTED = "def counted(words, other):\n    return "

WRONG = {
    "09.1": [('answer = "a"', "while the other works"), ('answer = "c"', "no time for")],
    "09.2": [
        ("def exponent(points):\n    return points[-1][1] / points[0][1]", "proportional"),
        ("def exponent(points):\n    return 1.0", "quadratic"),
        (FROM_THE_FIRST_TWO, "from first to last"),
    ],
    "09.3": [
        (COUNTED + "words.map(lambda word: (word, 1)).into_keyed().value_counts()", "live on `other`"),
        (COUNTED + "words.send(other).map(lambda word: (word, 1)).into_keyed().value_counts()", "Count on this side"),
        (COUNTED + "words.unique().send(other).map(lambda word: (word, 1)).into_keyed().value_counts()", "should come"),
    ],
}


def shows(cells):
    assert "n_2 = n * 3 + 1" in shown(cells["code"])
    assert re.search(r"by hand [\d.]+ s, as a flow [\d.]+ s", shown(cells["by-hand"]))
    assert re.search(r"one process [\d.]+ s, two processes [\d.]+ s", shown(cells["crossing"]))
    assert re.search(r"# num(ba|py)", shown(cells["columns"]))
    assert re.search(r"chosen +1 million .* s\nnumpy +1 million .* s\npython +1 million .* s", shown(cells["engines"]))
    assert re.search(r"elements   125,000: [\d.]+ s.*\nkeys   10: [\d.]+ s", shown(cells["growth"]))
