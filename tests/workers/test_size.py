"""The number of worker processes, as the environment names it."""

import os

import pytest

from crysformer.errors import SettingsError
from crysformer.workers import size


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 3 ", 3), ("64", 64)])
def test_the_environment_names_a_number(monkeypatch, text, number):
    monkeypatch.setenv(size.VARIABLE, text)
    assert size.chosen_workers() == number


@pytest.mark.parametrize("text", ["65", "-1", "two", "1.5", "²"])
def test_anything_else_is_refused_with_its_value(monkeypatch, text):
    monkeypatch.setenv(size.VARIABLE, text)
    with pytest.raises(SettingsError, match=f"cannot be “{text}”"):
        size.chosen_workers()


@pytest.mark.parametrize(("cores", "number"), [(1, 1), (2, 2), (32, 2), (None, 1)])
def test_unasked_there_are_no_more_than_cores(monkeypatch, cores, number):
    monkeypatch.delenv(size.VARIABLE, raising=False)
    # As on a system that does not say which cores a process may use.
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert size.chosen_workers() == number
