"""From data folders to a run, and from a run to ``weights/NAME``.

``start`` begins or resumes a run, ``trainer`` keeps it going, a ``learner`` takes its
steps (``host`` on a CPU, ``device`` on a GPU), ``recipe`` holds its settings, and
``export`` writes its best weights and their card.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["export", "start"]
)
