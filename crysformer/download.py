"""Stream files from the web, with every failure turned into one sentence.

Not pooch: its downloader has no limit of size and takes figshare's bot challenge, an
empty 202, for the file; with a downloader of our own it would only compare checksums,
and not one that is looked up when the file is there, as figshare's are.
"""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path

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


def download(url: str, path: Path, *, max_bytes: int) -> None:
    """Stream an address to a file; a terminal sees a progress bar on stderr.

    Args:
        url: An http or https address.
        path: The file to write; an unfinished one stays behind after an error.
        max_bytes: Size above which something else must be at that address.

    Raises:
        DataError: The download failed, broke off or is too large, or cannot be written.
    """
    with opened(url) as response:
        announced = response.headers.get("Content-Length")
        total = int(announced) if announced else None
        received = 0
        with (
            path.open("wb") as file,
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
                        f"{path} cannot be written: {error.strerror}."
                    ) from error
                bar.update(len(chunk))
        if total is not None and received != total:
            raise DataError(f"{url} ended after {received:,} of {total:,} bytes.")
