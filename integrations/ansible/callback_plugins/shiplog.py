# Reports a playbook to Shiplog as one release: started at its first task, succeeded or failed at its recap.
# What it costs a playbook is at most three seconds for each of the two; what it never costs is the exit code.
DOCUMENTATION = '''
name: shiplog
type: notification
short_description: tells Shiplog which release a playbook brings
description:
  - Reports every playbook that says which service it releases, in a variable C(shiplog_service).
  - Check mode reports nothing. A playbook that is interrupted is reported as failed.
requirements:
  - enable it with C(callbacks_enabled = shiplog)
options:
  url:
    description: The address of Shiplog.
    env: [{name: SHIPLOG_URL}]
    ini: [{section: callback_shiplog, key: url}]
  token:
    description: The secret of a source of Shiplog, or an API token that may report releases.
    env: [{name: SHIPLOG_TOKEN}]
    ini: [{section: callback_shiplog, key: token}]
  environment:
    description: Where it goes live, unless a variable C(shiplog_environment) says it.
    default: production
    env: [{name: SHIPLOG_ENVIRONMENT}]
    ini: [{section: callback_shiplog, key: environment}]
'''

import atexit
import getpass
import json
import os
import signal
import subprocess
import sys
import uuid
from datetime import datetime, timezone

from ansible.plugins.callback import CallbackBase
from ansible.template import Templar

LIMIT = 3  # seconds that one report may take, from looking the name up to the answer
# The only variables that are ever sent, each with `shiplog_` before its name.
FIELDS = ('service', 'environment', 'version', 'commit', 'ref', 'artifact', 'previous_version', 'kind', 'actor', 'message',
          'reason', 'run_url')
REACH = ('percent', 'dark')  # true once it has succeeded, and not before
READINESS = ('db_change', 'plan', 'ready')
NAMES = FIELDS + REACH + READINESS

# In a process of its own, so that nothing that hangs (a name server, TLS, an answer that drips) can hold the playbook
# for longer. The token comes over standard input, where no list of processes shows it. A redirect is not followed.
SENDER = '''
import json, sys, urllib.error, urllib.request
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *words): return None
ask = json.load(sys.stdin)
request = urllib.request.Request(ask["url"], ask["body"].encode(), ask["headers"])
try:
    urllib.request.build_opener(Stay).open(request, timeout=ask["limit"]).read()
except urllib.error.HTTPError as error:
    try: sys.exit("%s %s" % (error.code, json.load(error)["detail"]))
    except ValueError: sys.exit("it answered with %s" % error.code)
except Exception as error:
    sys.exit(str(error))
'''


