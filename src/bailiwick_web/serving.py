"""Start the application: database, worker, web server, browser."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from types import FrameType

from bailiwick_web.config.folders import data_folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
HOST = "127.0.0.1"
REAP_EVERY_SECONDS = 5
END_SECONDS = 8
WORKERS = 2
"""Jobs at a time: an import need not wait for the engine."""
MOST_SECONDS_TO_NOTICE = 1.0


def main(arguments: list[str]) -> int:
    """``serve``, ``worker``, or any command of ``manage.py``."""
    if arguments[:1] == ["serve"]:
        return serve(_options(arguments[1:]))
    if arguments[:1] == ["worker"]:
        return work(after=int(arguments[2]) if arguments[1:2] == ["--after"] else None)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["bailiwick_web", *arguments])
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bailiwick serve")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-browser", action="store_true")
    return parser.parse_args(arguments)


def serve(options: argparse.Namespace) -> int:
    """Prepare the database, then run web server and worker until one is told to end."""
    if not _is_free(options.host, options.port):
        return _refuse(f"port {options.port} of {options.host} is in use; choose another with --port")
    folder = data_folder(os.environ)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _refuse(f"the data folder {folder} cannot be made: {error.strerror}; name another one in BAILIWICK_DATA")
    if not os.access(folder, os.W_OK | os.X_OK):
        return _refuse(f"the data folder {folder} cannot be written; name another one in BAILIWICK_DATA")
    if options.demo:
        os.environ["BAILIWICK_DEMO_KEY"] = os.environ.get("BAILIWICK_DEMO_KEY") or secrets.token_urlsafe(24)
    os.environ.setdefault("BAILIWICK_SETUP_KEY", secrets.token_urlsafe(24))
    os.environ.setdefault(
        "BAILIWICK_ADDRESS", os.environ.get("BAILIWICK_ORIGINS", "").split(",")[0] or f"http://{options.host}:{options.port}"
    )
    prepare(with_demo=options.demo)
    address = f"http://{options.host}:{options.port}/{_entrance(is_demo=options.demo)}"
    # In sessions of their own: Ctrl-C reaches this process alone, which ends them in order.
    web = subprocess.Popen([sys.executable, "-m", "granian", *_granian(options)], start_new_session=True)
    keeper = Keeper()
    keeper.start()
    stop = _end_on_signals(web)
    if _wait_for(options.host, options.port, web):
        print(f"Bailiwick is ready: {address}\nCtrl-C ends it.", flush=True)  # noqa: T201
        if not options.no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        web.wait()
    finally:
        keeper.end()
    return 0 if stop.is_set() else 1


def _refuse(why: str) -> int:
    print(f"Error: {why}", file=sys.stderr)  # noqa: T201
    return 2


def prepare(*, with_demo: bool) -> None:
    """Bring the database up to date; for the demo, fill it once."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from django.conf import settings

    if not settings.IS_SQLITE:
        call_command("create_huey_tables", verbosity=0)
    if with_demo:
        from bailiwick_web.demo import load_demo

        load_demo()


def _entrance(*, is_demo: bool) -> str:
    from bailiwick_web.core.models import User

    if is_demo:
        return f"demo/enter?key={os.environ['BAILIWICK_DEMO_KEY']}"
    return "" if User.objects.exists() else f"setup?key={os.environ['BAILIWICK_SETUP_KEY']}"


def _granian(options: argparse.Namespace) -> list[str]:
    threads = str(min(8, 2 + (os.cpu_count() or 1)))
    return [
        *("--interface", "wsgi", "--host", options.host, "--port", str(options.port)),
        *("--workers", "1", "--blocking-threads", threads, "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "5"),
        "bailiwick_web.config.wsgi:application",
    ]


class Keeper(threading.Thread):
    """Keeps a worker process alive."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._is_over = threading.Event()
        self._worker: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start the worker, and again whenever it dies."""
        after: list[str] = []
        while not self._is_over.is_set():
            self._worker = subprocess.Popen([sys.executable, "-m", "bailiwick_web", "worker", *after], start_new_session=True)
            self._worker.wait()
            after = ["--after", str(self._worker.pid)]
            self._is_over.wait(1)

    def end(self) -> None:
        """End the worker and do not start it again."""
        self._is_over.set()
        if self._worker is not None:
            end_process(self._worker)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it end if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def work(*, after: int | None = None) -> int:
    """Do jobs until told to end; every few seconds look for jobs whose worker died, and do what is due by the clock.

    ``after`` is the number of the process whose place this one takes.
    """
    import django
    from django.db import connection
    from django.utils import timezone

    django.setup()
    from bailiwick_web.core.jobs import mark_dead, reap
    from bailiwick_web.core.ticking import tick

    parent = os.getppid()

    def look() -> None:
        while True:
            try:
                if after is not None:
                    mark_dead(after)
                reap(timezone.now())
                tick(timezone.now())
            except Exception as error:
                print(f"the look for dead jobs failed: {error}", file=sys.stderr)  # noqa: T201
            connection.close()
            time.sleep(REAP_EVERY_SECONDS)
            if os.getppid() != parent:  # whoever started us is gone
                os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, daemon=True).start()
    from huey.contrib.djhuey import HUEY

    import bailiwick_web.core.tasks  # noqa: F401  registers what the queue calls

    HUEY.create_consumer(workers=WORKERS, periodic=False, max_delay=MOST_SECONDS_TO_NOTICE).run()
    return 0


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _wait_for(host: str, port: int, web: subprocess.Popen[bytes]) -> bool:
    """Until somebody listens, however slow the machine is: without the address nobody finds the way in."""
    while web.poll() is None:
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _end_on_signals(web: subprocess.Popen[bytes]) -> threading.Event:
    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            stop.set()
            threading.Thread(target=end_process, args=(web,)).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
