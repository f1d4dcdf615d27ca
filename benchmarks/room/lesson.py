"""What one visitor does in a lesson, click after click, and what must hold meanwhile."""

import asyncio
import itertools
import random
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from benchmarks.room.visitor import Visitor

LESSON = ("rock-salt-nacl", "diamond-si", "quartz-sio2", "bcc-fe", "fluorite-caf2")
"""Most look at what the teacher shows; the others at anything in the library."""

_BATCHES = 0.2
"""How many of those who go around all pages try thirty crystals at once."""

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass
class Record:
    """What was measured of all visitors.

    Attributes:
        times: Name of what was done, and seconds until the page stood complete.
        faults: What went wrong, in words.
        leaks: Where somebody saw another crystal than the own choice.
        received: Bytes of all messages.
    """

    times: list[tuple[str, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    received: int = 0


def own_crystal(number: int, lattice: float, repeats: int) -> str:
    """A POSCAR of caesium chloride, without symmetry where it has more than one cell.

    Args:
        number: Of the visitor; stands in its first line.
        lattice: Lattice parameter of one cell, Å.
        repeats: Cells along each axis.
    """
    edge, rng = lattice * repeats, random.Random(number)
    moved = 0.02 / edge if repeats > 1 else 0.0
    sites = [
        " ".join(
            f"{(cell + shift) / repeats + rng.uniform(-moved, moved):.6f}"
            for cell in place
        )
        for shift in (0.0, 0.5)
        for place in itertools.product(range(repeats), repeat=3)
    ]
    axes = (f"{edge:.4f} 0 0", f"0 {edge:.4f} 0", f"0 0 {edge:.4f}")
    half = len(sites) // 2
    return "\n".join(
        (
            f"Own of visitor {number}",
            "1.0",
            *axes,
            "Cs Cl",
            f"{half} {half}",
            "Direct",
            *sites,
        )
    )


@dataclass
class Pupil:
    """A visitor with a plan.

    Attributes:
        visitor: The connection.
        number: Which one; decides what is chosen.
        record: Where everything is noted.
        pause: Seconds between two clicks, on average.
        repeats: How often the own crystal's cell is repeated along each axis.
    """

    visitor: Visitor
    number: int
    record: Record
    pause: float
    repeats: int = 1
    shown: str = ""
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.number)

    @property
    def lattice(self) -> float:
        """Lattice parameter of this visitor's own crystal, Å; no two have the same."""
        return 4.0 + self.number / 1000

    async def attend(self, end: float) -> None:
        """Click until the lesson ends.

        Args:
            end: When that is, on the clock of ``time.monotonic``.
        """
        await asyncio.sleep(self._random.uniform(0, self.pause))
        while time.monotonic() < end:
            async for name, seconds in self._round():
                self._note(name, seconds)
                await asyncio.sleep(self._random.uniform(0.5, 1.5) * self.pause)
                if time.monotonic() > end:
                    break

    async def _round(self) -> AsyncIterator[tuple[str, float]]:
        """About twenty clicks over the pages, each with the seconds it took."""
        visitor = self.visitor
        if not visitor.elements:
            yield "first page", await visitor.open()
        else:
            yield "page Predict", await self._go("Predict")
        yield "other crystal", await self._pick()
        yield "facts", await visitor.change("facts", "Sites")
        yield "style", await visitor.change("style", "Polyhedra")
        yield "paste", await self._paste()
        yield "page Attention", await self._go("Attention")
        yield "other crystal", await self._pick()
        yield "module", await visitor.change("module", "Conditional")
        yield "slider", await visitor.change("top", self._random.choice(["10", "50"]))
        yield "tab", await visitor.change("tab", "Blocks and heads")
        yield "whole test", await visitor.change("Whole test", True)
        yield "close test", await visitor.change("Close the test", True)
        yield "other crystal", await self._pick()
        yield "page Learn", await self._go("Learn")
        for _ in range(5):
            if not visitor.find("lesson_next")[1].disabled:
                yield "next step", await visitor.change("lesson_next", True)
        yield "page Compare", await self._go("Compare")
        if self._random.random() < _BATCHES:
            yield "page Batch", await self._go("Batch")
            yield "batch", await visitor.change("batch_example", True)
        yield "page Model", await self._go("Model")

    async def _go(self, label: str) -> float:
        return await self.visitor.open(*self.visitor.link(label))

    async def _pick(self) -> float:
        _, box = self.visitor.find("crystal_widget")
        known = [each for each in box.options if "(this session)" not in each]
        some = [each for each in known if self._is_of_lesson(each)]
        choice = self._random.choice(some if self._random.random() < 0.6 else known)
        self.shown = choice.partition(" · ")[0]
        return await self.visitor.change("crystal_widget", choice)

    @staticmethod
    def _is_of_lesson(label: str) -> bool:
        return any(
            f"{each.rpartition('-')[2]} · ".lower() in f"{label.lower()} "
            for each in LESSON
        )

    async def _paste(self) -> float:
        repeats = self.repeats
        text = own_crystal(self.number, self.lattice, repeats)
        self.shown = "CsCl"
        seconds = await self.visitor.submit({"paste_widget": text}, "Use this crystal")
        lengths = (self.visitor.scene() or {}).get("cell", {}).get("lengths", [])
        if not lengths or abs(lengths[0] - self.lattice * repeats) > 5e-4:
            self.record.leaks.append(
                f"Visitor {self.number} pasted a = {self.lattice} and sees {lengths}."
            )
        return seconds

    def _note(self, name: str, seconds: float) -> None:
        self.record.times.append((name, seconds))
        self.record.faults += [f"{name}: {fault}" for fault in self.visitor.faults()]
        heading = self._heading()
        if heading and self.shown and heading != self.shown:
            self.record.leaks.append(
                f"Visitor {self.number} chose {self.shown} and sees {heading} ({name})."
            )

    def _heading(self) -> str:
        """The formula that stands over the page, if it is a page on one crystal."""
        for kind, element in self.visitor.elements.values():
            if kind == "heading" and element.tag == "h1":
                title = re.sub(r"[\\*_]", "", element.body).translate(_SUBSCRIPTS)
                return "" if title in ("Compare", "Batch", "Model") else title
        return ""


async def visit(
    address: str,
    number: int,
    record: Record,
    pause: float,
    end: float,
    repeats: int = 1,
) -> None:
    """Take part in a lesson to its end; who is thrown out comes back with a new session.

    Args:
        address: Of the server.
        number: Of the visitor.
        record: Where everything is noted.
        pause: Seconds between two clicks, on average.
        end: When to leave, on the clock of ``time.monotonic``.
        repeats: How often the own crystal's cell is repeated along each axis.
    """
    while time.monotonic() < end:
        try:
            async with Visitor(address) as visitor:
                try:
                    await Pupil(visitor, number, record, pause, repeats).attend(end)
                finally:
                    record.received += visitor.received
        except Exception as error:
            record.faults.append(
                f"Visitor {number} began anew: {type(error).__name__}: {error}"
            )
