"""`wyoming-kokoro voices`."""

import json
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.cli.main import main

DUSK = ("-s", "voices.blends={dusk: {bf_emma: 1, am_adam: 3, language: en-GB}}")


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["voices", *options]) == 0
    return capsys.readouterr().out


def test_the_list_says_what_a_voice_is_made_of(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares, speed, gain and other names, where there is anything to say."""
    options = (
        "--model-dir", str(tiny_folder), *DUSK, "-s", "voices.settings={dusk: {speed: 0.9, gain: 3}}",
        "-s", "voices.aliases={sunset: dusk, en_GB-alan-low: dusk}",
    )  # fmt: skip
    assert listed(capsys, *options).splitlines() == [
        "  af_bella       en-US  female  A-  also coral",
        "* af_heart       en-US  female  A   also default, marin",
        "  am_adam        en-US  male    F+",
        "* bf_emma        en-GB  female  B-",
        "  dusk           en-GB  male        75% am_adam + 25% bf_emma; 0.9× speed; +3 dB; also en_GB-alan-low, sunset",
        "* ef_dora        es-ES  female",
        "* ff_siwis       fr-FR  female  B-",
    ]


def test_the_list_is_json_for_machines(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object for each voice, of the wanted language only."""
    options = ("--model-dir", str(tiny_folder), *DUSK, "-l", "en", "-s", "voices.gain=-2", "--json")
    found: list[dict[str, Any]] = json.loads(listed(capsys, *options))
    assert [voice["name"] for voice in found] == ["af_bella", "af_heart", "am_adam"]
    assert found[1] == {
        "name": "af_heart",
        "title": "(default) Heart, female, grade A",
        "language": "en-US",
        "gender": "female",
        "grade": "A",
        "speed": 1.0,
        "gain": -2.0,
        "styles": {"af_heart": 1.0},
        "default": True,
        "aliases": ["default", "marin"],
    }
    british = json.loads(listed(capsys, "--model-dir", str(tiny_folder), *DUSK, "-l", "en-GB", "--json"))
    assert british[1]["styles"] == {"am_adam": 0.75, "bf_emma": 0.25} and british[1]["grade"] is None


def test_without_a_model_the_list_is_that_of_the_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The embedded voice speaks under these names; its default is one of them."""
    options = ("--model-dir", str(tmp_path), "-s", "model.release=v1.1-zh", "-l", "en")
    assert [line.split()[:2] for line in listed(capsys, *options).splitlines()] == [
        ["*", "af_maple"],
        ["af_sol", "en-US"],
    ]
