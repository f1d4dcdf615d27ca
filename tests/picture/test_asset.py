"""3Dmol.js comes from npm or the CDN, verified, or not at all; the network is played."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from crysformer.errors import CrysformerError
from crysformer.paths import ROOT
from crysformer.picture import asset as viewer_asset
from crysformer.picture.asset import ASSETS, Asset, fetch_viewer
from tests.support.loopback import serve

LIBRARY, LICENCE = b"var $3Dmol = {};", b"Copyright"
PUBLISHED = {"/build/3Dmol-min.js": LIBRARY, "/LICENSE": LICENCE}


def asset(known: Asset, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()
    return Asset(known.source, known.name, len(content), digest)


SMALL = (asset(ASSETS[0], LIBRARY), asset(ASSETS[1], LICENCE))


def fake_npm(folder: Path, body: str) -> str:
    """An npm whose destination folder is the last argument."""
    program = folder / "npm"
    program.write_text(f'#!/bin/sh\nfor out in "$@"; do :; done\n{body}\n')
    program.chmod(0o755)
    return str(program)


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def assert_in_place(static: Path) -> None:
    assert {path.name: path.read_bytes() for path in static.iterdir()} == {
        "3Dmol-min.js": LIBRARY,
        "3Dmol-LICENSE.txt": LICENCE,
    }


def test_npm_delivers_and_a_second_run_asks_nobody(tmp_path):
    package = packed(tmp_path / "package.tgz", PUBLISHED)
    npm = fake_npm(
        tmp_path, f'cp "{package}" "$out/3dmol-2.5.5.tgz"; echo >> "{tmp_path}/calls"'
    )
    static = tmp_path / "static"
    nowhere = "http://127.0.0.1:9"
    assert fetch_viewer(static, assets=SMALL, cdn=nowhere, npm=npm)
    assert_in_place(static)
    assert not fetch_viewer(static, assets=SMALL, cdn=nowhere, npm=npm)
    assert (tmp_path / "calls").read_text() == "\n"


@pytest.mark.parametrize(
    "body",
    [
        'echo "npm error code ECONNREFUSED" >&2; exit 1',
        'echo "not a tar" > "$out/3dmol-2.5.5.tgz"',
        "true",
    ],
)
def test_the_cdn_helps_where_npm_fails(tmp_path, body):
    static = tmp_path / "static"
    with serve(PUBLISHED) as cdn:
        assert fetch_viewer(static, assets=SMALL, cdn=cdn, npm=fake_npm(tmp_path, body))
    assert_in_place(static)


def test_a_damaged_file_is_replaced_and_an_intact_one_left(tmp_path):
    (tmp_path / "3Dmol-min.js").write_bytes(LIBRARY[::-1])
    (tmp_path / "3Dmol-LICENSE.txt").write_bytes(LICENCE)
    os.utime(tmp_path / "3Dmol-LICENSE.txt", (0, 0))
    with serve({"/build/3Dmol-min.js": LIBRARY}) as cdn:
        assert fetch_viewer(tmp_path, assets=SMALL, cdn=cdn, npm=None)
    assert_in_place(tmp_path)
    assert (tmp_path / "3Dmol-LICENSE.txt").stat().st_mtime == 0


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, r"CDN: http://.*/build/3Dmol-min.js answered 404 Not Found\."),
        (
            PUBLISHED | {"/build/3Dmol-min.js": LIBRARY[::-1]},
            "3Dmol-min.js does not have the expected checksum",
        ),
        (PUBLISHED | {"/build/3Dmol-min.js": LIBRARY * 2}, "larger than the 16 bytes"),
        (
            PUBLISHED | {"/LICENSE": b"none"},
            "LICENSE does not have the expected checksum",
        ),
    ],
)
def test_anything_but_the_known_files_is_refused(tmp_path, files, sentence):
    npm = fake_npm(tmp_path, 'echo "npm error code ENOTFOUND" >&2; exit 1')
    static = tmp_path / "static"
    with serve(files) as cdn, pytest.raises(CrysformerError, match=sentence) as caught:
        fetch_viewer(static, assets=SMALL, cdn=cdn, npm=npm)
    assert "npm pack failed (code ENOTFOUND)" in str(caught.value)
    assert "To add it by hand" in str(caught.value)
    assert list(static.iterdir()) == []


def test_an_endless_npm_is_stopped(tmp_path):
    with serve({}) as cdn, pytest.raises(CrysformerError, match=r"took more than 0\.1 s"):
        fetch_viewer(
            tmp_path / "static",
            assets=SMALL,
            cdn=cdn,
            npm=fake_npm(tmp_path, "exec sleep 9"),
            npm_seconds=0.1,
        )


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "static").touch()
    with pytest.raises(CrysformerError, match=r"Cannot write to .*static"):
        fetch_viewer(tmp_path / "static", assets=SMALL, npm=None)


def test_the_command_says_what_is_wrong_and_fails(tmp_path, monkeypatch, capsys):
    def refuse() -> bool:
        raise CrysformerError("No 3D view today.")

    monkeypatch.setattr(viewer_asset, "fetch_viewer", refuse)
    assert viewer_asset.main() == 1
    assert capsys.readouterr().err == "No 3D view today.\n"
    monkeypatch.setattr(viewer_asset, "fetch_viewer", lambda: True)
    assert viewer_asset.main() == 0
    assert capsys.readouterr().out.endswith("3Dmol-min.js: fetched and verified.\n")


def test_the_module_needs_neither_streamlit_nor_torch():
    code = (
        "import sys, crysformer.picture.asset; "
        "sys.exit(bool({'streamlit', 'torch', 'numpy'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
