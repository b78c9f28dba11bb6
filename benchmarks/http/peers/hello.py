"""gevent's own WSGI server."""
import sys

from gevent.pywsgi import WSGIServer


def hello(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '13')])
    return [b'Hello, World!']


port, tls, certificate, key = sys.argv[1:5]
files = {'certfile': certificate, 'keyfile': key} if tls == 'tls' else {}
WSGIServer(('127.0.0.1', int(port)), hello, log=None, **files).serve_forever()
