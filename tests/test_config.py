"""The file with every key, the order of sources, and what is said about values that can't be used."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import load
from wyoming_kokoro.errors import ConfigError
from wyoming_kokoro.speech import voices
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.voices import catalogue

SHIPPED = Path(__file__).parent.parent / "config" / "wyoming-kokoro.yaml"


def loaded(
    path: Path | None = None, flags: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> Config:
    return load(path, flags or {}, lambda config: catalogue(config.voices), environ or {})


def fault(path: Path | None = None, **sources: Mapping[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(path, **sources)
    return str(caught.value)


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """The keys of a model as nested mappings."""
    sections = {name: field.annotation for name, field in model.model_fields.items()}
    return {
        name: keys(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        for name, kind in sections.items()
    }


def shape(values: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: shape(values[name], below) if below else None for name, below in like.items() if name in values}


def test_the_shipped_file_equals_the_defaults() -> None:
    """Whoever starts from config/wyoming-kokoro.yaml starts from what the program does without it."""
    assert loaded(SHIPPED) == Config()


def test_the_shipped_file_has_every_key_with_a_comment() -> None:
    """No key is left out, and above each stands what it does."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert shape(yaml.safe_load(text), keys(Config)) == keys(Config)
    bare = re.compile(r"^  \w+:.*\n  (?!#)(\w+):", re.MULTILINE)
    together = {match[1] for match in bare.finditer(text)}
    assert together == {"voices_path", "gain", "clause_pause"}, "these share the comment of the key above them"


def test_environment_goes_over_the_file_and_flags_over_both(tmp_path: Path) -> None:
    """Each later source wins for the keys that it names, and only for those."""
    path = written(tmp_path, "server: {uri: 'tcp://0.0.0.0:1', max_text: 500, grace: 1}\nengine: kokoro\n")
    environ = {"WYOMING_KOKORO_SERVER__URI": "tcp://0.0.0.0:2", "WYOMING_KOKORO_SERVER__MAX_TEXT": "600", "PATH": "/"}
    config = loaded(path, {"server.uri": "tcp://0.0.0.0:3"}, environ)
    assert (config.server.uri, config.server.max_text, config.server.grace) == ("tcp://0.0.0.0:3", 600, 1.0)
    assert config.engine == "kokoro"


def test_environment_names_the_file_and_takes_lists(tmp_path: Path) -> None:
    """WYOMING_KOKORO_CONFIG is the file; values are YAML, so that a list or a mapping can be given."""
    path = written(tmp_path, "log: {level: debug}")
    environ = {"WYOMING_KOKORO_CONFIG": str(path), "WYOMING_KOKORO_VOICES__BLENDS": "{dusk: {af_sky: 1, am_puck: 3}}"}
    config = loaded(None, {}, environ)
    assert config.log.level == "debug"
    assert config.voices.blends["dusk"].parts == {"af_sky": 1.0, "am_puck": 3.0}


def test_variables_that_kubernetes_sets_are_no_keys() -> None:
    """A Service with our name puts its address into every container: that must not keep us from starting."""
    environ = {
        "WYOMING_KOKORO_PORT": "tcp://10.0.0.1:10210",
        "WYOMING_KOKORO_PORT_10210_TCP": "tcp://10.0.0.1:10210",
        "WYOMING_KOKORO_SERVICE_HOST": "10.0.0.1",
    }
    assert loaded(None, {}, environ) == Config()


def test_the_configuration_is_frozen() -> None:
    """Nobody changes it behind somebody else's back."""
    with pytest.raises(ValueError, match="frozen"):
        Config().server.uri = "x"


def test_relative_paths_are_meant_from_the_file(tmp_path: Path) -> None:
    """A service started elsewhere finds the same files; ~ is the home."""
    path = written(tmp_path, "model: {dir: models, path: ../m.onnx, voices_path: ~/v.bin}")
    model = loaded(path).model
    assert model.dir == tmp_path / "models"
    assert model.path == tmp_path / "../m.onnx"
    assert model.voices_path == Path.home() / "v.bin"


