# Two commands matter: `make demo` (a first look) and `make test` (everything is proved). Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test check chromium firefox webkit exemples bench lighthouse screenshots digests clean

demo: $(VENV)/.demo
	@exec $(BIN)/jdma demo

test: check chromium firefox webkit exemples
	$(BIN)/pytest -n 2 --dist loadfile

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The browsers of the browser tests: the distribution's packages, installed when that can be done.
chromium:
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
	  { echo "Installing Chromium (apt-get)…"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true
	@command -v chromium >/dev/null || \
	  echo "*** CHROMIUM IS MISSING: every browser test will be LEFT OUT (install the package chromium) ***" >&2

firefox:
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || test "$$(id -u)" != 0 || \
	  ! command -v apt-get >/dev/null || { echo "Installing Firefox (apt-get)…"; apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends firefox-esr >/dev/null; } || true
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || \
	  echo "*** FIREFOX IS MISSING: its tests will be LEFT OUT (install the package firefox-esr) ***" >&2

# WebKit stands for Safari, and Orca reads pages aloud: both on a screen that nobody sees.
webkit:
	@{ command -v WebKitWebDriver && command -v Xvfb && command -v orca; } >/dev/null || test "$$(id -u)" != 0 || \
	  ! command -v apt-get >/dev/null || { echo "Installing WebKit and Orca (apt-get)…"; apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends webkit2gtk-driver xvfb orca dbus-daemon >/dev/null; } || true
	@{ command -v WebKitWebDriver && command -v Xvfb && command -v orca; } >/dev/null || \
	  echo "*** WEBKIT OR ORCA IS MISSING: their tests will be LEFT OUT (install webkit2gtk-driver xvfb orca) ***" >&2

# What the samples of the documentation are compiled and run with: fetched once, never committed.
exemples: $(VENV)/.test
	@test -d $(VENV)/exemples/node_modules || ! command -v npm >/dev/null || \
	  { echo "Fetching what the samples need (npm)…"; timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts --fetch-timeout=20000 --fetch-retries=2 \
	  --prefix $(VENV)/exemples typescript@5 react@18 react-dom@18 @types/react@18 @hotwired/turbo@8 htmx.org@2 >/dev/null; } || true
	@test -d $(VENV)/exemples/node_modules || \
	  echo "*** NPM IS MISSING: the samples of the documentation will NOT be compiled nor run ***" >&2

bench: $(VENV)/.test
	$(BIN)/python -m bench

# The form and the demonstration's host page, mobile; npx fetches Lighthouse.
lighthouse: $(VENV)/.demo chromium
	$(BIN)/python -m bench.lighthouse

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed (make PYTHON=python3.12 …)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || test "$$(id -u)" != 0 || \
	  { apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.test: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/.demo

# The pictures of the documentation, made again.
screenshots: $(VENV)/.test chromium
	$(BIN)/python -m tests.navigateur.captures

# Before a release: the images that Dockerfile and compose.yaml name, pinned to what the registry has of them today.
digests:
	@command -v docker >/dev/null || { echo "docker is needed, and a registry to ask" >&2; exit 1; }
	@docker buildx version >/dev/null 2>&1 || { echo "docker has no buildx here: install it (package docker-buildx)" >&2; exit 1; }
	@for image in $$(sed -nE 's/^(ARG IMAGE_PYTHON=| *image: )([^@]*).*/\2/p' Dockerfile compose.yaml); do \
	  digest=$$(docker buildx imagetools inspect "$$image" --format '{{.Manifest.Digest}}') || exit 1; \
	  sed -i -E "s|^(ARG IMAGE_PYTHON=\| *image: )$$image(@sha256:[0-9a-f]+)?$$|\1$$image@$$digest|" Dockerfile compose.yaml; \
	  echo "$$image@$$digest"; done

clean:
	rm -rf $(VENV) .jdma
