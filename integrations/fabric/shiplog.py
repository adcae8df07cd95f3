"""Tells Shiplog what a Fabric task releases, and asks it what to go back to. Copy it beside your fabfile.

    from fabric import task
    from shiplog import Shiplog

    shop = Shiplog('shop')

    @task
    def deploy(c, version):
        with shop.release(c, version=version):
            c.run('install-shop ' + version)

Where Shiplog is, and what lets you in, stand in SHIPLOG_URL and SHIPLOG_TOKEN. A report takes three seconds at most,
never raises, and never changes what a task ends with. Needs Python 3.6 or newer, and nothing else.
"""
import functools
import getpass
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
import uuid
from datetime import datetime, timezone

LIMIT = 3  # seconds that one question or report may take, from looking the name up to the answer
# What may be told of a release; a misspelt word is an error in the fabfile, and found by the first run.
FIELDS = ('version', 'commit', 'ref', 'artifact', 'previous_version', 'previous_commit', 'kind', 'percent', 'dark',
          'actor', 'message', 'reason', 'url', 'rollback', 'attributes')
REACH = ('percent', 'dark')  # true once it has succeeded, and not before

# In a process of its own, so that nothing that hangs (a name server, TLS, an answer that drips) can hold the task for
# longer. The token comes over standard input, where no list of processes shows it. A redirect is not followed.
SENDER = '''
import json, sys, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *words): return None
ask = json.load(sys.stdin)
body = ask["body"] and json.dumps(ask["body"]).encode()
request = urllib.request.Request(ask["url"], body, ask["headers"])
try:
    answer = urllib.request.build_opener(Stay).open(request, timeout=ask["limit"]).read().decode()
except urllib.error.HTTPError as error:
    try: sys.exit("%s %s" % (error.code, json.load(error)["detail"]))
    except ValueError: sys.exit("it answered with %s" % error.code)
except Exception as error:
    sys.exit(str(error))
sys.stdout.write(answer)
'''


class Shiplog:
    """One service of Shiplog's, in one environment."""

    def __init__(self, service, environment='production', url=None, token=None):
        self.service, self.environment = service, environment
        self.url, self.token = url, token

    def release(self, c, **said):
        """What runs within it is one release; `c` is the task's connection, whose dry run says nothing."""
        unknown = set(said) - set(FIELDS)
        if unknown:
            raise TypeError('Shiplog knows no %s' % ', '.join(sorted(unknown)))
        return Release(self, said, bool(c is not None and c.config.run.dry))

    def reports(self, **said):
        """A decorator: the whole task is one release. Its arguments `version`, `commit` and `kind` are told."""

        def wrap(body):
            signature = inspect.signature(body)

            @functools.wraps(body)
            def task(c, *args, **kwargs):
                given = signature.bind(c, *args, **kwargs).arguments
                told = {name: given[name] for name in ('version', 'commit', 'kind') if given.get(name)}
                with self.release(c, **{**said, **told}):
                    return body(c, *args, **kwargs)

            task.__signature__ = signature  # Invoke reads a task's arguments from it
            return task

        return wrap

    def rollback_target(self):
        """The version to go back to, or None, with the reason on standard error. It needs an API token."""
        query = urllib.parse.urlencode({'component': self.service, 'environment': self.environment})
        said, no = self.ask('/api/v1/rollback-target?' + query, {'Accept': 'application/json'})
        try:
            if no is None:
                target = json.loads(said)
                return target['version'] or target['commit']
        except (ValueError, KeyError, TypeError):
            no = 'what answered is not Shiplog'  # a proxy before it may have a page of its own
        print('Shiplog names no version to go back to: %s' % no, file=sys.stderr)
        return None

    def ask(self, path, headers, body=None):
        """Sends one request; answers what was said, and None or why there is no answer."""
        url, token = self.url or os.environ.get('SHIPLOG_URL'), self.token or os.environ.get('SHIPLOG_TOKEN')
        if not url or not token:
            return '', 'SHIPLOG_URL and SHIPLOG_TOKEN are not both set.'
        headers = dict(headers, **{'Authorization': 'Bearer ' + token, 'User-Agent': 'shiplog-fabric'})
        ask = {'url': url.rstrip('/') + path, 'headers': headers, 'body': body, 'limit': LIMIT}
        child = subprocess.Popen([sys.executable, '-c', SENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, start_new_session=True, universal_newlines=True)
        try:
            out, err = child.communicate(json.dumps(ask), timeout=LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return '', 'no answer within %s seconds' % LIMIT
        return (out, None) if child.returncode == 0 else ('', err.strip()[-500:])


class Release:
    """A release while it runs; see `Shiplog.release`."""

    def __init__(self, shiplog, said, dry):
        self.shiplog, self.said, self.dry = shiplog, said, dry
        self.run = str(uuid.uuid4())
        self.told = 0
        self.open = False
        self.handlers = {}

    def __enter__(self):
        self.open = True
        self._watch()
        self._report('release.started')
        return self

    def progress(self, percent):
        """So many of the customers have it. In the end all do, unless `release` was called with a percent."""
        self._report('release.progress', {'percent': percent})
        self.said.setdefault('percent', 100)

    def __exit__(self, kind, error, _):
        if self.open:
            self.open = False
            if ended_well(error):
                self._report('release.succeeded')
            else:
                self._report('release.failed', {'message': words(error)})
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        return False

    def _report(self, kind, more=None):
        if self.dry:
            return
        try:
            at = datetime.now(timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
            body = {name: value for name, value in self.said.items() if kind == 'release.succeeded' or name not in REACH}
            body.setdefault('actor', user())
            body.update(more or {}, type=kind, run=self.run, at=at)
            body.update(service=self.shiplog.service, environment=self.shiplog.environment)
            self.told += 1
            key = '%s-%s' % (self.run, self.told)
            headers = {'Content-Type': 'application/json', 'Accept': 'application/json', 'Idempotency-Key': key}
            _, no = self.shiplog.ask('/api/v1/events', headers, body)
        except Exception as error:
            no = error
        if no is not None:
            print('Shiplog did not take “%s”: %s' % (kind, no), file=sys.stderr)

    def _watch(self):
        """Sees that no run stays open: what Python does on these signals is to die without a word."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                self.handlers[number] = signal.signal(number, self._signalled)

    def _signalled(self, number, frame):
        if self.open:
            self.open = False
            self._report('release.failed', {'message': 'The task was broken off.'})
        signal.signal(number, signal.SIG_DFL)  # and then die of it, as without us
        os.kill(os.getpid(), number)


def user():
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except Exception:
        return ''


def ended_well(error):
    """Python's SystemExit and Invoke's Exit leave a task on purpose, well or not."""
    if isinstance(error, SystemExit) or type(error).__name__ == 'Exit':
        return not error.code
    return error is None


def words(error):
    """What failed, without the command and its output: those may hold secrets."""
    if isinstance(error, KeyboardInterrupt):
        return 'The task was broken off.'
    exited = getattr(getattr(error, 'result', None), 'exited', None)
    return 'A command ended with %s.' % exited if exited is not None else 'It ended with %s.' % type(error).__name__
