"""Training rows, their graphs, and where both come from.

Files ``*.jsonl.gz`` come in, or a public release that is fetched; a ``Dataset`` of graphs
and labels goes out.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["fetch"])
