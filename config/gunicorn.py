"""The web server: ``gunicorn --config=python:config.gunicorn config.wsgi``, at ``HOST`` and ``PORT``.

What is not said here is gunicorn's own: at most 4,094 bytes of request line, 100 headers of 8,190 bytes each.
"""

from pathlib import Path

from config import env
from config.logs import LOGGING

_host = env.text("HOST", "127.0.0.1")
bind = f"[{_host}]:{env.integer('PORT', 8000)}" if ":" in _host else f"{_host}:{env.integer('PORT', 8000)}"
worker_class = "gthread"
workers = env.integer("WEB_WORKERS", 2)
threads = env.integer("WEB_THREADS", 4)
preload_app = True  # load the code once, share it
timeout = 60
graceful_timeout = 10  # seconds for the requests that are being answered; compose waits longer
# Longer than proxies keep an idle connection, so that they, not we, close it. For a browser short, or Ctrl-C
# would wait for it.
keepalive = 65 if env.boolean("BEHIND_TLS") else 2
max_requests = 10_000  # a new process now and then, should something leak
max_requests_jitter = 1_000
# Each worker shows that it is alive by touching a file: in memory, or a busy disk looks like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Nobody's word about https is taken here. Django takes the proxy's, where BEHIND_TLS says that there is one.
forwarded_allow_ips = ""
control_socket_disable = True
logconfig_dict = LOGGING
