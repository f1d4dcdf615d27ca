"""A room of visitors at one server: ``python -m benchmarks.room --visitors 30``.

Real sessions over Streamlit's websocket pick crystals, paste their own, look at
attention, run the knock-out test and follow the lesson, with pauses as people make them.
Printed are seconds until the page stood complete, processor time, everything that went
wrong, and what the server held: memory, threads, open handles. With ``--json`` one line
is printed. Nothing is judged: machines differ.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence

from benchmarks.room.lesson import LESSON, Record, visit
from benchmarks.room.server import Burden, Server
from benchmarks.room.visitor import Visitor

_SECONDS_BETWEEN_LOOKS = 2.0


async def lesson(
    server: Server, options: argparse.Namespace
) -> tuple[Record, list[Burden]]:
    """Let visitors come and click; returns the record and the burden over time."""
    record, burdens = Record(), []
    end = time.monotonic() + options.seconds
    clicking = [
        asyncio.create_task(
            visit(
                server.address,
                number,
                record,
                options.pause,
                end,
                options.large if number == 0 else 1,
            )
        )
        for number in range(options.visitors)
    ]
    while not all(task.done() for task in clicking):
        burdens.append(server.burden())
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    await asyncio.gather(*clicking)
    return record, burdens


async def warm(server: Server) -> None:
    """Open the pages once, so that everything is imported before anybody is timed."""
    async with Visitor(server.address) as visitor:
        await visitor.open()
        for label in ("Attention", "Learn", "Compare", "Model"):
            await visitor.open(*visitor.link(label))


async def once(server: Server, visitors: int) -> tuple[float, float]:
    """Processor time of one visitor's new crystal, and of many at once at another.

    Equal questions are worked out once, so the second is far from ``visitors`` times the
    first: what remains is the page of each.
    """

    async def ask(crystal: str, count: int) -> float:
        guests = [Visitor(server.address) for _ in range(count)]
        for guest in guests:
            await guest.__aenter__()
            await guest.open("", f"crystal={LESSON[0]}")
        before = server.processor_seconds()
        await asyncio.gather(*(guest.open("", f"crystal={crystal}") for guest in guests))
        used = server.processor_seconds() - before
        for guest in guests:
            await guest.__aexit__()
        return used

    return await ask("garnet-y3al5o12", 1), await ask("garnet-mg3al2si3o12", visitors)


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and largest of some seconds."""
    ordered = sorted(times)
    place = min(int(0.95 * len(ordered)), len(ordered) - 1)
    return {
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[place], 3),
        "max": round(ordered[-1], 3),
        "over_2_s": round(sum(each > 2 for each in ordered) / len(ordered), 4),
        "count": len(ordered),
    }


async def measure(options: argparse.Namespace) -> dict:
    """Run one lesson on a server of its own and return what was found."""
    with Server(options.workers, options.env) as server:
        await warm(server)
        load, before, start = os.getloadavg()[0], server.processor_seconds(), time.time()
        record, burdens = await lesson(server, options)
        used, wall = server.processor_seconds() - before, time.time() - start
        single = await once(server, options.visitors)
        server_log = server.log()
    by_name: dict[str, list[float]] = {}
    for name, seconds in record.times:
        by_name.setdefault(name, []).append(seconds)
    count = max(len(record.times), 1)
    return {
        "visitors": options.visitors,
        "pause_s": options.pause,
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "all": summary([seconds for _, seconds in record.times]),
        "by_name": {name: summary(each) for name, each in sorted(by_name.items())},
        "processor_ms_per_click": round(1000 * used / count, 1),
        "processor_share": round(used / wall / (os.cpu_count() or 1), 2),
        "kb_per_click": round(record.received / 1000 / count, 1),
        "memory_mb": [round(each.memory_mb) for each in _parts(burdens)],
        "threads": [each.threads for each in _parts(burdens)],
        "handles": [each.handles for each in _parts(burdens)],
        "new_crystal_processor_s": {
            "one_visitor": round(single[0], 2),
            "all_at_once": round(single[1], 2),
        },
        "faults": record.faults,
        "leaks": record.leaks,
        "log": server_log,
    }


def _parts(burdens: Sequence[Burden]) -> list[Burden]:
    """Thirteen evenly spread over the time: of two hours every tenth minute."""
    last = len(burdens) - 1
    return [burdens[part * last // 12] for part in range(13)]


def main() -> None:
    """Print what a lesson is like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--pause", type=float, default=10.0, help="s between clicks")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument(
        "--large",
        type=int,
        default=1,
        metavar="N",
        help="one visitor pastes a crystal of N x N x N cells, 2 N^3 atoms",
    )
    parser.add_argument("--workers", type=int, help="processes for long computations")
    parser.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="for the server"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    if options.json:
        print(json.dumps(found))
        return
    print(
        f"{found['visitors']} visitors, {found['pause_s']:g} s between clicks, "
        f"{found['cores']} cores, load {found['load_before']} before"
    )
    for name, each in {"all": found["all"], **found["by_name"]}.items():
        print(
            f"{name:16} median {each['median']:6.2f} s   95 % {each['p95']:6.2f} s   "
            f"max {each['max']:6.2f} s   of {each['count']}"
        )
    for name in (
        "processor_ms_per_click",
        "processor_share",
        "kb_per_click",
        "memory_mb",
        "threads",
        "handles",
        "new_crystal_processor_s",
    ):
        print(f"{name:24} {found[name]}")
    for name in ("faults", "leaks", "log"):
        print(f"{name}: {len(found[name])}", *found[name][:40], sep="\n  ")
    sys.exit(bool(found["leaks"]))


if __name__ == "__main__":
    main()
