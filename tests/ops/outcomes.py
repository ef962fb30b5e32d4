"""What a stream may give, over all schedules of the simulator."""


def outcomes(stream):
    """Give the set of all sequences of elements; where order means nothing, sorted."""
    port, seen = stream.sim_output(), set()

    async def body():
        seen.add(tuple(await port.collect()))

    stream.flow.sim().exhaustive(body)
    return seen