def send(url, token, body):
    """Posts one event; answers None, or why it was not taken."""
    headers = {'Authorization': 'Bearer %s' % token, 'Content-Type': 'application/json',
               'Accept': 'application/json', 'User-Agent': 'shiplog-ansible',
               'Idempotency-Key': '%s-%s' % (body['run'], body['type'])}
    ask = {'url': url.rstrip('/') + '/api/v1/events', 'headers': headers, 'body': json.dumps(body), 'limit': LIMIT}
    child = subprocess.Popen([sys.executable, '-c', SENDER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, start_new_session=True, text=True)
    try:
        _, said = child.communicate(json.dumps(ask), timeout=LIMIT)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return 'no answer within %s seconds' % LIMIT
    return None if child.returncode == 0 else said.strip()[-500:]


def now():
    return datetime.now(timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')


def user():
    """Who runs this; in a container that may be a number without a name."""
    try:
        return getpass.getuser()
    except Exception:
        return ''


def texts(values):
    """What is a plain text or number, as text; what is encrypted with ansible-vault is neither."""
    said = {name: json.dumps(value) if isinstance(value, (bool, int, float)) else value for name, value in values.items()}
    return {name: str(value) for name, value in said.items() if isinstance(value, str) and value.strip()}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'shiplog'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pid = os.getpid()
        self.watched = False
        self.open = False  # whether a start was reported, and no end yet

    def v2_playbook_on_start(self, playbook):
        # one command may run several playbooks, each of which is a release
        self.playbook = os.path.basename(playbook._file_name)
        self.run = str(uuid.uuid4())
        self.play = None
        self.said = {}  # what is known of the release; empty while no play has named a service
        self.broke = None

    def v2_playbook_on_play_start(self, play):
        self.play = play

    def v2_playbook_on_task_start(self, task, is_conditional):
        # the first task, not the play: a play that matches no host releases nothing
        play, self.play = self.play, None
        if play is not None and not self.open and not play.check_mode:
            self._safely(self._begin, play)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        # may still be rescued: what a playbook comes to is known at its recap alone
        task = result._task
        if not ignore_errors:
            self.broke = None if task.no_log else 'Last at the task “%s”.' % task.get_name()

    def v2_playbook_on_stats(self, stats):
        self._safely(self._finish, stats)

    def _begin(self, play):
        self.said = self._variables(play)
        if not self.said.get('service'):
            return
        self.said.setdefault('environment', self.get_option('environment'))
        self.said.setdefault('actor', user())
        self.open = True
        self._watch()
        self._report('release.started', {})

    @staticmethod
    def _variables(play):
        """The variables that may be sent: of the play, its files and -e, as Ansible itself ranks them."""
        known = play.get_variable_manager().get_vars(play=play)
        templar = Templar(loader=play.get_loader(), variables=known)
        said = {}
        for name in NAMES:
            try:
                said[name] = templar.template(known.get('shiplog_' + name))
            except Exception:
                pass  # needs a fact or a host: set_stats can say it later
        return texts(said)

    def _finish(self, stats):
        if not self.open:
            return
        self.open = False
        hosts = [stats.summarize(host) for host in stats.processed]
        bad = [host for host in hosts if host['failures'] or host['unreachable']]
        late = stats.custom.get('_run', {})
        self.said.update(texts({name: late.get('shiplog_' + name) for name in NAMES}))
        changed = [host for host in hosts if host['changed']]
        counts = {'hosts': len(hosts), 'failed_hosts': len(bad), 'changed_hosts': len(changed)}
        message = 'It failed on %s of %s hosts. %s' % (len(bad), len(hosts), self.broke or '') if bad else None
        self._report('release.failed' if bad else 'release.succeeded', counts, message)

    def _report(self, kind, counts, message=None):
        wanted = FIELDS + REACH if kind == 'release.succeeded' else FIELDS
        said = {name: value for name, value in self.said.items() if name in wanted}
        body = dict(said, type=kind, run=self.run, at=now(), attributes=dict(counts, tool='ansible', playbook=self.playbook))
        readiness = {name: self.said[name] for name in READINESS if name in self.said}
        if readiness:
            body['rollback'] = readiness
        if message:
            body['message'] = message.strip()
        if 'run_url' in body:
            body['url'] = body.pop('run_url')  # `shiplog_url` is where Shiplog is
        url, token = self.get_option('url'), self.get_option('token')
        if not url or not token:
            return self._display.warning('Shiplog was not told: SHIPLOG_URL and SHIPLOG_TOKEN are not both set.')
        refused = send(url, token, body)
        if refused is not None:
            self._display.warning('Shiplog did not take “%s”: %s' % (kind, refused))

    def _watch(self):
        """Sees that no run stays open: Ansible calls no hook when it is interrupted."""
        if self.watched:
            return
        self.watched = True
        atexit.register(self._broken_off)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._signalled)

    def _broken_off(self):
        if self.open and os.getpid() == self.pid:
            self.open = False
            self._safely(self._report, 'release.failed', {}, 'The playbook was broken off before its recap.')

    def _signalled(self, number, frame):
        self._broken_off()
        signal.signal(number, signal.SIG_DFL)  # and then die of it, as without us
        os.kill(os.getpid(), number)

    def _safely(self, what, *words):
        try:
            what(*words)
        except Exception as error:
            self._display.warning('Shiplog was not told: %s' % error)
