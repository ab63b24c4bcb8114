"""The web process: `gunicorn -c python:gate.web.gunicorn_conf gate.wsgi:app`, configured by GATE_CONFIG."""

import os

from gate.clock import SystemClock
from gate.desk_opening import database_key
from gate.settings import load_settings
from gate.web.app import create_app
from gate.web.config_path import config_path

_settings = load_settings(config_path(os.environ))

app = create_app(_settings, SystemClock(), database_key(_settings))
