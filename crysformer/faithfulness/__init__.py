"""Does attention follow the effect of bonds on the prediction?

Bonds are removed, whole orbits at a time, and the changes are compared with attention
and with baselines.
"""
