"""Phonemes to samples: the languages, the voices and the engines."""
