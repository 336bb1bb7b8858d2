# syntax=docker/dockerfile:1
# The same steps as the Makefile's: front-end packages by `npm ci`, Python's from the hashed lock, catalogues compiled.

FROM node:20-bookworm-slim AS front
WORKDIR /build
COPY package.json package-lock.json vendor.mjs ./
COPY static ./static
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node vendor.mjs

FROM python:3.11-slim-bookworm AS back
WORKDIR /srv/tabellion
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
COPY pyproject.toml README.md alembic.ini ./
COPY schema_loader ./schema_loader
COPY forms ./forms
COPY importers ./importers
COPY exporters ./exporters
COPY app ./app
COPY migrations ./migrations
COPY templates ./templates
COPY static ./static
RUN for po in */locale/*/LC_MESSAGES/*.po; do \
        .venv/bin/pybabel --quiet compile --input-file "$po" --output-file "${po%.po}.mo"; \
    done \
    && .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q app schema_loader forms importers exporters
COPY --from=front /build/static/vendor ./static/vendor

FROM python:3.11-slim-bookworm
RUN useradd --system --user-group --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tabellion \
    && install --directory --owner=tabellion --group=tabellion --mode=0700 /var/lib/tabellion
WORKDIR /srv/tabellion
COPY --from=back /srv/tabellion /srv/tabellion
ENV PATH=/srv/tabellion/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TABELLION_DATA_DIR=/var/lib/tabellion \
    TABELLION_HOST=0.0.0.0 \
    TABELLION_PORT=8000
USER 10001:10001
VOLUME /var/lib/tabellion
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["tabellion"]
CMD ["serve"]
