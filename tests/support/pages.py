"""What the tests of all pages need: a page, and what it says."""

import io
import re
import zipfile
from html import unescape

import pandas as pd
from streamlit.testing.v1 import AppTest

from crysformer.library.catalogue import load_library
from crysformer.paths import ROOT
from crysformer.ui.session import state

ATTENTION = "pages/1_Attention.py"
LIBRARY = load_library()
SALT, SILICON = LIBRARY["rock-salt-nacl"], LIBRARY["diamond-si"]
POSCAR = """CsCl
1.0
4.12 0 0
0 4.12 0
0 0 4.12
Cs Cl
1 1
Direct
0 0 0
0.5 0.5 0.5
"""

_SILENT = ("drop_zone", "history", "reload")


def app(page=None, **query):
    test = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    if page:
        test.switch_page(page)
    assert not test.run().exception
    return test


def text(test):
    return "\n".join(
        element.value
        for kind in (test.markdown, test.caption, test.error, test.warning)
        for element in kind
    )


def views(test):
    """Components that show something; those that only listen are none."""
    return [
        each
        for each in test.get("bidi_component")
        if not any(silent in each.proto.component_name for silent in _SILENT)
    ]


def html(test):
    """All that the page says in HTML of its own."""
    return "\n".join(str(each.proto.body) for each in test.get("html"))


def properties(test):
    """The table of predicted properties: texts of the cells of each row, by key."""
    found = {}
    for key, row in re.findall(r'<tr data-key="(\w+)">(.*?)</tr>', html(test), re.S):
        cells = re.findall(r"<td.*?>(.*?)</td>", row, re.S)
        texts = [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]
        found[key] = dict(zip(("property", "value", "interval"), texts, strict=True))
    return found


def tables(test):
    return [each.value for kind in (test.dataframe, test.table) for each in kind]


def block_tables(test):
    """Tables that are blocks on a phone, as texts; small print follows in the cell."""
    found = []
    for table in re.findall(r'<table class="blocks".*?</table>', html(test), re.S):
        rows = [
            [
                unescape(re.sub(r"<[^>]+>", "", cell))
                for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)
            ]
            for row in re.findall(r"<tr>.*?</tr>", table, re.S)
        ]
        found.append(pd.DataFrame(rows[1:], columns=rows[0]))
    return found


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def upload(test, name, content):
    test.file_uploader(key=state.UPLOAD_WIDGET).upload(name, content).run()
    assert not test.exception
