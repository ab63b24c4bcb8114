"""How gunicorn serves the pages: one worker of threads, because each event stream holds one thread."""

import os
import signal
from types import FrameType

from gunicorn.workers.base import Worker

from gate.settings import load_settings
from gate.web.config_path import config_path
from gate.web.site import Site

_web = load_settings(config_path(os.environ)).web

bind = f"[{_web.host}]:{_web.port}" if ":" in _web.host else f"{_web.host}:{_web.port}"
workers = 1
worker_class = "gthread"
threads = 24
graceful_timeout = 3
"""A page takes milliseconds; waiting longer only delays a stop."""
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the worker's heartbeat must not touch the disk
control_socket_disable = True


def post_worker_init(worker: Worker) -> None:
    """Begin to watch for alerts; end the event streams when told to stop: they never end by themselves."""
    found: Site = worker.wsgi.extensions["gate"]
    found.alerting.start()

    def stop(number: int, frame: FrameType | None) -> None:
        found.streams.close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)
