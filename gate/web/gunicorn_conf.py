"""How gunicorn serves the pages: one worker of threads, because each event stream holds one thread."""

import gc
import os
import signal
from collections.abc import Callable
from ssl import SSLContext
from types import FrameType

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.workers.base import Worker

from gate.settings import load_settings
from gate.settings_names import in_url
from gate.tls_files import tls_files
from gate.web.config_path import config_path
from gate.web.export_queue import QUEUE
from gate.web.head_keeping import HEADS
from gate.web.site import Site
from gate.web.tls import Contexts, drop_dead_peers

_settings = load_settings(config_path(os.environ))
_web = _settings.web
_contexts = Contexts(tls_files(_settings)) if _web.tls else None

bind = f"{in_url(_web.host)}:{_web.port}"
certfile = str(_web.tls_certificate) if _web.tls else None
forwarded_allow_ips = ""
"""Nobody stands in front of the pages, so nobody is believed who says that a request came over TLS."""
workers = 1
worker_class = "gthread"
threads = 24
graceful_timeout = 3
"""A page takes milliseconds; waiting longer only delays a stop."""
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the worker's heartbeat must not touch the disk
control_socket_disable = True


def ssl_context(config: Config, default: Callable[[], SSLContext]) -> SSLContext:
    """Serve the certificate that is installed now; gunicorn asks at every connection."""
    del config
    return _contexts.current() if _contexts else default()


def when_ready(server: Arbiter) -> None:
    """Notice browsers that have silently gone, before any connection is taken."""
    for listener in server.LISTENERS:
        drop_dead_peers(listener.sock)


def post_worker_init(worker: Worker) -> None:
    """Begin to watch, to index and to show heads, and put on record what the last end of the process broke off.

    The event streams, which never end by themselves, end when told.
    """
    gc.collect()
    gc.freeze()  # the pages themselves stay: no export waits while they are looked through anew
    found: Site = worker.wsgi.extensions["gate"]
    found.alerting.start()
    found.searching.start()
    worker.wsgi.extensions[HEADS].start()
    worker.wsgi.extensions[QUEUE].ready()

    def stop(number: int, frame: FrameType | None) -> None:
        found.streams.close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)
