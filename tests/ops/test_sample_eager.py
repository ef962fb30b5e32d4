from hydro_nb import LocationError, NondetError, nondet, proof
from hydro_nb.ir.node import Bound, Order, Retries, Shape


def test_last_sample(leader, live, run, snapshot):
    samples = live.count().sample_eager(nondet("only shown"))
    assert run(samples)[-1] == 3
    samples.for_each(print, idempotent=proof("only shown"))
    snapshot(leader.flow.source(leader))


def test_optional(live, run):
    assert run(live.reduce(max).sample_eager(nondet("only shown")))[-1] == 3
    assert run(live.filter(lambda n: n > 9).reduce(max).sample_eager(nondet("only shown"))) == []


def test_versions_may_be_skipped_but_never_fall_back(live):
    port, seen = live.count().sample_eager(nondet("only shown")).sim_output(), []

    async def body():
        seen.append(tuple(await port.collect()))

    live.flow.sim().exhaustive(body)
    assert all(list(samples) == sorted(samples) and samples[-1] == 3 for samples in seen)
    assert {(3,), (0, 3), (0, 1, 2, 3)} <= set(seen)


def test_guarantees(leader, live):
    samples = live.count().sample_eager(nondet("only shown"))
    assert (samples.kind.shape, samples.kind.bound, samples.location) == (Shape.STREAM, Bound.UNBOUNDED, leader)
    assert (samples.kind.order, samples.kind.retries) == (Order.TOTAL, Retries.AT_LEAST_ONCE)


def test_reason(live, message):
    text = message(lambda: live.count().sample_eager("soon"), NondetError)
    assert text.startswith("`sample_eager` makes a nondeterministic choice and needs its reason, but was given 'soon'.")


def test_inside_a_tick(leader, live, message):
    inside = live.batch(leader.tick(), nondet("all the same")).count()
    text = message(lambda: inside.sample_eager(nondet("only shown")), LocationError)
    assert text.startswith("`sample_eager` needs a Singleton outside a tick, but `inside` is inside Tick[")
