"""The server processes: one supervisor that forks granian's workers, replaces those that die, and stops all of them."""

import contextlib
import gc
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from troubleshoot_app.core.log import others_to_json
from troubleshoot_app.server.errors import StartError

LOOPBACK = ("127.0.0.1", "::1")
PORT_FREE_SECONDS = 2
WORKER_STOP_SECONDS = 8
PING_SECONDS = 0.1
ANSWER_SECONDS = 60
PAGE_SECONDS = 5
COLLECT_AFTER = (5_000, 10, 20)
TURN_SECONDS = 0.001
CRASHES = 10
CRASH_SECONDS = 30


def require_free_port(host: str, port: int) -> None:
    """Make sure that nobody listens on ``port``.

    The workers share their port (SO_REUSEPORT), so that the system would not tell. What is just ending gets a moment.

    Raises:
        StartError: somebody does.
    """
    deadline = time.monotonic() + PORT_FREE_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > deadline:
            raise StartError(
                f"Port {port} is in use by another program; stop that, or choose another port, for example PORT={port + 1}."
            )
        time.sleep(PING_SECONDS)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    # Somebody on the other loopback address would get part of the visitors of http://localhost.
    return not any(_answers(address, port) for address in LOOPBACK)


def _answers(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


class Deaths:
    """How often each worker has died lately: one that cannot live must not be tried for ever."""

    def __init__(self) -> None:
        self._times: dict[int, list[float]] = {}

    def are_too_many(self, number: int) -> bool:
        """Count a death of the worker with that number; whether it has died too often to be given another chance."""
        now = time.monotonic()
        lately = [at for at in self._times.get(number, []) if at > now - CRASH_SECONDS]
        self._times[number] = [*lately, now]
        return len(lately) >= CRASHES


def run(host: str, port: int, workers: int, when_ready: Callable[[], None]) -> bool:
    """Serve until a signal ends it; ``when_ready`` is called once the page answers.

    Return whether it ended because it was asked to.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.mp import MPServer
    from reflex.utils import exec as reflex_exec
    from reflex_base.constants import Env
    from reflex_base.environment import environment

    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)

    hangup = signal.getsignal(signal.SIGHUP)
    deaths = Deaths()

    class Supervisor(MPServer):
        def _serve_loop(self, *args: Any) -> None:
            # A closed terminal ends the server (granian would restart its workers), and nohup keeps it.
            signal.signal(
                signal.SIGHUP, hangup if hangup is signal.SIG_IGN else self.signal_handler_interrupt
            )
            # The workers are forked by now, so that a thread can do no harm.
            threading.Thread(target=_announce, args=(host, port, when_ready), daemon=True).start()
            super()._serve_loop(*args)

        def _respawn_workers(self, workers: list[int], *args: Any, **kwargs: Any) -> None:
            # Granian gives up at the second death within seconds; a worker that was killed deserves more chances.
            super()._respawn_workers(workers, *args, **kwargs)
            for number in workers:
                if not deaths.are_too_many(number):
                    self.respawned_wrks.pop(number, None)

    multiprocessing.set_start_method("fork", force=True)
    alive, life_line = os.pipe()
    reflex_exec._preload_for_fork(None)
    gc.freeze()  # the collector of a worker would copy the pages that it shares with this process
    supervisor = Supervisor(
        target=reflex_exec.get_app_instance(),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        respawn_failed_workers=True,
        workers_kill_timeout=WORKER_STOP_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig=others_to_json(),
    )
    try:
        supervisor.serve(target_loader=lambda: _load(alive, life_line), wrap_loader=False)
    except SystemExit:
        return bool(supervisor.interrupt_signal)
    return bool(supervisor.interrupt_signal)


def _load(alive: int, life_line: int) -> Any:
    """In a new worker: return the application, and end when the supervisor is gone."""
    # Ctrl-C in the terminal is for the supervisor, which then stops the workers one way for all cases.
    os.setpgid(0, 0)
    # The supervisor holds the other end of the pipe; reading ends when it dies, however it dies.
    os.close(life_line)
    threading.Thread(target=_die_with_supervisor, args=(alive,), daemon=True).start()

    from troubleshoot_app.states.lines import Lines
    from troubleshoot_app.troubleshoot_app import app

    application = Lines(app())
    _spare_the_collector()
    # Whoever answers a click takes twenty turns, one after each statement; mails that are written meanwhile give way sooner.
    sys.setswitchinterval(TURN_SECONDS)
    return application


def _spare_the_collector() -> None:
    """Have the garbage collector look at what requests leave behind only, and at all of it seldom.

    What the program itself consists of stays for good; going through it each time stops every click for 0.1 s and more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _die_with_supervisor(alive: int) -> None:
    os.read(alive, 1)
    os._exit(1)


def _announce(host: str, port: int, when_ready: Callable[[], None]) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while not _gives_the_page(host, port):
        if time.monotonic() > deadline:
            return
        time.sleep(PING_SECONDS)
    when_ready()


def _gives_the_page(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=PAGE_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
