"""`python -m wyoming_kokoro.runtime.graph SOURCE TARGET TAPS`: prepares a model in a process of its own.

It takes seconds and gigabytes, neither of which the service has to spare. The last line of its output is JSON:
{"refused": why not, or "", "report": what was done}.
"""

import json
import sys
import time
from pathlib import Path

import onnx

from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime.graph.comparing import difference, reference
from wyoming_kokoro.runtime.graph.observation import Inputs
from wyoming_kokoro.runtime.graph.preparing import prepare
from wyoming_kokoro.runtime.session import run_once

TOLERANCE = {4: 1e-4, 2: 2e-2}
"""Bytes of a weight -> the largest relative difference that is rounding: here 4e-6 was seen for float32."""


def main(source: Path, target: Path, taps: int) -> dict[str, str]:
    began = time.monotonic()
    original = onnx.load(source)
    model, report = prepare(original, _run, taps)
    expected = reference(original, _run)
    off = difference(expected, model, _run)
    if off > TOLERANCE[expected.precision.itemsize]:
        return {"refused": f"its output differs from the original's by {off:.1e}", "report": str(report)}
    onnx.save(model, target)
    took = time.monotonic() - began
    return {"refused": "", "report": f"{report}; differs from the original by {off:.1e}; {took:.0f} s"}


def _run(model: onnx.ModelProto, inputs: Inputs) -> Inputs:
    return run_once(model.SerializeToString(), inputs)


if __name__ == "__main__":
    try:
        said = main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    except KokoroError as error:
        said = {"refused": error.message, "report": ""}
    print(json.dumps(said))  # noqa: T201 - the answer
