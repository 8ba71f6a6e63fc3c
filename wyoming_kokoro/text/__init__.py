"""Words in: sentences out of a stream of text, and what of them can be spoken."""
