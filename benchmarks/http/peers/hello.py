"""gevent's own WSGI server."""
import socket
import sys

from gevent.pywsgi import WSGIServer


def hello(environ, start_response):
    headers = [('Content-Type', 'text/plain; charset=utf-8'), ('Content-Length', '13')]
    if environ.get('HTTP_CONNECTION') == 'close':
        headers.append(('Connection', 'close'))  # it closes, but doesn't say so
    start_response('200 OK', headers)
    return [b'Hello, World!']


port, tls, certificate, key = sys.argv[1:5]
files = {'certfile': certificate, 'keyfile': key} if tls == 'tls' else {}
server = WSGIServer(('127.0.0.1', int(port)), hello, log=None, backlog=4096, **files)
server.init_socket()
# It writes head and body apart: without this each body waits 40 ms for the client's delayed acknowledgement. Connections inherit it.
server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
server.serve_forever()
