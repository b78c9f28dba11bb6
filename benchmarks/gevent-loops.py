#!/usr/bin/env python3
"""The loops of GeventLoops.java, one for one, for benchmarks/against-gevent.

Prints a line for each: its name and its nanoseconds per operation.
"""

import time

import gevent
from gevent.event import Event

OPERATIONS = 200_000
MANY = 10_000


def nothing():
    pass


def hand_over():
    """Two make each other ready and wait, with nothing in between."""
    hub = gevent.get_hub()
    ready = hub.loop.run_callback
    wait = hub.switch
    pair = [None, None]

    def turns(other):
        for _ in range(OPERATIONS // 2):
            ready(other.switch)
            wait()

    def first():
        turns(pair[1])
        ready(pair[1].switch)

    def second():
        wait()
        turns(pair[0])

    pair[1] = gevent.spawn(second)
    pair[0] = gevent.spawn(first)
    pair[1].join()


def yield_in_turns():
    def turns():
        for _ in range(OPERATIONS // 2):
            gevent.sleep(0)

    gevent.joinall([gevent.spawn(turns), gevent.spawn(turns)])


def events():
    ping, pong = Event(), Event()

    def first():
        for _ in range(OPERATIONS // 2):
            ping.set()
            pong.wait()
            pong.clear()

    def second():
        for _ in range(OPERATIONS // 2):
            ping.wait()
            ping.clear()
            pong.set()

    gevent.joinall([gevent.spawn(first), gevent.spawn(second)])


def spawn_and_join():
    def turns():
        for _ in range(OPERATIONS):
            gevent.spawn(nothing).join()

    gevent.spawn(turns).join()


def spawn_many():
    def turns():
        for _ in range(OPERATIONS // MANY):
            gevent.joinall([gevent.spawn(nothing) for _ in range(MANY)])

    gevent.spawn(turns).join()


def measure(name, loop):
    start = time.perf_counter()
    loop()
    print(f"{name} {(time.perf_counter() - start) / OPERATIONS * 1e9:.1f}", flush=True)


measure("switch", hand_over)
measure("yield", yield_in_turns)
measure("event", events)
measure("spawn", spawn_and_join)
measure("spawn-many", spawn_many)