def test_a_user_without_a_home_is_told_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number: the default of model.dir can't be used, another one can."""

    def homeless(path: Path) -> Path:
        if str(path).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return path

    monkeypatch.setattr(Path, "expanduser", homeless)
    assert "model.dir: " in fault() and "no home folder for ~; give a whole path" in fault()
    assert loaded(environ={"WYOMING_KOKORO_MODEL__DIR": str(tmp_path)}).model.dir == tmp_path


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("server:\n  urii: x\n", 2, "server.urii: unknown key, did you mean 'uri'? (allowed: uri, allow"),
        ("\nserverr: {}\n", 2, "serverr: unknown key, did you mean 'server'?"),
        ("server: 5\n", 1, "server: 5 can't be used: expected keys with their values below it"),
        ("device: cuda\n", 1, "device: 'cuda' can't be used: expected keys with their values below it"),
        ("model: {mirrors: 'http://x'}", 1, "model.mirrors: 'http://x' can't be used: expected a list"),
        ("model: {dir: 3}", 1, "model.dir: 3 can't be used: expected a path"),
        ("device: {idle_unload: -1}", 1, "device.idle_unload: -1 can't be used: should be greater than or equal to 0"),
        ("server: {max_text: lots}", 1, "server.max_text: 'lots' can't be used: should be a valid integer"),
        ("server: {max_connections: 0}", 1, "server.max_connections: 0 can't be used: should be greater than"),
        ("server: {uri: 10210}", 1, "server.uri: 10210 can't be used: expected tcp://HOST:PORT"),
        ("server: {uri: 'tcp://0.0.0.0'}", 1, "expected tcp://HOST:PORT"),
        ("server: {uri: 'tcp://0.0.0.0:99999'}", 1, "expected tcp://HOST:PORT"),
        ("web: {uri: 'https://x'}", 1, "web.uri: 'https://x' can't be used: expected http://HOST:PORT"),
        (
            "engine: kokkoro",
            1,
            "'kokkoro' can't be used: should be 'auto', 'kokoro' or 'espeak', did you mean 'kokoro'?",
        ),
        ("device: {prefer: gpu}", 1, "device.prefer: 'gpu' can't be used: expected auto, cpu, cuda or cuda:N"),
        (
            "device: {memory_limit: 1}",
            1,
            "device.memory_limit: 1 can't be used: should be greater than or equal to 512",
        ),
        ("discovery: {addresses: [0.0.0.0]}", 1, "'0.0.0.0' can't be used: expected an IP address"),
        (
            "model: {release: '1.0'}",
            1,
            "'1.0' can't be used: should be 'v1.0', 'v1.1' or 'v1.1-zh', did you mean 'v1.0'?",
        ),
        ("text: {sentence_pause: .inf}", 1, "text.sentence_pause: inf can't be used"),
        ("voices:\n  speed: 3", 2, "voices.speed: 3 can't be used: should be less than or equal to 2"),
        ("voices:\n  default: af_hart", 2, "voices.default: 'af_hart' is no voice here, did you mean 'af_heart'?"),
        ("voices:\n  by_language:\n    xx: af_sky", 3, "voices.by_language.xx: No voice speaks the language 'xx'"),
        ("voices:\n  by_language: {en: xx}", 2, "voices.by_language.en: 'xx' is no voice here"),
        (
            "voices:\n  settings:\n    af_sky: {sped: 1}",
            3,
            "voices.settings.af_sky.sped: unknown key, did you mean 'speed'?",
        ),
        (
            "voices:\n  settings:\n    af_skyy: {}",
            3,
            "voices.settings.af_skyy: 'af_skyy' is no voice here, did you mean",
        ),
        ("voices:\n  blends:\n    x: {}", 3, "voices.blends.x: {} can't be used"),
        (
            "voices:\n  blends:\n    x: {af_sky: 0}",
            3,
            "voices.blends.x.af_sky: 0 can't be used: should be greater than 0",
        ),
        ("voices:\n  blends:\n    x:\n      af_ski: 1", 4, "voices.blends.x.af_ski: 'af_ski' is no voice here"),
        ("voices:\n  blends: {af_sky: {af_bella: 1}}", 2, "voices.blends.af_sky: a voice already has this name"),
        ("voices:\n  exclude: ['*']", 2, "voices.exclude: leaves out voices.default, which is 'af_heart'"),
        (
            "voices:\n  by_language: {en: bf_emma}",
            2,
            "voices.by_language.en: 'bf_emma' speaks British English (en-GB), not",
        ),
        ("log: {level: loud}", 1, "log.level: 'loud' can't be used: should be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, text: str, line: int, said: str) -> None:
    """File, line, path of the key, the value, what is allowed, and the nearest spelling."""
    path = written(tmp_path, text)
    message = fault(path)
    assert said in message
    assert "\n" not in message
    assert message.startswith(f"{path}:{line}: ")


def test_every_fault_of_a_file_is_named(tmp_path: Path) -> None:
    """One line for each, so that nobody mends them one start at a time."""
    lines = fault(written(tmp_path, "engine: x\nlog: {level: y}\nwep: {}\n")).splitlines()
    assert len(lines) == 3


def test_faults_of_variables_and_flags_name_them(tmp_path: Path) -> None:
    """The place is the variable or the flag, not the file that they override."""
    path = written(tmp_path, "engine: kokoro")
    assert fault(path, environ={"WYOMING_KOKORO_ENGINE": "x"}).startswith("WYOMING_KOKORO_ENGINE: engine: 'x'")
    assert fault(path, environ={"WYOMING_KOKORO_SEVER__URI": "x"}).startswith(
        "WYOMING_KOKORO_SEVER: sever: unknown key"
    )
    assert fault(path, flags={"log.level": "x"}).startswith("command line: log.level: 'x'")
    assert fault(path, flags={"voices.default": "x"}).startswith("command line: voices.default: 'x' is no voice")
    assert "is set both as a value and as a section" in fault(path, flags={"log": "x", "log.level": "info"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", ":2: a: stands here and in line 1"),
        ("server: {uri: x, uri: y}", ":1: server.uri: stands here and in line 1"),
        ("a: [1", ": not valid YAML: "),
        ("\tx: 1", ": not valid YAML: "),
        ("- 1", ": expected sections such as 'server:', found list"),
        ("just words", ": expected sections such as 'server:', found str"),
        ("a: !!python/object:os.system x", ": not valid YAML: "),
        ("[" * 5000, ": not valid YAML: "),
        ("#" * 2_000_000, ": larger than"),
        ("a: &x {b: *x}", ": not valid YAML: "),
        ("discovery: {name: 2024-02-30}", ": not valid YAML: "),
        ('server: {grace: !!int ""}', ": not valid YAML: "),
        ("server: {grace: !!bool maybe}", ": not valid YAML: "),
        ("server: {grace: !!timestamp x}", ": not valid YAML: "),
    ],
)
def test_a_file_that_is_no_configuration_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Never a traceback, and nothing in it is executed."""
    message = fault(written(tmp_path, text))
    assert said in message and "\n" not in message


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Missing, or a folder."""
    assert fault(tmp_path / "none.yaml").startswith(f"{tmp_path}/none.yaml: No such file or directory")
    assert fault(tmp_path).startswith(f"{tmp_path}: Is a directory")
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01\x80")
    assert ": not valid YAML: " in fault(binary)


@pytest.mark.parametrize("text", ["", "# nothing\n", "server:\n  # all commented out\n", "---\n"])
def test_an_empty_file_or_section_means_the_defaults(tmp_path: Path, text: str) -> None:
    """A section whose keys are all commented out isn't a fault."""
    assert loaded(written(tmp_path, text)) == Config()


def test_a_voice_whose_front_end_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that it needs."""
    monkeypatch.setattr(voices, "is_spoken", lambda language: language.extra is None)
    message = fault(written(tmp_path, "voices:\n\n  default: jf_alpha"))
    assert ":3: voices.default: 'jf_alpha' can't be spoken: the extra 'ja', which Japanese needs," in message


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("PV: {say: solar, cas: true}", "text.lexicon.PV: cas: unknown key, did you mean 'case'? (allowed: say, case,"),
        ("PV: {case: true}", "text.lexicon.PV: say: Field required"),
        ("PV:", "text.lexicon.PV: expected how it is said, or say, case, language and whole, got nothing"),
        ("PV: off", "text.lexicon.PV: expected how it is said, or say, case, language and whole, got False. Put it in"),
        ("PV: [solar]", "text.lexicon.PV: expected how it is said, or say, case, language and whole, got ['solar']"),
        ("PV: {say: solar, language: klingon}", "text.lexicon.PV: language: 'klingon' is none that is spoken"),
        ("PV: /pʘv/", "text.lexicon.PV: /pʘv/ has 'ʘ' (U+0298 LATIN LETTER BILABIAL CLICK) at position 2"),
    ],
)
def test_an_entry_of_the_lexicon_that_cannot_be_used(tmp_path: Path, entry: str, said: str) -> None:
    """One line with its place, as for any other key."""
    path = written(tmp_path, f"text:\n  lexicon:\n    {entry}")
    with pytest.raises(ConfigError) as caught:
        load(path, {}, lambda settings: diction(settings.text), {})
    assert str(caught.value).startswith(f"{path}:3: {said}") and "\n" not in str(caught.value)


def test_keys_are_taken_as_they_are_written(tmp_path: Path) -> None:
    """YAML would take `no` for false, a date for a date and 10:05 for 605."""
    path = written(tmp_path, "text: {lexicon: {no: nope, 10:05: now, 2026-11-24: today, 1: one}}")
    assert loaded(path).text.lexicon == {"no": "nope", "10:05": "now", "2026-11-24": "today", "1": "one"}
    assert loaded(written(tmp_path, "voices: {blends: {on: {af_sky: 1}}}")).voices.blends["on"].parts == {"af_sky": 1.0}


def test_a_fault_of_yaml_has_its_line(tmp_path: Path) -> None:
    """And the words of the parser, without its own idea of the file's name."""
    path = written(tmp_path, "log: {level: info}\nvoices: [\n")
    assert f"{path}:3: not valid YAML: expected the node content" in fault(path)
