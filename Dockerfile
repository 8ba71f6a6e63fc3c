# One image for each lane:  docker build --build-arg LANE=cpu|cuda12|cuda13 .
# With Japanese and Chinese:  --build-arg EXTRAS="ja zh"
# The CUDA libraries come as Python packages, so any small base does: Debian 12, Ubuntu 24.04 or newer, with or without
# Python 3.11 to 3.13, with or without CUDA, from any registry.
ARG BASE_IMAGE=python:3.12-slim-bookworm

FROM ${BASE_IMAGE} AS base
ARG DEBIAN_FRONTEND=noninteractive
# NVIDIA_DISABLE_REQUIRE: a base with CUDA asks for the driver of its CUDA, which is never loaded here.
ENV TZ=Etc/UTC \
    LANG=C.UTF-8 \
    LD_LIBRARY_PATH="" \
    NVIDIA_DISABLE_REQUIRE=1
# "compat" holds libcuda.so.1 of another driver than the host's: CUDA then fails with error 803.
# hadolint ignore=DL3008
RUN set -eu; \
    python3 -c 'import asyncio, ssl' 2>/dev/null || set -- python3 tzdata; \
    [ -s /etc/ssl/certs/ca-certificates.crt ] || set -- "$@" ca-certificates; \
    if [ $# -gt 0 ]; then \
      apt-get update; \
      apt-get install -y --no-install-recommends "$@"; \
      apt-get clean; \
      rm -rf /var/lib/apt/lists/*; \
    fi; \
    python3 -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("BASE_IMAGE has Python %d.%d: one with 3.11 to 3.13, or with none, is needed" % v)'; \
    rm -rf /usr/local/cuda*/compat; \
    ldconfig; \
    case "$(ldconfig -p)" in *libcuda.so.1*) echo "warning: BASE_IMAGE has a libcuda.so.1 of its own: error 803 unless it is the host's" >&2 ;; esac; \
    groupadd --gid 10001 kokoro; \
    useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --no-log-init --shell /usr/sbin/nologin kokoro; \
    install -d -o 10001 -g 10001 /data

FROM base AS build
ARG LANE=cpu
ARG EXTRAS=""
ARG DEBIAN_FRONTEND=noninteractive
RUN case "${LANE}:$(uname -m)" in \
      cpu:* | cuda12:x86_64 | cuda13:x86_64) ;; \
      cuda12:* | cuda13:*) echo "LANE=${LANE} needs x86_64, this is $(uname -m): use LANE=cpu" >&2; exit 1 ;; \
      *) echo "LANE must be cpu, cuda12 or cuda13, not '${LANE}'" >&2; exit 1 ;; \
    esac; \
    for extra in ${EXTRAS}; do \
      case "${extra}" in ja | zh) ;; *) echo "EXTRAS are ja and zh, not '${extra}'" >&2; exit 1 ;; esac; \
    done
# hadolint ignore=DL3008
RUN if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then \
      apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*; \
    fi
# Empty: pip's own default. Whatever the index, only files with the locked hashes are installed.
ARG PYPI_INDEX=""
# The system's certificates, so that a company's own in BASE_IMAGE count.
ENV PIP_INDEX_URL=${PYPI_INDEX} \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1 \
    PIP_PROGRESS_BAR=off \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements requirements
RUN python3 -m venv --without-pip /app \
 && python3 -m venv /tools \
 && /tools/bin/pip --python /app/bin/python install --require-hashes --no-deps --ignore-requires-python --only-binary=:all: -r "requirements/${LANE}.txt" \
 && /tools/bin/pip install --require-hashes --no-deps --ignore-requires-python --only-binary=:all: -r requirements/build.txt
# Two packages of the extras have no wheels; the locked setuptools makes them.
RUN for extra in ${EXTRAS}; do set -- "$@" -r "requirements/${extra}.txt"; done; \
    if [ $# -gt 0 ]; then \
      /tools/bin/pip wheel --require-hashes --no-deps --ignore-requires-python --only-binary=:all: --no-binary=jieba,unidic-lite \
        --no-build-isolation --use-pep517 --wheel-dir extras "$@" \
      && /tools/bin/pip --python /app/bin/python install --no-index --no-deps extras/*.whl; \
    fi
COPY pyproject.toml pyproject.toml
COPY README.md README.md
COPY LICENSE LICENSE
COPY wyoming_kokoro wyoming_kokoro
RUN /tools/bin/pip wheel --no-build-isolation --no-index --no-deps --wheel-dir wheel . \
 && /tools/bin/pip --python /app/bin/python install --no-index --no-deps wheel/*.whl \
 && /app/bin/wyoming-kokoro --version

FROM base
ARG LANE=cpu
# The image as a whole is under the GPL-3, because phonemizer and espeak-ng are.
LABEL org.opencontainers.image.title="wyoming-kokoro" \
      org.opencontainers.image.description="Wyoming text-to-speech service for Home Assistant that speaks with Kokoro (${LANE})" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0 AND GPL-3.0-or-later"
# CUDA_CACHE_PATH: what the driver compiles for GPUs newer than the lane takes minutes, and is to last.
ENV PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KOKORO_IMAGE_LANE=${LANE} \
    WYOMING_KOKORO_CONFIG=/config/wyoming-kokoro.yaml \
    WYOMING_KOKORO_MODEL__DIR=/data \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    CUDA_CACHE_PATH=/data/.nv
COPY --from=build /app /app
COPY --chmod=0644 config/wyoming-kokoro.yaml /config/wyoming-kokoro.yaml
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 10210
STOPSIGNAL SIGTERM
# It asks at server.uri: set that in the file or the environment, an option of the service isn't seen here.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["wyoming-kokoro", "health"]
ENTRYPOINT ["wyoming-kokoro"]
CMD ["serve"]
