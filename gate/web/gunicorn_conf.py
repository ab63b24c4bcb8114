"""How gunicorn serves the pages: one worker of threads, because each event stream holds one thread."""

import os

from gate.settings import load_settings
from gate.web.config_path import config_path

_web = load_settings(config_path(os.environ)).web

bind = f"[{_web.host}]:{_web.port}" if ":" in _web.host else f"{_web.host}:{_web.port}"
workers = 1
worker_class = "gthread"
threads = 24
graceful_timeout = 3
"""Open event streams never end by themselves; waiting longer for them only delays a stop."""
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the worker's heartbeat must not touch the disk
control_socket_disable = True
