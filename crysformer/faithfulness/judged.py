"""The knock-out test and what it says, in one go: what a worker process is asked."""

from collections.abc import Mapping
from typing import NamedTuple

from crysformer.attention.forward_pass import ForwardPass
from crysformer.faithfulness.knockout import Variant
from crysformer.faithfulness.study import Aggregate, Report, Study, study
from crysformer.faithfulness.verdict import Finding, find_each
from crysformer.graph.crystal import CrystalGraph
from crysformer.model.network import Crysformer


class Judged(NamedTuple):
    """The test of one crystal, and how attention follows its effects.

    Attributes:
        study: What taking bonds away does.
        findings: By variant and module, one for each output.
    """

    study: Study
    findings: dict[Variant, dict[str, list[Finding]]]


def judge(
    model: Crysformer,
    graph: CrystalGraph,
    aggregate: Mapping[str, Aggregate],
    report: Report,
) -> Judged:
    """Remove every bond of a crystal in turn, and compare attention with the effects.

    Args:
        model: Network in evaluation mode.
        graph: The crystal.
        aggregate: By module, one number for each bond.
        report: Called with the share done, and what is being done.

    Raises:
        StructureError: The crystal has too many independent bonds.
    """
    done = study(model, ForwardPass.of(model, graph), aggregate, report)
    findings = {
        variant: {module: find_each(done, module, variant) for module in aggregate}
        for variant in Variant
    }
    return Judged(done, findings)
