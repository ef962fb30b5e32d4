"""A module whose functions remember what they were called with."""

NUMBERS = []
TABLE = {"rate": 2}
total = 0


def note(n):
    NUMBERS.append(n)
    return sum(NUMBERS)


def add(n):
    global total  # noqa: PLW0603 - as some do
    total += n
    return total


def rated(n):
    return n * TABLE["rate"]
