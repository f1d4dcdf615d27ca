"""Interval bars: a predicted value and its 90 % interval on an axis that holds zero.

Plain HTML, a line high: a table has dozens of them. The numbers stand beside the bar, so
readers of a screen are spared it. Zero is always on the axis: the share of the bar that
the interval covers tells how much of the value is known.
"""

from collections.abc import Iterable

Ends = tuple[float, float]


def common_axis(numbers: Iterable[float], least: float = 0.0) -> Ends:
    """The ends of one axis for several bars: all numbers and zero.

    Args:
        numbers: What must have room.
        least: Shortest axis: on one of their own, tiny numbers would look uncertain.
    """
    found = [0.0, *numbers]
    low, high = min(found), max(found)
    if high >= -low:
        high = max(high, low + least)
    else:
        low = min(low, high - least)
    return (low, high) if high > low else (0.0, 1.0)


def interval_bar(
    value: float | None,
    interval: Ends | None,
    axis: Ends,
    *,
    holds: bool = True,
    measured: float | None = None,
) -> str:
    """Draw one bar as HTML.

    Args:
        value: What is predicted, if anything.
        interval: Lower and upper end, if there is one.
        axis: Both ends of the axis.
        holds: Whether the interval is calibrated for such crystals; hatched if not.
        measured: What an experiment says, drawn as a diamond.
    """

    def place(number: float) -> float:
        share = (number - axis[0]) / (axis[1] - axis[0])
        return 100.0 * min(max(share, 0.0), 1.0)

    parts = [f'<i class="ib-zero" style="left:{place(0.0):.1f}%"></i>']
    if interval is not None:
        left, right = map(place, interval)
        kind = "ib-range" if holds else "ib-range ib-hatched"
        parts.append(
            f'<i class="{kind}" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
        )
    if value is not None:
        parts.append(f'<i class="ib-value" style="left:{place(value):.1f}%"></i>')
    if measured is not None:
        parts.append(f'<i class="ib-measured" style="left:{place(measured):.1f}%"></i>')
    return f'<span class="ib" aria-hidden="true">{"".join(parts)}</span>'
