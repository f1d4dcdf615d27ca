"""A length of time as people say it."""


def duration(seconds: float) -> str:
    """About how long something will take, as words."""
    if seconds < 1.5:
        return "about a second"
    if seconds < 90.0:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60.0:.0f} min"
