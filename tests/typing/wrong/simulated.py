"""What the ports of simulated tests do not take."""

from hydro_nb import FlowBuilder, nondet, proof


class Worker: ...


flow = FlowBuilder()
leader = flow.process()
workers = flow.cluster(Worker)
asked, questions = leader.sim_input(str)
told, hints = workers.sim_input(int)
answered, heard = questions.sim_output(), hints.sim_output()
questions.sim_cluster_output()  # wrong: on a process
flow.sim().with_cluster_size(leader, 3)  # wrong: a process has no members


def faults() -> None:
    flow.sim().members(leader)  # wrong: a process has no members
    flow.sim().with_faults(workers, 1)  # wrong: one of what?
    flow.sim().with_faults(workers, crashes="1")  # wrong: text for a number


async def body() -> None:
    await flow.sim().advance("1s")  # wrong: a number of seconds, or a timedelta
    asked.send(1)  # wrong: a number for text
    told.send(1)  # wrong: to nobody
    told.send(0, "a")  # wrong: text for a number
    told.send_many([1, 2])  # wrong: to nobody
    await answered.next(0)  # wrong: a process has no members
    await heard.next()  # wrong: of nobody
    await heard.assert_yields_only(0, ["a"])  # wrong: text for a number


hook = flow.sim_hook()
nondet("any size", hook=asked)  # wrong: a port is no hook
proof("it commutes", hook="hook")  # wrong: a name is no hook


async def scripted() -> None:
    await hook.release()  # wrong: how many?
    await hook.reveal_latest(1)  # wrong: the latest is what it is
    await hook.on("Worker").release(1)  # wrong: a member is an id or a number
    await hook.pause_until(2)  # wrong: a number is no function
