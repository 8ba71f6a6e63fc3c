"""The configuration as frozen models: every key, its default and its bounds.

`config/wyoming-kokoro.yaml` shows the same keys with a comment each. Reading files, environment and flags is
`config_sources`.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

DEFAULT_PORT = 10210
MAX_TEXT = 20_000
"""Characters that may wait on one connection: twenty minutes of speech, far more than an assistant says."""
MAX_QUEUE_S = 4 * 3600.0
"""Seconds of speech that may wait in all: of twelve clients with the longest texts, or of hundreds with an answer."""


def _listening_uri(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme == "stdio" or (parts.scheme == "unix" and parts.path):
        return uri
    try:
        if parts.scheme == "tcp" and parts.hostname and parts.port is not None:
            return uri
    except ValueError:  # a port that is no number, or beyond 65535
        pass
    raise ValueError("expected tcp://HOST:PORT (0.0.0.0 listens everywhere), unix:///PATH or stdio://")


def _web_uri(uri: str) -> str:
    parts = urlsplit(uri)
    try:
        if parts.scheme == "http" and parts.hostname and parts.port is not None and parts.path in ("", "/"):
            return uri
    except ValueError:  # a port that is no number, or beyond 65535
        pass
    raise ValueError("expected http://HOST:PORT")


def _host_name(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._-]{1,253}", name):
        return name.lower()
    raise ValueError("expected a host name without port, such as kokoro.example.org")


def _key(key: str) -> str:
    if re.fullmatch(r"[!-~]{8,200}|", key):
        return key
    raise ValueError("expected 8 to 200 characters of ASCII without spaces")


def _network(network: str) -> str:
    try:
        return str(ipaddress.ip_network(network, strict=False))
    except ValueError:
        raise ValueError("expected an IP address or a network, such as 192.168.1.0/24 or fd00::/8") from None


def _device(prefer: str) -> str:
    if re.fullmatch(r"auto|cpu|cuda(:\d{1,2})?", prefer):
        return prefer
    raise ValueError("expected auto, cpu, cuda or cuda:N (N is the number of the GPU, from 0)")


def _announceable(address: str) -> str:
    try:
        if not ipaddress.ip_address(address).is_unspecified:
            return address
    except ValueError:
        pass
    raise ValueError("expected an IP address that others can connect to, such as 192.168.1.20")


def _path(path: Path, info: ValidationInfo) -> Path:
    """Relative paths are meant from the folder of the configuration file, which validation gets as its context."""
    folder = info.context if isinstance(info.context, Path) else Path()
    try:
        return folder / path.expanduser()
    except RuntimeError:  # a container's user may have none
        raise ValueError("this user has no home folder for ~; give a whole path") from None


Seconds = Annotated[float, Field(ge=0, le=5)]
SPEEDS = (0.5, 2.0)
"""Kokoro's own bounds."""
Speed = Annotated[float, Field(ge=SPEEDS[0], le=SPEEDS[1])]
Gain = Annotated[float, Field(ge=-40, le=20)]
"""Decibels."""
UserPath = Annotated[Path, AfterValidator(_path)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True)


class Server(_Section):
    uri: Annotated[str, AfterValidator(_listening_uri)] = f"tcp://0.0.0.0:{DEFAULT_PORT}"
    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    max_connections: Annotated[int, Field(ge=1, le=10_000)] = 128
    max_per_address: Annotated[int, Field(ge=1, le=10_000)] = 64
    max_text: Annotated[int, Field(ge=100, le=1_000_000)] = MAX_TEXT
    max_queue: Annotated[float, Field(ge=60, le=1_000_000)] = MAX_QUEUE_S
    idle_timeout: Annotated[float, Field(ge=1, le=7 * 24 * 3600)] = 3600.0
    grace: Annotated[float, Field(ge=0, le=300)] = 10.0


class Discovery(_Section):
    enabled: bool = True
    name: Annotated[str, Field(max_length=60)] = ""
    addresses: tuple[Annotated[str, AfterValidator(_announceable)], ...] = ()


