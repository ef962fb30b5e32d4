"""What may follow `%hydro` and `%%hydro`."""

import doctest

import pytest
from IPython.core.error import UsageError

from hydro_nb.notebook import options


def test_examples():
    assert doctest.testmod(options).failed == 0


def test_every_command_has_a_parser_and_is_in_the_help():
    text = options.help_text()
    for command in options.COMMANDS:
        assert options.command_parser(command).prog in text


def test_a_bare_line_asks_for_help():
    assert options.parse_command("")[0] == "help"


def test_names_with_spaces_are_quoted():
    assert options.parse_command('kill "process 1"')[1].process == "process 1"
    assert options.completions('%hydro kill "pro', ["process 1"], []) == ('"pro', ['"process 1"'])


@pytest.mark.parametrize("line", ["", "hydro st", "x = 1", "%time st", "%hydrofoil st", "  %hydro st"])
def test_other_lines_are_left_alone(line):
    assert options.completions(line, ["Leader"], ["flow"]) is None


def test_words_that_were_given_are_not_offered_again():
    assert "--deploy" not in (options.completions("%%hydro --deploy ", [], []) or ("", []))[1]


@pytest.mark.parametrize("line", ["kill", "logs --last many", "deploy --backend moon", "stop all", 'logs "open', "fly"])
def test_a_wrong_line_is_refused_in_one_line(line):
    with pytest.raises(UsageError) as refused:
        options.parse_command(line)
    assert "\n" not in str(refused.value)
