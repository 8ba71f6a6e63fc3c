"""Sessions that say they are on a GPU, and fail when a test wants it. They infer on the CPU."""

import weakref
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.errors import DeviceError, DeviceMemoryError, SynthesisError
from wyoming_kokoro.runtime import loading
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.session import Session, open_session


class FakeGpu:
    """Takes the place of `open_session` where Kokoro is loaded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opens = True
        self.infers = True
        self.opened: list[str] = []
        """The devices of the sessions that were asked for."""
        self.files: list[Path] = []
        """The same sessions' models."""
        self.refused: Path | None = None
        """A model that the GPU can't infer."""
        self.unopened: Path | None = None
        """A model that the GPU can't load."""
        self.room = 1000
        """Tokens that fit into its memory."""
        self.error: type[SynthesisError] = SynthesisError
        """What an inference on the GPU raises that fails."""
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        monkeypatch.setattr(loading, "open_session", self.open)

    def alive(self) -> int:
        """How many sessions on the GPU nobody has given back."""
        return len(self._sessions)

    def open(self, path: Path, device: Device, settings: config.Device, profile: Path | None = None) -> Session:
        self.opened.append(str(device))
        self.files.append(path)
        if device.kind == "cpu":
            return open_session(path, device, settings, profile)
        if not self.opens:
            raise DeviceError("cuda:0 can't be used: CUDA error 803: another libcuda.so.1 hides the driver's")
        if path == self.unopened:
            raise DeviceError("cuda:0 can't be used: an operator isn't implemented")
        session = open_session(path, Device("cpu"), settings, profile)
        gpu = self

        class OnGpu(Session):
            def run(self, *args: Any, **kwargs: Any) -> Any:
                if not gpu.infers or path == gpu.refused:
                    raise gpu.error("Inference failed on cuda:0: CUDA error 700")
                if args[1][next(iter(args[1]))].size > gpu.room:
                    raise DeviceMemoryError("Inference failed on cuda:0: the GPU's memory is used up")
                return super().run(*args, **kwargs)

            def verify(self) -> None: ...

            def lost(self) -> None:
                return None

        session.__class__ = OnGpu
        session.device = device
        self._sessions.add(session)
        return session
