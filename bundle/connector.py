"""The launcher's way to a YubiHSM 2: hands two requests on to Yubico's connector, a program on this
machine, and nothing else. `--connector PORT` loads it; connector.mjs is the same for Node.

    GET /connector/status   its text, at most 256 bytes
    POST /connector/api     one frame there, one frame back, 3 to 3139 bytes each

Only pages of the launcher's own origin get through: any other page would need a preflight, which
is refused. Of a request nothing but the frame goes on, and always to the same place; of an answer
nothing but the bytes comes back. What the frames say is between the page and the YubiHSM.
"""
import contextlib
import http.client
import re
import socket
import threading
import time

TEXT = 'text/plain; charset=utf-8'
FRAME = 'application/octet-stream'
LEAST, MOST = 3, 3139
MOST_STATUS = 256
# For a frame to come in, and again for its answer, in seconds.
LIMIT = 10

def refuse(status, text):
    return status, TEXT, f'{text}\n'.encode()

class Connector:
    """What answers the two requests: their paths are the caller's to check, and their Host.
    port: the connector's, on 127.0.0.1."""
    def __init__(self, port):
        self.port = port

    def answer(self, handler, path, origin):
        """(status, type, bytes) for a BaseHTTPRequestHandler's request."""
        headers, posting = handler.headers, path == '/connector/api'
        if handler.command != ('POST' if posting else 'GET'):
            return refuse(405, 'Only GET /connector/status and POST /connector/api.')
        come, site = headers.get_all('Origin'), headers.get_all('Sec-Fetch-Site')
        ours = come == [origin] or (come is None and not posting)
        if not ours or site not in (None, ['same-origin']):
            return refuse(403, f'Only pages of {origin}/ may use the connector.')
        if not posting:
            return self.hand_on('GET', path, None, 0, MOST_STATUS)
        if headers.get_all('Content-Type') != [FRAME]:
            return refuse(415, f'Only {FRAME}.')
        said = ','.join(headers.get_all('Content-Length') or [])
        plain = re.fullmatch('[0-9]{1,4}', said) and 'Transfer-Encoding' not in headers
        length = int(said) if plain else 0
        if not LEAST <= length <= MOST:
            return refuse(400, f'A frame has {LEAST} to {MOST} bytes and says so before it comes.')
        frame = gather(handler, length)
        if len(frame) != length:
            return refuse(400, 'The frame did not come whole.')
        return self.hand_on('POST', path, frame, LEAST, MOST)

    def hand_on(self, method, path, frame, least, most):
        """Ask the connector on one connection of its own; no redirect is followed.
        least, most: how many bytes its answer may have."""
        own = {} if frame is None else {'Content-Type': FRAME}
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=LIMIT)
        until = time.monotonic() + LIMIT
        # Stays so where nobody listens there, or what does is no connector.
        whole, data = False, b''
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.connect()
            late = threading.Timer(LIMIT, hang_up, (connection.sock,))
            late.start()
            try:
                connection.request(method, path, frame, {'Connection': 'close', **own})
                answer = connection.getresponse()
                if answer.status == 200:
                    # One byte more shows that there are more.
                    data = answer.read(most + 1)
                    whole = not answer.length and time.monotonic() < until
            finally:
                late.cancel()
        connection.close()
        if whole and least <= len(data) <= most:
            return 200, TEXT if frame is None else FRAME, data
        return refuse(502, f'No connector answers at port {self.port} of this machine.')

def gather(handler, length):
    """The body, or as much of it as came in time: all of it, not each piece, has the limit."""
    until, data, piece = time.monotonic() + LIMIT, b'', None
    with contextlib.suppress(OSError):
        while piece != b'' and len(data) < length and time.monotonic() < until:
            handler.connection.settimeout(max(until - time.monotonic(), 0.001))
            piece = handler.rfile.read1(length - len(data))
            data += piece
    handler.connection.settimeout(LIMIT)
    return data

def hang_up(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
