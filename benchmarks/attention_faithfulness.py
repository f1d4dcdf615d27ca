"""Which attention says best what bonds do, over many crystals.

    python -m benchmarks.attention_faithfulness --data val.jsonl.gz --crystals 200

For every crystal with enough independent bonds, each of them is removed in turn and
the sizes of the changes are rank-correlated with attention: every module, block and head,
and means, maxima and roll-outs. Crystals are a random sample of the file. The best
aggregation of a property is chosen on every other crystal, and the number reported for it
is that of the crystals it was not chosen on. One thread; times are CPU times.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from crysformer.attention.reduce import BOTH, weights_of
from crysformer.attention.rollout import both_steps, module_steps, roll_out
from crysformer.attention.weights import BondAttention
from crysformer.data.dataset import read_rows
from crysformer.errors import StructureError
from crysformer.faithfulness.correlation import ranks
from crysformer.faithfulness.knockout import Variant, knock_out
from crysformer.faithfulness.orbits import find_orbits
from crysformer.faithfulness.saliency import gradient_times_input
from crysformer.faithfulness.study import shares
from crysformer.faithfulness.verdict import MIN_ORBITS
from crysformer.predict.predictor import DEFAULT_MODEL, Predictor
from crysformer.properties.table import PROPERTIES

BASELINES = ("number of bonds", "1 / length", "random", "gradient x input")


def scores_of(attention: BondAttention) -> dict[str, np.ndarray]:
    """One number for each bond by every way to take blocks and heads together."""
    scores = {}
    bonds = attention.bonds
    for each in BOTH:
        weights, module = weights_of(attention, each), each.lower()
        scores[f"{module}, mean"] = weights.mean(axis=(1, 2))
        scores[f"{module}, maximum"] = weights.max(axis=(1, 2))
        scores[f"{module}, roll-out"] = roll_out(bonds, module_steps(weights)).weight
        for block in range(weights.shape[1]):
            name = f"{module}, block {block + 1}"
            scores[name] = weights[:, block].mean(axis=1)
            scores[f"{name}, maximum"] = weights[:, block].max(axis=1)
            for head in range(weights.shape[2]):
                scores[f"{name}, head {head + 1}"] = weights[:, block, head]
    scores["both, roll-out"] = roll_out(bonds, both_steps(attention)).weight
    return scores


def rank_rows(rows: np.ndarray) -> np.ndarray:
    """Centred ranks of length one, NaN for constant rows; (rows, orbits)."""
    found = np.stack([ranks(row) for row in rows])
    found -= found.mean(axis=1, keepdims=True)
    size = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(size > 0, size, np.nan)


def measure(
    predictor: Predictor, structure: object, seed: int
) -> tuple[int, list[str], dict[str, np.ndarray]] | None:
    """Orbits, names of scores, and rho (scores, outputs) by variant; None if too few."""
    model = predictor.model
    seen = predictor.answer(structure).seen
    bonds, graph = seen.graph.bonds, seen.graph.arrays
    orbits = find_orbits(bonds)
    if len(orbits) < MIN_ORBITS:
        return None
    scores = scores_of(seen.bond_attention)
    known = {
        "number of bonds": np.ones(len(bonds)),
        "1 / length": 1.0 / bonds.length,
        "random": np.random.default_rng(seed).random(bonds.orbit.max() + 1)[bonds.orbit],
    }
    rows = [shares(v, bonds, orbits) for v in (*scores.values(), *known.values())]
    score_ranks = rank_rows(np.stack(rows))
    slopes = rank_rows(np.abs(gradient_times_input(model, graph, orbits)).T)
    gone = [orbits.rows(k) for k in range(len(orbits))]
    found = {}
    for variant in Variant:
        outputs = knock_out(model, graph, gone, variant)
        effects = rank_rows(np.abs(outputs - seen.outputs).T)
        rho = score_ranks @ effects.T
        found[variant] = np.vstack([rho, (slopes * effects).sum(axis=1)])
    return len(orbits), [*scores, *BASELINES], found


def summary(rho: np.ndarray, names: list[str], keys: list[str]) -> list[dict]:
    """Best attention of each property and its rivals; rho is (crystals, scores, outputs).

    Errors are standard errors of the mean over crystals. A crystal on which a property
    or an attention is the same for all bonds has no rank correlation and does not count.
    """
    rows = []
    number = len(names) - len(BASELINES)
    for output, key in enumerate(keys):
        if not PROPERTIES[key].shown:
            continue
        chosen_on, told_on = rho[::2, :, output], rho[1::2, :, output]
        best = int(np.nanargmax(np.nanmean(chosen_on[:, :number], axis=0)))
        values = told_on[:, best]
        values = values[~np.isnan(values)]
        row = {
            "property": key,
            "best": names[best],
            "rho": float(np.mean(values)),
            "error": float(np.std(values, ddof=1) / np.sqrt(len(values))),
            "above zero": float(np.mean(values > 0)),
        }
        everyone = rho[:, :, output]
        for name in ("cross, mean", "conditional, mean", "both, roll-out", *BASELINES):
            row[name] = float(np.nanmean(everyone[:, names.index(name)]))
        rows.append(row)
    return rows


def print_table(rows: list[dict], variant: str) -> None:
    """Print what was found for one way to take bonds away."""
    print(f"\nSpearman's rho with the effect of bonds {variant}, mean over crystals")
    others = [
        name for name in rows[0] if name not in ("property", "best", "rho", "error")
    ]
    print(
        f"{'property':26} {'best attention':34} {'rho':>6} {'+-':>5}  "
        + "  ".join(others)
    )
    for row in rows:
        numbers = "  ".join(f"{row[name]:{len(name)}.2f}" for name in others)
        print(
            f"{row['property']:26} {row['best']:34} {row['rho']:6.2f} {row['error']:5.2f}"
            f"  {numbers}"
        )


def main() -> None:
    """Study an even sample of a data file's crystals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--crystals", type=int, default=200)
    parser.add_argument(
        "--max-sites", type=int, default=40, help="leave larger cells out"
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--out", type=Path, help="write all numbers here as JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    predictor = Predictor(options.model, "cpu")
    rows = [r for r in read_rows(options.data) if len(r.structure) <= options.max_sites]
    order = np.random.default_rng(0).permutation(len(rows))
    kept, names, started = [], [], time.process_time()
    few = failed = 0
    for position in order.tolist():
        if len(kept) == options.crystals:
            break
        row = rows[position]
        try:
            found = measure(predictor, row.structure, position)
        except StructureError:
            failed += 1
            continue
        if found is None:
            few += 1
            continue
        number, names, rho = found
        kept.append({"id": row.id, "sites": len(row.structure), "n": number, "rho": rho})
        if len(kept) % 10 == 0:
            print(
                f"{len(kept)} crystals, {time.process_time() - started:.0f} s", flush=True
            )
    seconds = time.process_time() - started
    numbers = np.array([each["n"] for each in kept])
    print(
        f"{len(kept)} crystals of at most {options.max_sites} sites with at least "
        f"{MIN_ORBITS} independent bonds each; n per crystal: median "
        f"{np.median(numbers):.0f}, from {numbers.min()} to {numbers.max()}. "
        f"{few} had fewer and were left out, {failed} could not be read."
    )
    print(f"{seconds:.0f} s of CPU time, {seconds / len(kept):.2f} s a crystal.")
    keys = [s.key for s in predictor.checkpoint.scalings if not s.base]
    report = {"crystals": [{k: v for k, v in c.items() if k != "rho"} for c in kept]}
    for variant in Variant:
        rho = np.stack([each["rho"][variant] for each in kept])
        report[variant] = summary(rho, names, keys)
        means = np.nanmean(rho, axis=0)
        report[f"{variant}, all"] = {
            name: dict(zip(keys, means[k].tolist(), strict=True))
            for k, name in enumerate(names)
        }
        print_table(report[variant], variant)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
