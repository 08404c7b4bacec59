#!/usr/bin/env python3
"""The launcher: verifies a Conclave bundle, serves it from memory to this machine's browser.

Exit codes: 0 good, 1 refused, 2 wrong usage, 3 verified but cannot serve. On Python's standard library
(3.9 or later), to be read, hashed and copied: this file, and for --connector connector.py. launch.mjs
is the same for Node. Python has no Ed25519: signatures are checked by minisign, where it is installed.
"""
import argparse
import base64
import errno
import hashlib
import os
import re
import shutil
import socket
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from runpy import run_path

HOST = 'conclave.localhost'
MANIFEST = 'bundle.manifest'
SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}'
PATH = re.compile(f'{SEGMENT}(?:/{SEGMENT}){{0,9}}')
UNLISTED = re.compile(r'bundle\.manifest|keys\.json|sigs/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.minisig')
VERSION = r'((?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2})'
HEADER = re.compile(f'conclave bundle manifest 1\nversion {VERSION}\n')
PIN = re.compile(f'{{"format":1,"version":"{VERSION}","root":"(.{{64}})","keys":(.*)}}\n')
LINE = re.compile('([0-9a-f]{64}) (0|[1-9][0-9]{0,8}) ([!-~]+)')
REVIEWER = '{"name":"([A-Za-z0-9_-]{1,40})","key":"(RW[Q-T][A-Za-z0-9+/]{53})"}'
KEY_LIST = re.compile(rf'{{"format":1,"serial":(0|[1-9][0-9]{{0,5}}),"threshold":(0|[1-9][0-9]?),'
    rf'"keys":\[(?:{REVIEWER}(?:,{REVIEWER})*)?\]}}')
# Points in hex, either sign bit: of small order (anyone can sign for them), or y not below 2^255 - 19.
WEAK_POINT = re.compile('^(?:0[01](?:00){30}[08]0|(?:e[c-f]|f.)(?:ff){30}[7f]f|'
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5|'
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a)$')
COMMENT = r'comment: ([^\x00-\x08\x0a-\x1f]{0,8000})' '\n'
SIGNATURE = re.compile(f'untrusted {COMMENT}(R[UW][Q-T][A-Za-z0-9+/]{{96}}=)\n'
    f'trusted {COMMENT}([A-Za-z0-9+/]{{86}}==)\n?')
CSP = re.compile('<meta http-equiv="content-security-policy" content="([^"]*)"', re.IGNORECASE)
ENTITIES = {'&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&'}
WORD_LIST_SHA256 = '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda'
NEXT = 'Nothing is served. Ask its reviewers, by a way you trust, what they released.'
# Browser features: the app's own, for this origin alone; every other power is off.
OWN = 'hid usb camera publickey-credentials-create publickey-credentials-get clipboard-write'
OFF = ('accelerometer captured-surface-control clipboard-read compute-pressure display-capture '
    'digital-credentials-create digital-credentials-get encrypted-media gamepad geolocation '
    'gyroscope identity-credentials-get idle-detection keyboard-map language-model local-fonts '
    'local-network local-network-access loopback-network magnetometer microphone midi '
    'on-device-speech-recognition otp-credentials payment picture-in-picture serial '
    'speaker-selection storage-access sync-xhr window-management xr-spatial-tracking')
POWERS = re.sub(r'\S+', r'\g<0>=(self)', OWN) + ' ' + re.sub(r'\S+', r'\g<0>=()', OFF)
HEADERS = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': POWERS.replace(' ', ', '),
    'Integrity-Policy': 'blocked-destinations=(script)', 'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer',
    'Service-Worker-Allowed': '/', 'Connection': 'close',
}
TEXT = 'text/plain; charset=utf-8'
# Every other kind of file is plain text, which no browser runs.
TYPES = {
    '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8', '.json': 'application/json',
    '.png': 'image/png', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
    '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2',
}

