"""Uploads beside the session: found again by their word alone, and not for ever."""

import pytest

from crysformer.ui.session import shelf

FILE = "a file"


@pytest.fixture
def kept():
    return shelf.Shelf()


def test_only_the_word_finds_the_files(kept):
    kept.put("one word", {"a": FILE}, 100)
    kept.put("another", {"b": FILE}, 100)
    assert kept.take("one word") == {"a": FILE}
    assert kept.take("one") is None
    assert kept.take("") is None


def test_files_outlive_their_session_for_a_while(kept, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(shelf.time, "monotonic", lambda: now)
    kept.put("word", {"a": FILE}, 100)
    now += 10 * shelf.GRACE_S  # While the session lives, any time may pass.
    assert kept.take("word") == {"a": FILE}
    kept.leave("word")
    now += shelf.GRACE_S / 2
    assert kept.take("word") == {"a": FILE}
    kept.leave("word")
    now += shelf.GRACE_S + 1
    assert kept.take("word") is None


def test_of_too_many_that_left_the_first_go(kept, monkeypatch):
    monkeypatch.setattr(shelf, "MAX_LEFT_BYTES", 250)
    for word in ("first", "second", "third"):
        kept.put(word, {"a": FILE}, 100)
    for word in ("second", "first", "third"):
        kept.leave(word)
    assert kept.take("second") is None
    assert kept.take("first") == {"a": FILE}
    assert kept.take("third") == {"a": FILE}
