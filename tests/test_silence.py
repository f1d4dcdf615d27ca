"""Silence for one thread alone, without a lock that another could hold."""

import threading
import warnings

import pytest

from crysformer.silence import quiet


def test_inside_nothing_is_heard_and_afterwards_all():
    before = list(warnings.filters)
    with quiet():
        warnings.warn("not heard", UserWarning, stacklevel=1)
    assert warnings.filters == before
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)


def test_another_thread_hears_its_own_and_does_not_wait():
    heard = []

    def other():
        with quiet():  # Another block while the first is open: nobody waits.
            pass
        try:
            warnings.warn("of the other", UserWarning, stacklevel=1)
        except UserWarning as warning:
            heard.append(str(warning))

    with quiet():
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive()
        warnings.warn("not heard", UserWarning, stacklevel=1)
    assert heard == ["of the other"]


def test_filters_that_are_swapped_inside_do_no_harm():
    with warnings.catch_warnings():
        with quiet():
            warnings.resetwarnings()
            warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            warnings.warn("heard", UserWarning, stacklevel=1)
