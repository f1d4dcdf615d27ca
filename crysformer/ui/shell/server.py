"""Streamlit's server with what its settings cannot say: it asks nobody outside."""

import runpy

from streamlit import net_util


def ask_nobody() -> None:
    """Take away the question for this machine's address on the internet.

    Streamlit 1.67 asks a server of Amazon for it whenever a page of another origin opens
    a connection, and serves nobody for the seconds this may take. Such a page is refused
    either way.
    """
    net_util.get_external_ip = lambda: None


if __name__ == "__main__":
    ask_nobody()
    # In this process, as by ``python -m streamlit``: a signal ends the server itself.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
