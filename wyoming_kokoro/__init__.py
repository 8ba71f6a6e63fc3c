"""Wyoming text-to-speech service on Kokoro."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports to its maker, and keeps an identifier for that under ~/.cache, unless this is set before it is
# imported. No voice assistant should do that behind its owner's back; who wants it sets the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
