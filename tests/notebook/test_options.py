"""What may follow `%hydro` and `%%hydro`."""

import doctest

import pytest
from IPython.core.error import UsageError

from hydro_nb.notebook import options
from hydro_nb.notebook.options import Known


def test_examples():
    assert doctest.testmod(options).failed == 0


def test_every_command_has_a_parser_and_is_in_the_help():
    text = options.help_text()
    for command in options.COMMANDS:
        assert options.command_parser(command).prog in text


@pytest.mark.parametrize("line", ["", "--help", "-h", "kill --help", "drop A B 0.5 -h"])
def test_a_line_may_ask_for_help(line):
    assert options.parse_command(line)[0] == "help"


@pytest.mark.parametrize("line", ["delay A B 300ms", "drop A B 50%"])
def test_seconds_and_shares_are_numbers(line):
    with pytest.raises(UsageError, match=r"argument (SECONDS|RATE): '(300ms|50%)' is no number, such as 0.3"):
        options.parse_command(line)


def test_names_with_spaces_are_quoted():
    assert options.parse_command('kill "process 1"')[1].process == "process 1"
    assert options.completions('%hydro kill "pro', Known(running=["process 1"])) == ('"pro', ['"process 1"'])


@pytest.mark.parametrize("line", ["", "hydro st", "x = 1", "%time st", "%hydrofoil st", "  %hydro st"])
def test_other_lines_are_left_alone(line):
    assert options.completions(line, Known(["Leader"], ["Leader"], ["flow"])) is None


def test_words_that_were_given_are_not_offered_again():
    assert "--deploy" not in (options.completions("%%hydro --deploy ", Known()) or ("", []))[1]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%hydro code ", ["Worker"]),
        ("%hydro kill ", ["Worker/0", "Worker/1"]),
        ("%hydro restart ", ["Worker/0", "Worker/1"]),
        ("%hydro logs ", ["Worker", "Worker/0", "Worker/1", "--last"]),
        ("%hydro deploy --colocate ", ["Worker"]),
        ("%%hydro --deploy --colocate ", ["Worker"]),
    ],
)
def test_the_flow_has_clusters_and_the_deployment_members(line, offered):
    known = Known(["Worker"], ["Worker/0", "Worker/1"], ["flow"])
    assert options.completions(line, known) == ("", offered)


def test_each_group_that_shares_an_os_process_is_an_option_of_its_own():
    line = 'deploy --colocate "Leader, process 1" --colocate Worker'
    assert options.parse_command(line)[1].colocate == [["Leader", "process 1"], ["Worker"]]


@pytest.mark.parametrize(
    "line",
    [
        "kill",
        "restart",
        "deploy --colocate a,,b",
        "logs --last many",
        "deploy --backend moon",
        "stop all",
        'logs "open',
        "fly",
    ],
)
def test_a_wrong_line_is_refused_in_one_line(line):
    with pytest.raises(UsageError) as refused:
        options.parse_command(line)
    assert "\n" not in str(refused.value)
