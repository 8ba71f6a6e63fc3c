"""The Wyoming protocol: reading and writing it, one connection, the server, and being found."""
