"""Training that lives on the device: graphs, batches, whole steps and validation.

Data sets go in once and lie on the device in flat tensors. A step is told nothing but
which crystals it takes and at which rate; no number comes back until one is asked for.
Nothing here needs a GPU: on a CPU the same steps run, only uncaptured.
"""