class Device(_Section):
    prefer: Annotated[str, AfterValidator(_device)] = "auto"
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    memory_limit: Annotated[int, Field(ge=512, le=1_000_000)] | None = None
    parallel: Annotated[int, Field(ge=0, le=32)] = 0
    idle_unload: Annotated[float, Field(ge=0, le=7 * 24 * 3600)] = 0.0
    watchdog: Annotated[float, Field(ge=0, le=3600)] = 300.0


class Model(_Section):
    release: Literal["v1.0", "v1.1", "v1.1-zh"] = "v1.1"
    precision: Literal["fp32", "fp16", "int8"] = "fp32"
    dir: UserPath = Field(default=Path("~/.local/share/wyoming-kokoro"), validate_default=True)
    download: bool = True
    prepare: bool = True
    mirrors: tuple[str, ...] = ("https://github.com/thewh1teagle/kokoro-onnx/releases/download",)
    path: UserPath | None = None
    voices_path: UserPath | None = None

    @property
    def bopomofo(self) -> bool:
        """Whether its phonemes of Chinese are Bopomofo."""
        return self.release == "v1.1-zh"


class VoiceSettings(_Section):
    speed: Speed = 1.0
    gain: Gain = 0.0


class Blend(_Section):
    """A voice that is mixed from others: their names with their shares, and a language if it isn't the heaviest's."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[float, Field(gt=0, le=1000)]] = Field(init=False)

    language: str | None = None

    @model_validator(mode="after")
    def _has_parts(self) -> Self:
        if not self.parts:
            raise ValueError("expected voices with their shares, such as {af_heart: 0.7, bf_emma: 0.3}")
        return self

    @property
    def parts(self) -> dict[str, float]:
        return self.__pydantic_extra__


class Voices(_Section):
    default: str = "af_heart"
    by_language: dict[str, str] = {}
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    speed: Speed = 1.0
    gain: Gain = 0.0
    level: bool = True
    settings: dict[str, VoiceSettings] = {}
    blends: dict[str, Blend] = {}
    aliases: dict[Annotated[str, Field(min_length=1, max_length=200)], str] = {}


class Rules(_Section):
    """What of a text is said otherwise than it is written. Off: it goes to the phonemizer as it is."""

    markdown: bool = True
    html: bool = True
    emoji: Literal["drop", "name"] = "drop"
    urls: Literal["short", "drop", "spell"] = "short"
    entities: bool = True
    phones: bool = True
    versions: bool = True
    dates: bool = True
    times: bool = True
    money: bool = True
    units: bool = True
    ranges: bool = True
    fractions: bool = True
    ordinals: bool = True
    numbers: bool = True
    abbreviations: bool = True
    initialisms: bool = True
    symbols: bool = True


class Pronunciation(_Section):
    """How one word or phrase of the lexicon is said."""

    say: Annotated[str, Field(min_length=1, max_length=1000)]
    case: bool = False
    language: str | None = None
    whole: bool = True


def _lexicon(value: object, info: ValidationInfo) -> object:
    """Its entries are checked where they are read, `text.lexicon_entries`, the same for both."""
    if isinstance(value, str | Path):
        return _path(Path(value), info)
    if isinstance(value, dict):
        return value
    raise ValueError("expected words with how they are said, such as {HA: Home Assistant}, or the path of a YAML file")


class Text(_Section):
    sentence_pause: Seconds = 0.25
    clause_pause: Seconds = 0.1
    flush_after: Seconds = 0.15
    first_audio_target: Annotated[float, Field(ge=0, le=60)] = 1.0
    rules: Rules = Rules()
    lexicon: Annotated[dict[str, Any] | Path, BeforeValidator(_lexicon)] = {}


class Web(_Section):
    enabled: bool = False
    uri: Annotated[str, AfterValidator(_web_uri)] = "http://127.0.0.1:10211"
    hosts: tuple[Annotated[str, AfterValidator(_host_name)], ...] = ()
    api_key: Annotated[str, AfterValidator(_key)] = ""
    show_text: bool = False


class Log(_Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Config(_Section):
    server: Server = Server()
    discovery: Discovery = Discovery()
    device: Device = Device()
    engine: Literal["auto", "kokoro", "espeak"] = "auto"
    model: Model = Field(default_factory=Model)  # not before it is needed: it asks for the user's home
    voices: Voices = Voices()
    text: Text = Text()
    web: Web = Web()
    log: Log = Log()
