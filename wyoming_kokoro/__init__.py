"""Wyoming text-to-speech service on Kokoro."""

__version__ = "0.1.0"
