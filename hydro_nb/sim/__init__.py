"""The simulator: the same program, in one thread, under schedules that are chosen."""

from hydro_nb.lang.sim_ports import NoMoreMessages
from hydro_nb.sim.simulation import Simulation

__all__ = ["NoMoreMessages", "Simulation"]
