"""A length of time in words."""

import pytest

from crysformer.predict.duration import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (1.6, "about 2 s"),
        (45.0, "about 45 s"),
        (200.0, "about 3 min"),
    ],
)
def test_a_length_of_time_is_rounded_as_people_say_it(seconds, words):
    assert duration(seconds) == words
