#!/usr/bin/env python3
"""gevent's side of benchmarks/echo-time: echo-server.py CONNECTIONS. Prints its port; ends when its connections have ended."""

import sys

import gevent
from gevent import socket

SIZE = 16 << 10


def echo(client):
    while data := client.recv(SIZE):
        client.sendall(data)
    client.close()


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(512)
print(listener.getsockname()[1], flush=True)
gevent.joinall([gevent.spawn(echo, listener.accept()[0]) for _ in range(int(sys.argv[1]))])
