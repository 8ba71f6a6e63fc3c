"""What is there, what works, and what to do: the command `doctor`."""
