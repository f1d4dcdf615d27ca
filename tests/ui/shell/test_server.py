"""The server as it is started: who is let in, who is refused, and that it asks nobody."""

import http.client
import os
import socket
import subprocess
import sys
import time

import pytest

from crysformer.paths import ROOT
from tests.support.alone import alone

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Port of a server on its own, and the list of whom it asked."""
    folder = tmp_path_factory.mktemp("alone")
    environment, asked = alone(folder, dict(os.environ))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "crysformer", "app", "--port", str(port), "--workers", "0"]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + 90
        while not is_open("127.0.0.1", port):
            assert process.poll() is None
            assert time.monotonic() < limit
            time.sleep(0.2)
        yield port, asked
    finally:
        process.terminate()
        process.wait(30)


def is_open(address, port):
    with socket.socket() as probe:
        probe.settimeout(3)
        return probe.connect_ex((address, port)) == 0


def status(port, method, path, headers=(), body=None):
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_this_computer_is_let_in(server):
    port, _ = server
    assert is_open("127.0.0.1", port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Nothing is sent.
        except OSError:
            pytest.skip("This computer has no address but loopback.")
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("This computer has no address but loopback.")
    assert not is_open(own, port)


@pytest.mark.parametrize(
    ("origin", "answer"),
    [
        ("http://localhost:{port}", 101),
        ("http://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
    ],
)
def test_pages_of_other_sites_cannot_open_a_session(server, origin, answer):
    """And asking whether they may does not make the server ask anybody."""
    port, asked = server
    headers = UPGRADE | {"Origin": origin.format(port=port)}
    begun = time.monotonic()
    assert status(port, "GET", "/_stcore/stream", headers) == answer
    assert time.monotonic() - begun < 10
    assert not asked.exists(), asked.read_text()


def test_a_file_without_the_token_is_refused(server):
    port, _ = server
    path = "/_stcore/upload_file/session/file"
    assert status(port, "PUT", path, body=b"x") == 403
    cookie = {"Cookie": "_streamlit_xsrf=forged", "X-Xsrftoken": "forged"}
    assert status(port, "PUT", path, cookie, b"x") in (400, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../.streamlit/config.toml",
        "/app/static/..%2f.streamlit%2fconfig.toml",
        "/app/static/%2e%2e/weights/jarvis-mp/config.json",
        "/static/../../app.py",
        "/media/../../../../etc/passwd",
        "/component/../../etc/passwd/x",
    ],
)
def test_no_path_leads_out_of_what_is_served(server, path):
    port, _ = server
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", path)
    content = connection.getresponse().read()
    connection.close()
    for secret in (b"maxUploadSize", b"architecture", b"import streamlit", b"root:"):
        assert secret not in content


def test_a_server_that_starts_and_answers_has_asked_nobody(server):
    port, asked = server
    assert status(port, "GET", "/_stcore/health") == 200
    assert status(port, "GET", "/") == 200
    assert not asked.exists(), asked.read_text()
