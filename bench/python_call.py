#!/usr/bin/python3
"""What a call from Python costs, and importing the package: python_call.py

Processor time of this process: the least of nine rounds of 5,000 calls each (others may run beside it), in
microseconds; and of processes that import numpy alone or the package too, the least of fifteen in alternation, in
milliseconds. The population has 16 neurons. Needs numpy and the package amine (PYTHONPATH=python)."""
import os
import subprocess
import sys
import time

import numpy as np

import amine

ROUNDS, CALLS, PROCESSES = 9, 5000, 15


def least(call):
    """Microseconds, what calling a Python function that does nothing costs among them."""
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time_ns()
        for _ in range(CALLS):
            call()
        found.append((time.process_time_ns() - begin) / CALLS / 1000)
    return min(found)


def seconds_of(code):
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def imports():
    """Milliseconds of numpy, and with the package."""
    alone, both = [], []
    for _ in range(PROCESSES):
        alone.append(seconds_of("import numpy"))
        both.append(seconds_of("import numpy, amine"))
    return 1000 * min(alone), 1000 * min(both)


def main():
    brain = amine.Brain(dt=1, seed=1, threads=1)
    few = brain.population("few", 16, "lif")
    brain.run(1)
    read = few.reader("v")
    assert read().dtype == np.float32
    for name, call in (("a function that does nothing", lambda: None), ("read() of a reader", read),
                       ("state()", few.state), ("count", lambda: few.count)):
        print(f"{name}: {least(call):.2f} us")
    alone, both = imports()
    print(f"import: numpy {alone:.0f} ms, amine {both - alone:.0f} ms more")


if __name__ == "__main__":
    main()
