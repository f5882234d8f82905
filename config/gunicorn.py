"""The web server: ``gunicorn --config python:config.gunicorn --bind ... config.wsgi``."""

from config import env
from config.logs import LOGGING

worker_class = "gthread"
workers = env.integer("WEB_WORKERS", 2)
threads = env.integer("WEB_THREADS", 4)
preload_app = True  # load the code once, share it
timeout = 60
graceful_timeout = 10
max_requests = 10_000  # a new process now and then, should something leak
max_requests_jitter = 1_000
control_socket_disable = True
logconfig_dict = LOGGING
