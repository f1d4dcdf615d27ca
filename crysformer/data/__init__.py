"""Training rows, their graphs, and where both come from.

Files ``*.jsonl.gz`` come in, or a public release that is fetched; a ``Dataset`` of graphs
and labels goes out.
"""
