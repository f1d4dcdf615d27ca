# The app with both models, on a CPU, as a user without rights:
#
#   docker build -t crysformer . && docker run --rm -p 8501:8501 crysformer
#
# The network is needed while building only. tests/test_image.py follows these steps.
FROM python:3.11-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

RUN python -m venv /opt/crysformer

# The CPU build of torch first, 2.13.0+cpu, which pip takes for newer than the 2.13.0 of
# PyPI, which brings gigabytes of CUDA along.
COPY requirements.txt ./
RUN /opt/crysformer/bin/pip install "$(grep -o '^torch==[0-9.]*' requirements.txt)" \
    --extra-index-url https://download.pytorch.org/whl/cpu
RUN /opt/crysformer/bin/pip install -r requirements.txt

COPY . ./
RUN /opt/crysformer/bin/pip install --no-deps .

# Fetched, and refused unless it is bit for bit the known file.
RUN /opt/crysformer/bin/python -P -m crysformer.picture.asset

# An image whose models do not predict what they did when they were released is not made.
RUN /opt/crysformer/bin/crysformer self-test --model jarvis-dft-3d
RUN /opt/crysformer/bin/crysformer self-test --model jarvis-mp


FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 crysformer
COPY --from=build /opt/crysformer /opt/crysformer
ENV PATH="/opt/crysformer/bin:$PATH" OMP_WAIT_POLICY=PASSIVE

USER 10001
WORKDIR /home/crysformer
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# In here localhost is the container; who gets in is up to the ports that docker opens.
CMD ["crysformer", "app", "--port", "8501", "--address", "0.0.0.0"]