class Refusal(Exception):
    """Ends the launcher: the cause, what to do now, the exit code."""
    def __init__(self, cause, following=NEXT, code=1):
        super().__init__(f'Refused: {cause}\n{following}')
        self.code = code

def sha256(data):
    return hashlib.sha256(data).hexdigest()

def grouped(text):
    return ' '.join(text[i:i + 4] for i in range(0, len(text), 4))

def sortable(version):
    return [int(number) for number in version.split('.')]

def read_folder(folder, prefix=''):
    """path -> bytes of every file, read once; anything but plain files is refused."""
    files = {}
    for name in sorted(os.listdir(os.path.join(folder, prefix))):
        path = prefix + name
        if not PATH.fullmatch(path):
            raise Refusal(f"{re.sub('[^!-~]', '?', path)} in the folder has a hidden or odd name.")
        full = os.path.join(folder, path)
        mode = os.lstat(full).st_mode
        if stat.S_ISDIR(mode):
            files.update(read_folder(folder, f'{path}/'))
        elif stat.S_ISREG(mode):
            files[path] = Path(full).read_bytes()
        else:
            raise Refusal(f'{path} is a link or a device, not a plain file.')
    return files

class Bundle:
    """The folder holds exactly what its manifest lists, and the manifest has every expected root."""
    def __init__(self, files, expected):
        if MANIFEST not in files or 'keys.json' not in files:
            raise Refusal(f'The folder lacks {MANIFEST} or keys.json: it is not a whole bundle.')
        self.files, self.connector = files, None
        self.root = sha256(files[MANIFEST])
        for wanted in expected:
            if wanted not in (None, self.root):
                raise Refusal(f'The bundle’s root is {grouped(self.root)}, not {grouped(wanted)}.')
        text = files[MANIFEST].decode('latin1')
        header = HEADER.match(text)
        lines = text[header.end() if header else 0:].split('\n')
        if not header or lines.pop() != '':
            raise Refusal(f'{MANIFEST} lacks its beginning or end.')
        self.version = header[1]
        if len(lines) > 10_000:
            raise Refusal(f'{MANIFEST} lists more than 10000 files.')
        listed, last = set(), ''
        for number, line in enumerate(lines, 3):
            match = LINE.fullmatch(line)
            digest, size, path = match.groups() if match else ('', '', '')
            if not PATH.fullmatch(path) or UNLISTED.fullmatch(path) or path <= last:
                raise Refusal(f'Line {number} of {MANIFEST} is malformed or out of order.')
            if path not in files:
                raise Refusal(f'{path} is in the manifest but missing from the folder.')
            if str(len(files[path])) != size or sha256(files[path]) != digest:
                raise Refusal(f'{path} was changed: it is not the file that the manifest lists.')
            listed.add(path)
            last = path
        for path in files:
            if path not in listed and not UNLISTED.fullmatch(path):
                raise Refusal(f'{path} is in the folder but not in the manifest.')
        self.keys = re.sub('[ \n]', '', files['keys.json'].decode('latin1'))

def read_policy(files):
    """The policy in index.html's one meta element."""
    policies = CSP.findall(files.get('index.html', b'').decode('latin1'))
    policy = ''.join(policies[:1])
    for entity, plain in ENTITIES.items():
        policy = policy.replace(entity, plain)
    if len(policies) > 1 or not re.fullmatch('[ -~]+', policy) or 'service-worker.js' not in files:
        raise Refusal('No service-worker.js, or index.html lacks its one Content-Security-Policy.')
    return policy

def read_keys(text):
    """(serial, how many distinct keys must sign, [(reviewer, key in base64)]); no spaces in text."""
    match = KEY_LIST.fullmatch(text)
    if not match:
        raise Refusal('keys.json is not a list of reviewers’ keys of format 1.')
    serial, threshold, reviewers = int(match[1]), int(match[2]), re.findall(REVIEWER, text)
    points = [base64.b64decode(key)[10:].hex() for _, key in reviewers]
    for (name, _), point in zip(reviewers, points):
        if WEAK_POINT.match(point):
            raise Refusal(f'keys.json: the key of {name} is weak: anyone can sign.')
    distinct = len(set(points))
    if threshold > distinct or (threshold == 0 and distinct > 0):
        raise Refusal('keys.json asks for more signatures than it has keys, or for none.')
    return serial, threshold, reviewers

