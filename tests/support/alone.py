"""A process that has no network but loopback, and a list of whom it wanted to reach."""

from pathlib import Path

_SITECUSTOMIZE = """
import socket

_LOG = {log!r}
_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None)
_names, _connect, _connect_ex = (
    socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex
)


def _refuse(place):
    with open(_LOG, "a") as log:
        print(place, file=log)
    raise OSError(101, "Network is unreachable")


def _checked(given):
    # Connecting a datagram socket sends nothing; names of files are of this machine.
    def connect(self, place):
        stream = self.family != socket.AF_UNIX and self.type == socket.SOCK_STREAM
        if stream and place[0] not in _HERE:
            _refuse(place)
        return given(self, place)

    return connect


def _getaddrinfo(host, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _HERE and name != socket.gethostname():
        _refuse(name)
    return _names(host, *rest, **more)


socket.getaddrinfo = _getaddrinfo
socket.socket.connect = _checked(_connect)
socket.socket.connect_ex = _checked(_connect_ex)
"""


def alone(folder: Path, environment: dict[str, str]) -> tuple[dict[str, str], Path]:
    """Keep a Python process and its children from reaching other machines.

    Args:
        folder: Where to put what it needs.
        environment: Of the process.

    Returns:
        The environment to start it with, and the file that will name everybody whom it
        wanted to reach; there is none if there was nobody.
    """
    log = folder / "asked.txt"
    (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE.format(log=str(log)))
    return environment | {"PYTHONPATH": str(folder)}, log
