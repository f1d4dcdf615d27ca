"""The pool of worker processes that all sessions share, and how a page waits for it.

A page that waits says its place in the queue. Another click of its visitor ends the
waiting and not the computation: whoever asks next finds it further on, or done.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from crysformer.ui.session import state
from crysformer.workers.job import Job
from crysformer.workers.pool import Pool
from crysformer.workers.size import chosen_workers

Found = TypeVar("Found")

_PAUSE_S = 0.05
_AT_ONCE_S = 0.02


@st.cache_resource(show_spinner=False, on_release=Pool.close)
def pool() -> Pool:
    """Return the pool; its processes start when the first long computation comes.

    Raises:
        SettingsError: The environment names an impossible number of workers.
    """
    return Pool(chosen_workers())


def computed(
    key: Hashable,
    function: Callable[..., Found],
    *arguments: Any,
    deadline: float,
    doing: str = "Computing",
) -> Found:
    """Compute something elsewhere and wait for it, while this page alone stands still.

    Args:
        key: What the question is; equal questions of all sessions are worked out once.
        function: As ``Pool.submit`` takes it.
        arguments: Its arguments.
        deadline: Seconds it may take once it has begun.
        doing: What the page says meanwhile.

    Raises:
        BusyError: Too many computations wait.
        TooLongError: It took longer than its deadline.
        LostError: Its process ended.
        Exception: What the function itself raised.
    """
    job = pool().submit(function, *arguments, deadline=deadline, key=key)
    job.wait(_AT_ONCE_S)
    while not job.done:
        place = pool().place(job)
        # A spinner takes no place on the page, so that the views below keep theirs.
        with st.spinner(place_in_queue(place) if place else f"{doing}…"):
            while not _wait(job) and pool().place(job) == place:
                pass
    return job.result()


def answer_of(job: Job[Found], say: Callable[[float, str], None]) -> Found:
    """Wait for a job, saying how far it is.

    Args:
        job: What was asked.
        say: Called with the share that is done, and what is being done.

    Raises:
        Exception: What the job itself ended with.
    """
    said = None
    while not _wait(job):
        place = pool().place(job)
        now = (min(job.share, 1.0), place_in_queue(place) if place else f"{job.doing}…")
        if now != said:
            say(*now)
            said = now
    return job.result()


def place_in_queue(place: int) -> str:
    """Say how many computations of this and other visitors go first."""
    return f"Waiting for the server: place {place} in its queue…"


def _wait(job: Job[Any]) -> bool:
    # Looking into the session state is what lets Streamlit start the page anew.
    st.session_state.get(state.CRYSTAL)
    return job.wait(_PAUSE_S)