def verified_comment(signature, message, key):
    """The trusted comment that minisign verified over these bytes, or None."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ('signature', 'message')]
        for path, data in zip(paths, (signature, message)):
            Path(path).write_bytes(data)
        command = ['minisign', '-V', '-Q', '-P', key, '-x', paths[0], '-m', paths[1]]
        done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode('latin1').rstrip('\n') if done.returncode == 0 else None

def signer_of(signature, message, reviewers, comment):
    """minisign: (name, key) of whose signature a file holds, or why it does not count."""
    match = SIGNATURE.fullmatch(signature.decode('latin1'))
    if not match:
        return 'it is not a minisign signature'
    key_id = base64.b64decode(match[2])[2:10]
    known = [(name, key) for name, key in reviewers if base64.b64decode(key)[2:10] == key_id]
    if not known:
        return 'it is by a key that is not in the key list'
    for name, key in known:
        trusted = verified_comment(signature, message, key)
        if trusted is not None:
            return (name, key) if trusted == comment else f'its trusted comment is not “{comment}”'
    return 'it does not fit these bytes'

def count_signatures(bundle, path, reviewers, comment):
    """How many distinct keys of the list have good signatures over a file; prints whose."""
    of_keys = path != MANIFEST
    counted = set()
    files = [file for file in bundle.files if re.fullmatch(r'sigs/.*\.minisig', file)
             and file.endswith('.keys.minisig') == of_keys]
    if files and not shutil.which('minisign'):
        print('Signatures were not checked: minisign is not installed.')
        return 0
    for file in files:
        signer = signer_of(bundle.files[file], bundle.files[path], reviewers, comment)
        if isinstance(signer, str):
            print(f'{file}: not counted, {signer}.')
        else:
            point = base64.b64decode(signer[1])[10:]
            print(f"{file}: {'signed again' if point in counted else 'good'}, by {signer[0]}.")
            counted.add(point)
    return len(counted)

def read_pin(store):
    """(version, root, keys.json without spaces), or None where nothing was pinned yet."""
    try:
        match = PIN.fullmatch(Path(store).read_bytes().decode('latin1'))
    except FileNotFoundError:
        return None
    if not match:
        following = 'Restore the file; or delete it, and compare the root as on first use.'
        raise Refusal(f'The pin store {store} is damaged.', f'Nothing is served. {following}')
    return match.groups()

def write_pin(store, bundle):
    """Replace the pin in one step, so that no crash leaves half a file."""
    draft = f'{store}.{os.getpid()}'
    fields = f'"version":"{bundle.version}","root":"{bundle.root}","keys":{bundle.keys}'
    os.makedirs(os.path.dirname(os.path.abspath(store)), mode=0o700, exist_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w') as file:
        file.write(f'{{"format":1,{fields}}}\n')
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, store)

def check_pin(bundle, pin, accepted, store):
    """Hold the bundle against the pin; returns what was found. Nothing changes a pin but the human's
    --accept-root, with the signatures that the pinned key list asks for; and no version or serial
    is followed by a lower one."""
    pinned_version, pinned_root, pinned_keys = pin or (None, None, bundle.keys)
    pinned_serial, threshold, reviewers = read_keys(pinned_keys)
    serial = read_keys(bundle.keys)[0]
    new_root, new_keys = bundle.root != pinned_root, bundle.keys != pinned_keys
    comment = f'conclave {bundle.version} root {bundle.root}'
    signatures = count_signatures(bundle, MANIFEST, reviewers, comment)
    if not pin:
        return 'First use: no pin yet vouches for this root. Compare it with a reviewer’s.'
    if not new_root and not new_keys:
        return 'Root and key list are the pinned ones.'
    if new_root and sortable(bundle.version) <= sortable(pinned_version):
        cause = f'version {bundle.version} is not above the pinned {pinned_version}'
        raise Refusal(f'Another root, but {cause}: it may be an old release brought back.')
    if new_keys and serial <= pinned_serial:
        cause = f'serial {serial} is not above the pinned {pinned_serial}'
        raise Refusal(f'Another key list, but {cause}: it may be an old list brought back.')
    if accepted is None:
        following = 'Nothing is served. To update, compare its root, then start with --accept-root.'
        undo = f'A first pin that was wrong is undone by deleting {store} and comparing again.'
        raise Refusal(f"The bundle’s {'root' if new_root else 'key list'} is not the pinned one.",
                      f'{following} {undo}')
    comment = f'conclave keys {serial}'
    over_keys = count_signatures(bundle, 'keys.json', reviewers, comment) if new_keys else 0
    if (new_root and signatures < threshold) or (new_keys and over_keys < threshold):
        few = f'{signatures} good signatures over {MANIFEST} and {over_keys} over keys.json'
        raise Refusal(f'{few}: {threshold} of the pinned keys must sign what is new.')
    if threshold > 0:
        return f'Accepted: signed by {threshold} or more of the pinned keys.'
    return 'Accepted on your word and the higher version alone: the pinned key list is empty.'

def words(bundle):
    """The root as 24 BIP-39 words (32 bytes and an 8-bit checksum), in numbered rows of four."""
    listing = bundle.files.get('bip39-english.txt', b'')
    if sha256(listing) != WORD_LIST_SHA256:
        return 'not shown: bip39-english.txt is not the BIP-39 list. Compare the hex.'
    bits = int(bundle.root + sha256(bytes.fromhex(bundle.root))[:2], 16)
    chosen = [listing.decode().split('\n')[bits >> (253 - 11 * i) & 2047] for i in range(24)]
    cells = [f'{i:2} {word:10}' for i, word in enumerate(chosen, 1)]
    return '\n         '.join(''.join(cells[i:i + 4]).rstrip() for i in range(0, 24, 4))

def answer(request, host, target):
    """(status, type, bytes). A target is looked up as it stands: nothing is decoded."""
    bundle, method, headers = request.server.bundle, request.command, request.headers
    # Another site that points its own name at this machine comes with its own name here.
    if headers.get_all('Host') != [host]:
        return 421, TEXT, f'This is http://{host}/ only.\n'.encode()
    reading = method in ('GET', 'HEAD')
    # A program that had this port before may have left a service worker on this origin, under any
    # name. Its update check is answered with ours, which replaces it and leaves the stored data;
    # Service-Worker-Allowed lets it, whatever part of the origin the old one had.
    worker = reading and headers.get_all('Service-Worker') == ['script']
    if not worker and target in ('/connector/api', '/connector/status'):
        if not bundle.connector:
            return 404, TEXT, b'No connector.\n'
        return bundle.connector.answer(request, target, f'http://{host}')
    if not reading:
        return 405, TEXT, b'Only GET and HEAD.\n'
    path = 'service-worker.js' if worker else 'index.html' if target == '/' else target[1:]
    if not target.startswith('/') or path not in bundle.files:
        return 404, TEXT, b'The bundle has no such file.\n'
    return 200, TYPES.get(os.path.splitext(path)[1], TEXT), bundle.files[path]

class Handler(BaseHTTPRequestHandler):
    """One connection: one request, one answer."""
    protocol_version = 'HTTP/1.1'
    def handle_any(self):
        # self.path is not the target as it stands: Python shortens leading slashes in it.
        target, host = self.requestline.split()[1], f'{HOST}:{self.server.server_address[1]}'
        self.reply(*answer(self, host, target))
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any
    def reply(self, status, kind, data):
        self.send_response_only(status)
        own = {'Content-Type': kind, 'Content-Length': str(len(data))}
        for name, value in {**self.server.headers, **own}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(data)
    def send_error(self, code, message=None, explain=None):
        self.reply(400, TEXT, b'Not a request this server knows.\n')

class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = os.name == 'posix'
    def __init__(self, address, port, bundle, policy):
        self.address_family = socket.AF_INET6 if ':' in address else socket.AF_INET
        self.bundle = bundle
        self.headers = {**HEADERS, 'Content-Security-Policy': f"{policy}; frame-ancestors 'none'"}
        super().__init__((address, port), Handler)

def serve(bundle, policy, port):
    """Serve on this machine only: on both loopback addresses, since a browser may take either."""
    for address in ('127.0.0.1', '::1'):
        try:
            server = Server(address, port, bundle, policy)
        except OSError as error:
            if address == '::1' and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                continue
            following = 'Stop what uses it (an earlier launcher?), or choose another --port.'
            code = errno.errorcode.get(error.errno)
            raise Refusal(f'Port {port} on {address} cannot be had ({code}).', following, 3) from error
        port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://{HOST}:{port}/'

def root(shown):
    """A root is taken as it is shown, in groups; argparse reports what is none."""
    return re.fullmatch('[0-9a-f]{64}', shown.replace(' ', '').lower())[0]

def read_options():
    """What the command line asks for; store is None where no pin is wanted."""
    parser = argparse.ArgumentParser(allow_abbrev=False, description='Verify a bundle, serve it.')
    add = parser.add_argument
    add('folder', help='the bundle')
    add('--root', type=root, help='the root you expect; any other is refused')
    add('--accept-root', type=root, help='let this root, or its new key list, replace the pin')
    add('--port', type=int, default=7465, help='0 for any free one')
    add('--store', help='where the pin is kept (default: conclave/pin-PORT.json in your settings)')
    add('--no-pin', action='store_true', help='neither read nor write a pin; needs --root')
    add('--check', action='store_true', help='say what would happen; serve and write nothing')
    add('--connector', type=int, default=0, help='hand requests for a YubiHSM 2 on to this port')
    options = parser.parse_args()
    odd = any(port not in range(65536) or port == 80 for port in (options.port, options.connector))
    if odd or (options.no_pin and options.root is None):
        parser.error('a port is a number up to 65535, but not 80; and --no-pin needs --root')
    settings = os.environ.get('XDG_CONFIG_HOME') or os.environ.get('APPDATA') or os.path.expanduser('~/.config')
    # A pin for each address, as browsers see it: bundles side by side do not undo each other's.
    store = options.store or os.path.join(settings, 'conclave', f'pin-{options.port}.json')
    options.store = None if options.no_pin else store
    return options

def main():
    options = read_options()
    bundle = Bundle(read_folder(options.folder), (options.root, options.accept_root))
    policy = read_policy(bundle.files)
    read_keys(bundle.keys)
    print(f'Conclave {bundle.version}, {len(bundle.files)} files verified.')
    print(f'Root     {grouped(bundle.root)}\nWords    {words(bundle)}')
    if options.store is None:
        print('No pin: the root is the one given by --root.')
    else:
        print(check_pin(bundle, read_pin(options.store), options.accept_root, options.store))
    if options.check:
        return
    if options.store is not None:
        write_pin(options.store, bundle)
    if options.connector:
        # Its source as it stands there, never a compiled copy that somebody left beside it.
        loaded = run_path(str(Path(__file__).with_name('connector.py')))
        bundle.connector = loaded['Connector'](options.connector)
    print(f'Address  {serve(bundle, policy, options.port)} until Ctrl-C', flush=True)
    threading.Event().wait()

if __name__ == '__main__':
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding='utf-8')
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (Refusal, OSError) as error:
        print(error if isinstance(error, Refusal) else f'Refused: {error}', file=sys.stderr)
        sys.exit(getattr(error, 'code', 1))
