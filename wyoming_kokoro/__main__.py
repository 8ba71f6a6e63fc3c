"""`python -m wyoming_kokoro`."""

from wyoming_kokoro.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
