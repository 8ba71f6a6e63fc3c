"""What others may read."""

import pytest

from wyoming_kokoro.privacy import public, without_addresses


def test_the_home_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the user's name in it."""
    monkeypatch.setenv("HOME", "/home/jane")
    assert public("not in /home/jane/.local/share") == "not in ~/.local/share"
    assert public("/home/janet/x and /Users/joe") == "~/x and ~"


def test_no_home_folder_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user may live in /."""
    monkeypatch.setenv("HOME", "/")
    assert public("not in /data") == "not in /data"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("announced at 192.168.1.20 and 2001:db8::7", "announced at (address) and (address)"),
        ("tcp://10.0.0.7:10210 is free", "tcp://(address):10210 is free"),
        ("tcp://[fe80::1]:10210", "tcp://[(address)]:10210"),
        ("tcp://0.0.0.0:10210 on 127.0.0.1 and ::1", "tcp://0.0.0.0:10210 on 127.0.0.1 and ::1"),
        ("driver 535.274.02, numpy 2.4.6 at 12:30, 4 s", "driver 535.274.02, numpy 2.4.6 at 12:30, 4 s"),
    ],
)
def test_addresses_are_masked(text: str, masked: str) -> None:
    """All but those that every machine has; versions and times are none."""
    assert without_addresses(text) == masked
