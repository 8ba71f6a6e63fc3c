"""What can be seen and asked over HTTP."""
