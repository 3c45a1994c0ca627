"""The local AWS: moto's server with this project's patches, made to be started, seeded, cloned and stopped by a program.

`python server.py` listens on a free port of the loopback interface, prints one line of JSON (`{"port": N, "pid": N}`)
and closes its standard output. It runs as long as its standard input is open, so that it cannot outlive the program
that started it, however that program ends.

Control requests are POSTs under /_local-aws/, with a JSON body or none, and return JSON:
  seed      adds what an account already has (see seed.py)
  clone     starts a second server on a new port with a copy of the state: {"port": N, "pid": N}
  settings  one of {"enforceDeletionProtection": bool}, {"enforceAccess": bool}, {"vcpus": N or null}, {"addresses": N or null}
  calls     {"reset": bool}: the IAM actions that were called: {"calls": [{"action": …, "resource": …, "client": …}]}
  detach    {"idleSeconds": N}: keeps running without the starter, until it had no request for N seconds
"""
import gc
import json
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections import OrderedDict
from contextlib import contextmanager

# moto reads both when it is imported: certificates are issued after 1 s instead of 60, and AWS's managed policies exist.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "1"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import moto.settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

import access
import patches
import refusals
import seed

CONTROL = "/_local-aws/"
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class RequestGate:
    """Runs AWS requests concurrently, and a control request alone: a clone must not contain an unfinished request."""

    def __init__(self):
        self._changed = threading.Condition()
        self._running = 0
        self._closed = False

    @contextmanager
    def shared(self):
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self):
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._closed = True
            self._changed.wait_for(lambda: self._running == 0)
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


class Answers:
    """The last responses, by the invocation id that AWS's SDKs send with every attempt of a call.

    If a response is lost, or too late on a busy machine, the caller repeats a request that has already succeeded. It then gets the
    same response; otherwise AWS would report that the resource already exists.
    """

    KEPT = 500

    def __init__(self):
        self._answers = OrderedDict()

    def given(self, environ, start_response, handle):
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call in self._answers:
            status, headers, body = self._answers[call]
            start_response(status, headers)
            return [body]
        sent = []
        chunks = handle(environ, lambda status, headers, exc_info=None: sent.extend((status, headers)))
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = sent
        # After an internal error of moto, the next attempt may succeed.
        if call is not None and not status.startswith("5"):
            self._answers[call] = (status, headers, body)
            if len(self._answers) > self.KEPT:
                self._answers.popitem(last=False)
        start_response(status, headers)
        return [body]


class QuietHandler(WSGIRequestHandler):
    """Does not log requests; errors are still logged."""

    def log_request(self, code="-", size="-"):
        pass


