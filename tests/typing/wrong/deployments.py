"""What a deployment is not told so."""

from hydro_nb import FlowBuilder, Restart, nondet

flow = FlowBuilder()
leader = flow.process()
Restart("on_failure")  # wrong: no reason
Restart("never", nondet("why"))  # wrong: there is no such policy
Restart("always", "why")  # wrong: a reason is given as nondet("...")
with flow.deploy(restart="always") as deployment:  # wrong: not by its name
    deployment.restart(leader, "why")  # wrong: a reason is given as nondet("...")
    deployment.restart(leader, 5.0)  # wrong: a time is given by its name
