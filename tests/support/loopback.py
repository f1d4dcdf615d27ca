"""A publisher for tests: serves given bytes on this machine's loopback address."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serve(
    files: Mapping[str, bytes], *, status: int = 200, cut: int = 0
) -> Iterator[str]:
    """Serve files by path until the block ends.

    Args:
        files: Content by path; any other path is a 404.
        status: Status of every answer that has content.
        cut: Bytes by which an answer falls short of the length it announces.

    Yields:
        The address to put before a path.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            if content is None:
                self.send_error(404, "Not Found")
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) - cut])

        def log_message(self, *_: object) -> None:
            """Keep test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
