"""Long computations in processes of their own, so that a page never waits behind one.

A function of this package and its arguments go in, a ``Job`` comes out: it knows its
place in the queue, how far it is, and at the end the result. A job that takes longer than
its deadline is ended with its process; equal questions are worked out once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"job": ["Job", "Report"], "pool": ["Pool"]}
)
