"""The service of the tenth lesson."""

from __future__ import annotations

import re

from lessons.reading import shown

WRONG = {
    "10.1": [('answer = "a"', "same shard"), ('answer = "c"', "overtaken")],
    "10.2": [
        ("apply_more = apply", "should hear `ok tea`"),
        (
            (
                "def apply_more(table, request):\n"
                "    client, line = request\n"
                "    verb, key, _ = parse(line)\n"
                "    if verb == 'del':\n"
                "        table.pop(key, None)\n"
                "        return table, (client, f'ok {key}')\n"
                "    return apply(table, request)"
            ),
            "give a new one",
        ),
        (
            (
                "def apply_more(table, request):\n"
                "    client, line = request\n"
                "    verb, key, _ = parse(line)\n"
                "    left = {k: v for k, v in table.items() if k != key}\n"
                "    return (left, (client, f'ok {key}')) if verb == 'del' else apply(table, request)"
            ),
            "milk is nothing",
        ),
    ],
    "10.3": [
        ("apply_cas = apply", "should hear `ok tea`"),
        (
            (
                "def apply_cas(table, request):\n"
                "    client, line = request\n"
                "    verb, key, values = parse(line)\n"
                "    if verb != 'cas':\n"
                "        return apply(table, request)\n"
                "    return table | {key: values.split()[1]}, (client, f'ok {key}')"
            ),
            "should hear `tea is 3`",
        ),
    ],
}


def shows(cells):
    assert "make tea     -> ? make tea" in shown(cells["apply"])
    assert re.search(r"\d+ schedules, and the promise holds", shown(cells["prove"]))
    assert "ok tea | tea is 3 | jam is nothing | ? hello?" in shown(cells["client"])
    assert "and every answer was right" in shown(cells["chaos"])
    assert re.search(r"item-(\d+) lives on Shard/\d: item-\1 is \1\n", shown(cells["kill"]))
    assert shown(cells["kill"]).endswith("tea is nothing\n")
