"""The processes of the first lesson."""

from __future__ import annotations

import re

from lessons.reading import shown


def returning(what):
    return f"def there_and_back(numbers, home, other):\n    return {what}"


WRONG = {
    "01.1": [("answer = 7", "Answer with one of"), ('answer = "a"', "process ids"), ('answer = "b"', "which box")],
    "01.2": [
        ("long_words = words_of('a line')", "Give `check` the function itself"),
        ("def long_words(line):\n    print(words_of(line))", "is there a `return` missing?"),
        ("def long_words(line):\n    return line", "give a list"),
        ("def long_words(line):\n    return words_of(line)", "four letters"),
        ("def long_words(line):\n    return [word for word in line.split() if len(word) > 4]", "with its comma"),
        ("def long_words(line):\n    return re.findall(r'\\w{6,}', line)", "exactly five"),
    ],
    "01.3": [
        (returning("[2, 4, 6]"), "`return` a collection"),
        (returning("numbers.map(lambda n: n * 2)"), "something runs on `home`"),
        (returning("numbers.send_bincode(other).map(lambda n: n * 2)"), "live on the process `home`"),
        (returning("numbers.send_bincode(other).send_bincode(home)"), "2, 4, 6"),
        (returning("numbers.send_bincode(other).send_bincode(home).map(lambda n: n * 2)"), "something runs on `home`"),
        (returning("numbers.send(nowhere)"), "NameError"),
    ],
    "01.4": [
        (
            "def first_letters(words):\n    return words.map(lambda w: (w, 1)).into_keyed().value_counts()",
            "words themselves",
        ),
        (
            "def first_letters(words):\n    return words.map(lambda w: (w[0], 1)).into_keyed().value_counts()",
            "same letter",
        ),
        ("def first_letters(words):\n    return words", "`value_counts` gives one"),
        ("def first_letters(words):\n    return [word[0] for word in words]", "this Stream has nothing in it while"),
    ],
}


def shows(cells):
    assert shown(cells["leader"]) == "Process[Leader]"
    assert shown(cells["send"]).startswith("Stream[int, Process[None], Unbounded, TotalOrder, ExactlyOnce]")
    assert shown(cells["logs"]).split("\n")[-2] == "[process 1] 40"
    assert shown(cells["memory"]) == "[]"
    assert "<svg" in cells["splitter"].outputs[0]["data"]["text/html"]
    assert shown(cells["preview"]).count("\n") > 8
    assert re.search(r"\[Counter\] [\d,]+ words so far", shown(cells["settle"]))
    assert "are counted right" in shown(cells["check"])
    assert "def tick(" in shown(cells["code"])
    assert re.search(r"Counter +killed", shown(cells["status"]))
