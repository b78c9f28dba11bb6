"""The same as NameLoad, by gevent with c-ares: HOST:PORT, names, at once."""
import resource
import sys
import time

import gevent
from gevent.pool import Pool
from gevent.resolver.ares import Resolver

host, port = sys.argv[1].rsplit(":", 1)
count, at_once = int(sys.argv[2]), int(sys.argv[3])
resolver = Resolver(servers=[host], udp_port=int(port))
failures = 0
longest = 0.0


def look_up(name):
    global failures
    try:
        resolver.gethostbyname(name)
    except OSError:
        failures += 1


def tick():
    global longest
    while True:
        since = time.perf_counter()
        gevent.sleep(0.001)
        longest = max(longest, time.perf_counter() - since - 0.001)


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(prefix):
    pool = Pool(at_once)
    for i in range(count):
        pool.spawn(look_up, "%s%d.bench" % (prefix, i))
    pool.join()


gevent.spawn(tick)
run("w")
failures, longest = 0, 0.0
processor, started = used(), time.perf_counter()
run("m")
seconds, micros = time.perf_counter() - started, (used() - processor) * 1e6
print("%.0f %.1f %.1f %d" % (count / seconds, micros / count, longest * 1e3, failures))
