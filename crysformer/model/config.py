"""What defines a model: sizes, neighbour rule and ablation switches, as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from crysformer.errors import SettingsError
from crysformer.graph.rule import NeighbourRule
from crysformer.settings import check_ranges

DEFAULT_MODEL = "jarvis-mp"
"""The bundled model that answers where none is named."""


@dataclass(frozen=True)
class ModelConfig:
    """Architecture of a Crysformer.

    Attributes:
        blocks: Number of blocks N [paper: 4 by its descendants].
        atom_width: Width of atom features, and of the heads on the atomistic graph.
        bond_width: Width of bond features.
        angle_width: Width of angle features, and of the heads on the line graph. Work per
            angle grows with its square (our choice where below ``bond_width``).
        num_heads: Heads of every attention.
        ratio: Widening of the feed-forward networks.
        length_centres: Gaussians for bond lengths.
        max_length: Largest centre, Å.
        cosine_centres: Gaussians for angle cosines on [-1, 1].
        head_width: Hidden width of each property's own output network.
        tie_tolerance: See ``NeighbourRule``, Å.
        envelope: See ``NeighbourRule``.
        cross: Ablation [paper, Table 5]: cross-attention present.
        conditional: Ablation [paper, Table 5]: conditional attention present.
        condition_edges: Ablation (ours): edge update of conditional attention present.
        line_graph: Ablation (ours): line graph present.
    """

    blocks: int = 4
    atom_width: int = 128
    bond_width: int = 128
    angle_width: int = 32
    num_heads: int = 4
    ratio: int = 2
    length_centres: int = 64
    max_length: float = 8.0
    cosine_centres: int = 40
    head_width: int = 64
    tie_tolerance: float = NeighbourRule.tie_tolerance
    envelope: bool = NeighbourRule.envelope
    cross: bool = True
    conditional: bool = True
    condition_edges: bool = True
    line_graph: bool = True

    def __post_init__(self) -> None:
        widths = ("atom_width", "bond_width", "angle_width", "head_width")
        limits: dict[str, tuple[float, float]] = dict.fromkeys(widths, (1, 65_536))
        limits |= dict.fromkeys(("length_centres", "cosine_centres"), (2, 4096))
        limits |= {"blocks": (1, 100), "num_heads": (1, 1024), "ratio": (1, 64)}
        limits |= {"max_length": (1.0, 100.0), "tie_tolerance": (1e-4, 5.0)}
        check_ranges(self, limits)
        for name in ("atom_width", "angle_width"):
            width = getattr(self, name)
            if width % self.num_heads:
                raise SettingsError(
                    f"{name} {width} is not divisible by {self.num_heads} heads."
                )

    @property
    def neighbour_rule(self) -> NeighbourRule:
        """The rule by which this model's graphs are built."""
        return NeighbourRule(self.tie_tolerance, self.envelope)

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "ModelConfig":
        """Read a configuration strictly.

        Raises:
            SettingsError: A field is unknown or missing.
        """
        expected = set(cls.__dataclass_fields__)
        if set(fields) != expected:
            raise SettingsError(
                f"The model configuration has fields {sorted(set(fields) ^ expected)} "
                "that are unknown or missing."
            )
        return cls(**fields)


PRESETS: Mapping[str, ModelConfig] = {
    # Sizes of the paper's descendants: angles as wide as bonds.
    "paper": ModelConfig(
        angle_width=128, cosine_centres=64, tie_tolerance=0.01, envelope=False
    ),
    # Narrow angles: their work grows with the square of the width, and they outnumber
    # bonds tenfold.
    "shipped": ModelConfig(),
}


def get_preset(name: str, **overrides: Any) -> ModelConfig:
    """Look up a preset, with some fields replaced.

    Raises:
        SettingsError: There is no such preset or field.
    """
    if name not in PRESETS:
        raise SettingsError(f"There is no preset {name!r}; choose from {list(PRESETS)}.")
    unknown = set(overrides) - set(ModelConfig.__dataclass_fields__)
    if unknown:
        raise SettingsError(f"The model has no setting {sorted(unknown)}.")
    return replace(PRESETS[name], **overrides)
