"""Prepares Kokoro's graph for a GPU: the same function in fewer and faster steps. By op pattern, never by name."""
