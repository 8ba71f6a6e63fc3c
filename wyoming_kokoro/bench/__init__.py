"""`wyoming-kokoro bench`: how fast this program is on this machine, beside its floor and the plain library."""
