# syntax=docker/dockerfile:1
# Two stages: what is built is built once, the final image holds Python, the service, and nothing to build with.
# The image that both start from. `make digests` pins it (name@sha256:…) before a release: docs/exploitation.md.
ARG IMAGE_PYTHON=python:3.13-slim
FROM ${IMAGE_PYTHON} AS construction
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/construction && python -m venv --without-pip /opt/jdma
COPY requirements.lock requirements-image.lock ./
RUN /opt/construction/bin/pip install --require-hashes -r requirements.lock
RUN /opt/construction/bin/pip --python /opt/jdma/bin/python install --require-hashes -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY widget widget
COPY alembic alembic
RUN /opt/construction/bin/python -m app.site.dsfr app/site/static/dsfr
RUN /opt/construction/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /roue .
RUN /opt/construction/bin/pip --python /opt/jdma/bin/python install --no-deps /roue/*.whl

FROM ${IMAGE_PYTHON}
RUN useradd --system --uid 10001 --home-dir /var/lib/jdma --create-home jdma
COPY --from=construction /opt/jdma /opt/jdma
USER jdma
WORKDIR /var/lib/jdma
ENV PATH=/opt/jdma/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
  JDMA_HOST=0.0.0.0 JDMA_PORT=8000 JDMA_DATA_DIR=/var/lib/jdma
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['JDMA_PORT']}/readyz\", timeout=2)"]
CMD ["jdma", "serve"]
