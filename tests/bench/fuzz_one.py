"""Feeds one decoder for some seconds: `fuzz_one.py NAME SECONDS FOLDER`; prints the engine and how many inputs it took.

By atheris where it is installed, which looks at what code an input reaches; else by random damage alone.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))


def main(name: str, seconds: float, folder: Path) -> None:
    try:
        import atheris
    except ImportError:
        _by_chance(name, seconds)
    else:
        _by_coverage(atheris, name, seconds, folder)


def _by_chance(name: str, seconds: float) -> None:
    from fuzzed import TARGETS
    from mutations import mutated

    target, chance, count = TARGETS[name], random.Random(name), 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        count += 1
        target(mutated(chance, target.seeds))
    print("mutations", count)


def _by_coverage(atheris: Any, name: str, seconds: float, folder: Path) -> None:
    with atheris.instrument_imports(include=[f"hydro_nb.{part}" for part in ("runtime", "schema", "sim.store", "std")]):
        from fuzzed import TARGETS
    target, corpus = TARGETS[name], folder / "corpus"
    corpus.mkdir()
    for at, seed in enumerate(target.seeds):
        (corpus / str(at)).write_bytes(seed)
    limits = ("-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=256", "-max_len=4096")
    options = (f"-max_total_time={seconds:.0f}", f"-artifact_prefix={folder}/", "-verbosity=0", "-print_final_stats=1")
    atheris.Setup([sys.argv[0], *limits, *options, str(corpus)], target)
    print("atheris", flush=True)
    # libFuzzer ends the process itself; what it counts stands in its last words
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
