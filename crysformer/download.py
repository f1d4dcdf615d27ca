"""Fetch files from the web, with every failure turned into one sentence.

Pooch compares checksums and moves a file into place only when it is whole. It is given a
downloader of our own, because its own has no limit of size and takes figshare's bot
challenge, an empty 202, for the file.
"""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException, HTTPResponse
from pathlib import Path

import pooch
from tqdm import tqdm

from crysformer.errors import DataError

TIMEOUT = 60  # seconds without a byte
CHUNK = 1 << 20


@contextmanager
def opened(url: str) -> Iterator[HTTPResponse]:
    """Open an address for reading.

    Args:
        url: An http or https address; redirects are followed.

    Yields:
        The answer, whose status is 200.

    Raises:
        DataError: The address cannot be reached or read, or answers with something else.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "crysformer"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            if response.status != 200:
                # a bot challenge, as figshare's web address sends it, is an empty 202
                raise DataError(f"{url} answered {response.status} instead of the file.")
            yield response
    except urllib.error.HTTPError as error:
        raise DataError(f"{url} answered {error.code} {error.reason}.") from error
    except urllib.error.URLError as error:
        raise DataError(f"{url} could not be reached: {error.reason}.") from error
    except (OSError, HTTPException, ValueError) as error:
        raise DataError(f"{url} could not be read: {error}.") from error


def download(
    url: str, path: Path, *, max_bytes: int, checksum: str | None = None
) -> None:
    """Fetch an address to a file; a terminal sees a progress bar on stderr.

    Args:
        url: An http or https address.
        path: The file to write, which must not exist; after an error it does not.
        max_bytes: Size above which something else must be at that address.
        checksum: What the file must have, as ``md5:...`` or ``sha256:...``; without it
            nothing is compared.

    Raises:
        DataError: The download failed, broke off or is too large, its checksum is another
            one, or it cannot be written.
    """
    pooch.get_logger().setLevel("WARNING")  # our own progress bar says enough
    try:
        pooch.retrieve(
            url,
            checksum,
            fname=path.name,
            path=path.parent,
            downloader=partial(_stream, max_bytes=max_bytes),
        )
    except ValueError as error:
        raise DataError(
            f"The file at {url} does not have the expected checksum {checksum}."
        ) from error


def _stream(url: str, name: str, _: object, *, max_bytes: int) -> None:
    """Stream an address to a file of that name, as pooch asks its downloader to."""
    with opened(url) as response:
        announced = response.headers.get("Content-Length")
        total = int(announced) if announced else None
        received = 0
        with (
            Path(name).open("wb") as file,
            tqdm(total=total, unit="B", unit_scale=True, desc=url, disable=None) as bar,
        ):
            while chunk := response.read(CHUNK):
                received += len(chunk)
                if received > max_bytes:
                    raise DataError(
                        f"{url} is larger than the {max_bytes:,} bytes expected."
                    )
                try:
                    file.write(chunk)
                except OSError as error:
                    raise DataError(
                        f"{name} cannot be written: {error.strerror}."
                    ) from error
                bar.update(len(chunk))
        if total is not None and received != total:
            raise DataError(f"{url} ended after {received:,} of {total:,} bytes.")
