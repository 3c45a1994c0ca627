"""The local AWS: moto's server with this project's patches, made to be started, seeded, cloned and stopped by a program.

`python server.py` listens on a free port of the loopback interface, prints one line of JSON (`{"port": N, "pid": N}`)
and closes its standard output. It lives as long as its standard input stays open, so that it cannot outlive the
program that started it, however that one ends.

Control requests are POSTs under /_local-aws/, with a JSON body or none, and are answered in JSON:
  seed      puts in what an account already holds (see seed.py)
  clone     a second server on a new port, which goes on from the same state: {"port": N, "pid": N}
  settings  one of {"enforceDeletionProtection": bool}, {"enforceAccess": bool}, {"vcpus": N or null}, {"addresses": N or null}
  calls     {"reset": bool}: the IAM actions that were called: {"calls": [{"action": …, "resource": …, "client": …}]}
  detach    {"idleSeconds": N}: live on without the starter, until no request has come for N seconds
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
    """Lets AWS requests in side by side, and a control request in alone: a clone must not hold half a request."""

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
    """The last answers, by the call that each was given to, as AWS's SDKs name it in every attempt at it.

    Where an answer is lost on the way, or comes too late on a busy machine, the caller asks again for what is done already. It gets
    the same answer then; otherwise it would be told that what it asks for exists, and take that for somebody else's.
    """

    KEPT = 500

    def __init__(self):
        self._answers = OrderedDict()

    def given(self, environ, start_response, ask):
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call in self._answers:
            status, headers, body = self._answers[call]
            start_response(status, headers)
            return [body]
        told = []
        chunks = ask(environ, lambda status, headers, exc_info=None: told.extend((status, headers)))
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = told
        # After a fault of moto's own the next attempt may go better.
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
    """The WSGI application, and the life of the process around it."""

    def __init__(self):
        self.aws = DomainDispatcherApplication(create_backend_app)
        self.gate = RequestGate()
        # moto's tables are not made for several threads. Under load a caller was told of a thing it had just asked for that it exists
        # already, most likely as the first answer had been lost to an error.
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
        """Answers a control request: 200 with its result, 400 when the body is at fault, 500 when we are."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        action = self.controls.get(environ["PATH_INFO"].removeprefix(CONTROL))
        if action is None or environ["REQUEST_METHOD"] != "POST":
            return answer(start_response, "404 Not Found", {"error": f"POST one of {', '.join(self.controls)}"})
        try:
            with self.gate.alone():
                return answer(start_response, "200 OK", action(json.loads(body or b"{}")))
        except (seed.SeedError, json.JSONDecodeError) as fault:
            return answer(start_response, "400 Bad Request", {"error": str(fault)})
        except Exception as fault:  # moto has no common base for its errors
            return answer(start_response, "500 Internal Server Error", {"error": f"{type(fault).__name__}: {fault}"})

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
        """Forks. The clone's port is opened before, so it can be called as soon as the answer is out.

        Signals wait meanwhile: Python forgets those that reach a process while it is being born.
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
        self.gate = RequestGate()  # the parent's one is held by the request that asked for this clone
        self.last_request = time.monotonic()
        self.server = server
        self.serve()

    def open_port(self):
        return make_server("127.0.0.1", 0, self, threaded=True, request_handler=QuietHandler)

    def serve(self):
        """Answers until the process is ended. Threads do not survive a fork, so a clone starts its own ones here."""
        if self.idle_seconds is None:
            start_thread(self.end_with_starter)
        else:
            start_thread(self.end_when_idle)
        self.server.serve_forever()

    def end_with_starter(self):
        """Waits for the end of the standard input: a pipe ends when its writer does, even by SIGKILL."""
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

    `detach` first, so that no object that is collected later closes a number that was given out again; and no
    `shutdown`, which would end the connection for the parent too.
    """
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and thing is not keep and thing.fileno() >= 0:
            os.close(thing.detach())


def silence(descriptors=(0, 1, 2)):
    """Points descriptors to nowhere, so that a pipe whose other end has gone cannot break a request."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def main():
    # Each clone is forked with no other request running, which is what this warning of Python 3.12 and later is about.
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
    silence([1])  # moto prints now and then, and nobody reads on
    local_aws.serve()


if __name__ == "__main__":
    main()
