"""What is done where layers cannot be compiled or steps not be captured."""

import logging

import pytest
import torch
from torch import Tensor

from crysformer.training.device.capture import Part, fastest, run_once


class Counter:
    """A part of a step that changes one tensor and, in its first run, makes another."""

    def __init__(self) -> None:
        self.total = torch.tensor(5.0)
        self.made: list[Tensor] = []

    def tensors(self) -> list[Tensor]:
        """Everything that it changes."""
        return [self.total, *self.made]

    def run(self) -> None:
        """Count."""
        if not self.made:
            self.made.append(torch.zeros(()))
        self.total += 1.0
        self.made[0] += 1.0


def captured(parts: list[Part]) -> list[Part]:
    """As a capture does: the parts run some times, then each can be replayed."""
    return run_once(parts, 3)


def test_trial_runs_leave_no_trace():
    counter = Counter()
    place = counter.total.data_ptr()
    (part,) = fastest([counter.run], counter.tensors, captured)
    assert (float(counter.total), float(counter.made[0])) == (5.0, 0.0)
    assert counter.total.data_ptr() == place
    part()
    assert (float(counter.total), float(counter.made[0])) == (6.0, 1.0)


def test_a_failed_capture_leaves_steps_as_they_are(caplog):
    counter = Counter()

    def capture(parts: list[Part]) -> list[Part]:
        captured(parts)
        raise RuntimeError("operation not permitted when stream is capturing")

    (part,) = fastest([counter.run], counter.tensors, capture)
    warned = [record.getMessage() for record in caplog.records]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "without compiled layers" in warned[0]
    assert "without a CUDA graph: RuntimeError: operation not permitted" in warned[1]
    assert (float(counter.total), float(counter.made[0])) == (5.0, 0.0)
    part()
    assert float(counter.total) == 6.0


def test_layers_that_cannot_be_compiled_run_as_they_are(caplog):
    def broken(*_):
        raise RuntimeError("no C++ compiler")

    total = torch.zeros(3)
    add = torch.compile(lambda: total.add_(1.0), backend=broken)
    (part,) = fastest([add], lambda: [total], captured)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("crysformer")]
    assert len(ours) == 1
    assert "without compiled layers: BackendCompilerFailed" in ours[0]
    assert not total.any()
    part()
    assert total.tolist() == [1.0, 1.0, 1.0]


def test_an_error_of_the_step_itself_is_not_hidden(caplog):
    def wrong() -> None:
        raise ValueError("shapes do not fit")

    (part,) = fastest([wrong], list, captured)
    with pytest.raises(ValueError, match="shapes do not fit"):
        part()
