"""The player between an execution and a page, without either."""

import pytest
from executions import failing, passing

from hydro_nb.notebook.player import Player


def ask(player):
    player._handle_custom_msg({"kind": "matter"}, [])
    return player.matter


@pytest.fixture
def record():
    return failing()


def test_a_page_has_the_picture_and_all_that_happened(record):
    player = Player(record)
    assert player.picture["moments"].startswith("<svg")
    assert player.record["failure"].startswith("AssertionError")
    assert player.matter == {"asked": False, "tried": 0, "done": False, "found": [], "error": ""}


def test_what_matters_is_told_by_the_numbers_of_moment_and_decision(record):
    matter = ask(Player(record))
    (found,) = matter["found"]
    assert record.moments[found["moment"]].decisions[found["decision"]].phrase == "releasing snapshot: 0"
    assert (matter["tried"], matter["done"], found["instead"]) == (2, True, "releasing snapshot: 1")


def test_it_is_worked_out_once(record):
    player, calls = Player(record), []
    verdicts = record.verdicts
    record.verdicts = lambda: calls.append(1) or verdicts()
    assert ask(player) == ask(player)
    assert calls == [1]


def test_two_pages_ask_each_for_themselves(record):
    assert ask(Player(record)) == ask(Player(record))


def test_nothing_matters_where_nothing_fails():
    player = Player(passing())
    assert player.record["decidable"] == 0
    assert ask(player)["asked"] is False


@pytest.mark.parametrize(
    ("error", "said"), [(ValueError("no"), "ValueError: no"), (KeyboardInterrupt(), "Interrupted")]
)
def test_what_goes_wrong_is_said(record, error, said):
    def verdicts():
        raise error
        yield

    record.verdicts = verdicts
    matter = ask(Player(record))
    assert (matter["done"], matter["error"]) == (True, said)


def test_it_shows_what_stays_first_and_then_itself(record, monkeypatch):
    shown = []
    monkeypatch.setattr("hydro_nb.notebook.player.display", lambda data, **_: shown.append(data))
    player = Player(record)
    player._ipython_display_()
    still, live = shown
    assert f'data-hydro-static="{player.ident}"' in still["text/html"]
    assert live["text/plain"] == ""
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == player.model_id
