"""One sentence on whether attention tracks the effect of bonds in one crystal.

The sentence may be "no". It is "yes" only where attention follows the effect better than
chance, better than lengths and numbers of bonds do, better than the attention of any of
the networks with shuffled weights does, and still where lengths and numbers are accounted
for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crysformer.faithfulness.correlation import (
    Correlation,
    correlate_each,
    correlate_each_given,
    kendall,
    kendall_each,
    spearman,
    spearman_each,
)
from crysformer.faithfulness.knockout import Variant
from crysformer.faithfulness.study import BONDS, GRADIENT, LENGTH, RANDOM, Study

MIN_ORBITS = 8
"""Independent bonds below which an order of ranks is too short to judge (our choice)."""

TOO_FEW = "too few independent bonds to judge"
LEVEL = 0.05


@dataclass(frozen=True)
class Finding:
    """How one module's attention follows the effect on one output.

    Attributes:
        number: Independent bonds, that is undirected orbits.
        attention: Attention against the effect.
        given: The same, with length and number of bonds accounted for.
        baselines: Spearman's rho of the effect with each baseline, for random weights the
            median over draws.
        taus: Kendall's tau of the same.
        shuffled: Median rho with attention of networks with shuffled weights.
        best_shuffled: The largest of them.
    """

    number: int
    attention: Correlation
    given: Correlation
    baselines: dict[str, float]
    taus: dict[str, float]
    shuffled: float
    best_shuffled: float


def find_each(
    study: Study, module: str, variant: Variant = Variant.MASKED
) -> list[Finding]:
    """Compare one module's attention with the effect of bonds on every output."""
    effects, attention = np.abs(study.change[variant]), study.attention[module]
    count, length = study.geometry[BONDS], study.orbits.length
    plain = correlate_each(attention, effects)
    partial = correlate_each_given(attention, effects, [length, count])
    known = spearman_each(np.stack([count, study.geometry[LENGTH]]), effects)
    random = _over_orders(np.median, spearman_each(study.random, effects))
    tau = kendall_each(np.stack([count, study.geometry[LENGTH]]), effects)
    random_tau = _over_orders(np.median, kendall_each(study.random, effects))
    mixed = spearman_each(study.shuffled[module], effects)
    median, best = (_over_orders(take, mixed) for take in (np.median, np.max))
    return [
        Finding(
            number=len(effects),
            attention=plain[output],
            given=partial[output],
            baselines={
                BONDS: float(known[0, output]),
                LENGTH: float(known[1, output]),
                RANDOM: random[output],
                GRADIENT: spearman(np.abs(study.gradient[:, output]), effect),
            },
            taus={
                BONDS: float(tau[0, output]),
                LENGTH: float(tau[1, output]),
                RANDOM: random_tau[output],
                GRADIENT: kendall(np.abs(study.gradient[:, output]), effect),
            },
            shuffled=median[output],
            best_shuffled=best[output],
        )
        for output, effect in enumerate(effects.T)
    ]


def verdict(finding: Finding, module: str, label: str) -> str:
    """Say in one sentence, with the numbers, whether attention tracks the effect.

    Args:
        finding: The numbers.
        module: Name of the module.
        label: Name of the property, as written within a sentence.
    """
    if finding.number < MIN_ORBITS:
        return TOO_FEW
    found, given = finding.attention, finding.given
    what = f"{module.lower()} attention"
    if not np.isfinite(found.rho):
        return (
            f"No: {what} or the effect on {label} is the same for all "
            f"{finding.number} independent bonds, so there is no order to compare."
        )
    numbers = (
        f"(Spearman ρ = {found.rho:.2f}, n = {finding.number} independent bonds, "
        f"permutation p = {p_text(found.p)})"
    )
    if not found.p < LEVEL:
        return f"No: {what} does not show which bonds matter for {label} {numbers}."
    name, best = _best_rival(finding)
    start = f"{what} follows the effect on {label} {numbers}"
    if best >= found.rho - 1e-9:
        return f"Only in part: {start}, but {name} does as well (ρ = {best:.2f})."
    if not given.p < LEVEL:
        return (
            f"Only in part: {start}, but too little is left after accounting for length "
            f"and number of bonds (ρ = {_number(given.rho)}, p = {p_text(given.p)})."
        )
    return (
        f"Yes, in this crystal: {start}, more closely than {name} (ρ = {best:.2f}), and "
        f"still after accounting for length and number of bonds (ρ = {given.rho:.2f}, p "
        f"= {p_text(given.p)})."
    )


def headline(finding: Finding, module: str) -> str:
    """Say the verdict in one line, without what the whole test shows.

    Args:
        finding: The numbers.
        module: Name of the module.
    """
    found = finding.attention
    if finding.number < MIN_ORBITS:
        bonds = "bond" if finding.number == 1 else "bonds"
        return f"Cannot be told: {finding.number} independent {bonds} are too few."
    if not np.isfinite(found.rho):
        return "No: attention, or the effect, is the same for all independent bonds."
    what = f"{module.lower()} attention"
    if not found.p < LEVEL:
        return f"No: {what} does not follow the effects (ρ = {found.rho:.2f})."
    follows = f"{what} follows the effects (ρ = {found.rho:.2f})"
    name, best = _best_rival(finding)
    if best >= found.rho - 1e-9:
        return f"Only in part: {follows}, but so does {name}."
    if not finding.given.p < LEVEL:
        return f"Only in part: {follows}, as lengths do."
    return f"Yes, in this crystal: {follows}."


def _best_rival(finding: Finding) -> tuple[str, float]:
    """What else follows the effect best, and how closely."""
    rivals = {
        "the number of bonds": finding.baselines[BONDS],
        "1 / length": finding.baselines[LENGTH],
        "attention with shuffled weights": finding.best_shuffled,
    }
    return max(rivals.items(), key=lambda each: np.nan_to_num(each[1], nan=-1.0))


def p_text(p: float) -> str:
    """A p-value with the digits that the permutations warrant."""
    if not np.isfinite(p):
        return "–"
    return f"{p:.4f}" if p < 0.01 else f"{p:.2f}"


def _over_orders(
    take: Callable[[np.ndarray], float], coefficients: np.ndarray
) -> list[float]:
    """Take one of the coefficients of several orders, NaN where none is defined."""
    known = [column[np.isfinite(column)] for column in coefficients.T]
    return [float(take(each)) if len(each) else float("nan") for each in known]


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"