class LocalAws:
    """The WSGI application, and the lifetime of its process."""

    def __init__(self):
        self.aws = DomainDispatcherApplication(create_backend_app)
        self.gate = RequestGate()
        # moto is not thread-safe. Under load, a caller got the error that the resource it had just requested already exists, most
        # likely because the first response had been lost to an error.
        self.one_at_a_time = threading.Lock()
        self.answers = Answers()
        self.idle_seconds = None
        self.last_request = time.monotonic()
        self.server = None
        self.controls = {"seed": self.seed, "clone": self.clone, "settings": self.settings, "calls": self.calls, "detach": self.detach}

    def __call__(self, environ, start_response):
        self.last_request = time.monotonic()
        try:
            if environ["PATH_INFO"].startswith(CONTROL):
                return self.control(environ, start_response)
            with self.gate.shared(), self.one_at_a_time:
                return self.answers.given(environ, start_response, self.aws)
        finally:
            self.last_request = time.monotonic()

    def control(self, environ, start_response):
        """Handles a control request: 200 with its result, 400 for an invalid body, 500 for an internal error."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        action = self.controls.get(environ["PATH_INFO"].removeprefix(CONTROL))
        if action is None or environ["REQUEST_METHOD"] != "POST":
            return answer(start_response, "404 Not Found", {"error": f"POST one of {', '.join(self.controls)}"})
        try:
            with self.gate.alone():
                return answer(start_response, "200 OK", action(json.loads(body or b"{}")))
        except (seed.SeedError, json.JSONDecodeError) as error:
            return answer(start_response, "400 Bad Request", {"error": str(error)})
        except Exception as error:  # moto's errors have no common base class
            return answer(start_response, "500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"})

    def seed(self, wanted):
        seed.plant(wanted)
        return {}

    def settings(self, wanted):
        [(name, value)] = wanted.items() if len(wanted) == 1 else [(None, None)]
        is_quota = name in ("vcpus", "addresses") and (value is None or type(value) is int and value >= 0)
        if not is_quota and (name not in ("enforceDeletionProtection", "enforceAccess") or not isinstance(value, bool)):
            raise seed.SeedError(
                'settings: pass {"enforceDeletionProtection": true or false}, the same with "enforceAccess", '
                'or {"vcpus": a whole number or null}, the same with "addresses"'
            )
        if name == "enforceAccess":
            # The number of calls that pass before moto checks them.
            moto.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0 if value else float("inf")
        else:
            patches.settings[name] = value
        return {}

    def calls(self, wanted):
        if set(wanted) - {"reset"} or not isinstance(wanted.get("reset", False), bool):
            raise seed.SeedError('calls: pass {"reset": true or false}')
        found = access.recorded()
        if wanted.get("reset"):
            access.calls.clear()
        return {"calls": found}

    def detach(self, wanted):
        seconds = wanted.get("idleSeconds")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
            raise seed.SeedError('detach: pass {"idleSeconds": a number above 0}')
        already_watched = self.idle_seconds is not None
        self.idle_seconds = seconds
        if not already_watched:
            silence()
            start_thread(self.end_when_idle)
        return {}

    def clone(self, _wanted):
        """Forks. The clone's port is opened before, so that it accepts requests as soon as the response is sent.

        Signals are blocked meanwhile, because Python loses those that arrive during the fork.
        """
        server = self.open_port()
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        pid = os.fork()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
        if pid == 0:
            try:
                self.live_as_clone(server)
            finally:  # never return into the parent's request
                os._exit(1)
        port = server.port
        server.server_close()
        return {"port": port, "pid": pid}

    def live_as_clone(self, server):
        close_inherited_sockets(keep=server.socket)
        self.gate = RequestGate()  # the parent's gate is held by the request for this clone
        self.last_request = time.monotonic()
        self.server = server
        self.serve()

    def open_port(self):
        return make_server("127.0.0.1", 0, self, threaded=True, request_handler=QuietHandler)

    def serve(self):
        """Serves until the process ends. Threads do not survive a fork, so a clone starts its own here."""
        if self.idle_seconds is None:
            start_thread(self.end_with_starter)
        else:
            start_thread(self.end_when_idle)
        self.server.serve_forever()

    def end_with_starter(self):
        """Waits for the end of the standard input: a pipe closes when its writer ends, even by SIGKILL."""
        while os.read(0, 4096):
            pass
        if self.idle_seconds is None:
            os._exit(0)

    def end_when_idle(self):
        while True:
            left = self.last_request + self.idle_seconds - time.monotonic()
            if left <= 0:
                os._exit(0)
            time.sleep(min(left, 1))


def answer(start_response, status, value):
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


def start_thread(target):
    threading.Thread(target=target, daemon=True).start()


def close_inherited_sockets(keep):
    """Closes the parent's port and connections, in this process only.

    `detach` first, so that no object that is collected later closes a reused descriptor; and no `shutdown`, which would end
    the connection for the parent too.
    """
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and thing is not keep and thing.fileno() >= 0:
            os.close(thing.detach())


def silence(descriptors=(0, 1, 2)):
    """Redirects descriptors to the null device, so that a closed pipe cannot break a request."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def main():
    # A clone is forked while no other request runs, so this warning of Python 3.12 and later does not apply.
    warnings.filterwarnings("ignore", message=r".*fork\(\) may lead to deadlocks", category=DeprecationWarning)
    for each in ENDING_SIGNALS:
        signal.signal(each, lambda *_: os._exit(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended clones leave no zombies
    patches.apply()
    refusals.apply()
    access.apply()
    local_aws = LocalAws()
    local_aws.server = local_aws.open_port()
    print(json.dumps({"port": local_aws.server.port, "pid": os.getpid()}), flush=True)
    silence([1])  # moto sometimes prints, and nothing reads its output
    local_aws.serve()


if __name__ == "__main__":
    main()
