"""Web and mail addresses, and those of hosts, as one would say them: 'example dot com'."""

import re
from collections.abc import Mapping
from typing import Literal

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {".": "dot", "@": "at", "/": "slash", ":": "colon", "-": "dash", "_": "underscore"},
    "es": {".": "punto", "@": "arroba", "/": "barra", ":": "dos puntos", "-": "guion", "_": "guion bajo"},
    "fr": {".": "point", "@": "arobase", "/": "slash", ":": "deux-points", "-": "tiret", "_": "tiret bas"},
    "it": {".": "punto", "@": "chiocciola", "/": "barra", ":": "due punti", "-": "trattino", "_": "trattino basso"},
    "pt": {".": "ponto", "@": "arroba", "/": "barra", ":": "dois pontos", "-": "hífen", "_": "sublinhado"},
    "hi": {".": "डॉट", "@": "ऐट", "/": "स्लैश", ":": "कोलन", "-": "डैश", "_": "अंडरस्कोर"},
    "ja": {".": "ドット", "@": "アット", "/": "スラッシュ", ":": "コロン", "-": "ハイフン", "_": "アンダーバー"},
    "zh": {".": "点", "@": "艾特", "/": "斜杠", ":": "冒号", "-": "横杠", "_": "下划线"},
}
_SILENT = str.maketrans(dict.fromkeys("?!;,()[]~|\"'", " "))
"""In an address that is spelled they would end a sentence or make a pause."""

_TLDS = (
    "com|org|net|edu|gov|io|dev|app|info|biz|eu|ai|tv|de|at|ch|uk|fr|es|pt|br|it|jp|cn|tw|nl|pl|se|ca|au|nz|mx|ar"
    "|local|lan|internal"
)
"""Lower case only: in 'Yes.It works' a space is missing, and ASP.NET is none. .in, .is, .me are words."""
_TLDS_WITH_PATH = "be|cc|gg|gl|in|is|ly|me|to|us"
"""youtu.be/..., bit.ly/..."""
_DOMAINS = (
    "light|switch|sensor|climate|cover|fan|lock|scene|script|automation|camera|person|zone|update|button|select|event"
)
"""Of Home Assistant: light.local is an entity."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CHAR = "[!#-&(-;=?-Z\\[\\]_a-z~\u00a1-\u1fff]"
"""Of a URL: no quote, bracket or backslash, and nothing of Chinese and Japanese, which follows without a space."""
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_MAIL = rf"(?:mailto:)?(?P<mail>[A-Za-z0-9_][A-Za-z0-9_.+%-]{{0,63}}@(?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,24}})(?![\w-])"
_URL = rf"(?i:https?|ftps?|sftp|wss?|mqtts?|rtsp|ssh)://{_CHAR}+"
_TAIL = rf"(?::\d{{1,5}})?(?:[/?#]{_CHAR}*)?"
_IP = rf"(?:{_BYTE}\.){{3}}{_BYTE}(?![\w-]|\.\d)(?::\d{{1,5}}(?:/{_CHAR}*)?)?"
"""A path only behind a port: 10.0.0.0/24 is a network."""
_END = rf"(?:(?:{_TLDS})(?![\w-]|\.\w)|(?:{_TLDS_WITH_PATH})(?=/\w))"
_NAMED = rf"(?!(?:{_DOMAINS})\.[a-z]+(?![\w.-]))(?:{_LABEL}\.){{1,8}}{_END}"
_HOST = rf"(?i:www\.){_CHAR}+|localhost(?=:\d){_TAIL}|(?P<ip>{_IP})|{_NAMED}{_TAIL}"
_ADDRESS = re.compile(rf"(?<![\w@]){_URL}|(?<![\w@./+%-])(?:{_MAIL}|{_HOST})", re.ASCII)
_BEHIND = re.compile(r"[.,;:!?*_\[\]…¡-¿]+$|\)$")
"""What stands behind an address but belongs to the sentence; a closing parenthesis only if none is open."""
_EMPTY = re.compile(r" ?\(\s*\)")


def say(text: str, how: Literal["short", "drop", "spell"], language_tag: str) -> str:
    """The text with its addresses as words.

    short: the host without 'www' and port; drop: nothing; spell: all of it. Mail addresses are spelled or dropped,
    the numbers of an IP address by itself are always said.
    """
    words = _WORDS.get(language_tag.partition("-")[0].lower(), _WORDS["en"])

    def said(match: re.Match[str]) -> str:
        address, behind = _split(match[0])
        if how == "drop" and not match["ip"]:
            return behind
        if match["mail"] or how == "spell":
            return _spelled(address.removeprefix("mailto:"), words) + behind
        return _host(address).replace(".", f" {words['.']} ") + behind

    said_text = _ADDRESS.sub(said, text)
    if how == "drop" and said_text != text:
        said_text = re.sub(r" (?=[.,;:!?](?:\s|$))", "", _EMPTY.sub("", said_text))
    return said_text


def _split(found: str) -> tuple[str, str]:
    """The address, and the punctuation of the sentence behind it."""
    address = found
    while match := _BEHIND.search(address):
        if match[0] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[: match.start()]
    return address, found[len(address) :]


def _host(address: str) -> str:
    host = re.split("[/?#]", address.partition("://")[2] or address, maxsplit=1)[0].rpartition("@")[2]
    if host.startswith("["):  # of version 6, such as [fe80::1]
        return " ".join(re.split("[][:]+", host))
    return re.sub(r"(?i)^www\.(?=.)|:\d*$", "", host)


def _spelled(address: str, words: Mapping[str, str]) -> str:
    spaced = "".join(f" {words.get(char, char)} " if char in words or char in "=&+#%" else char for char in address)
    return " ".join(spaced.translate(_SILENT).split())
