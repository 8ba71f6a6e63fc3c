"""The rules of Hindi. Whole numbers stay digits, which espeak-ng reads; it drops signs and decimal points."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.patterns import BEGIN, END
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import SILENT, currencies, listed, units, words

MONTHS = listed("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
UNITS = units(
    """
°C = डिग्री सेल्सियस
°F = डिग्री फ़ारेनहाइट
° = डिग्री
K = केल्विन
% = प्रतिशत
W = वाट
kW = किलोवाट
MW = मेगावाट
Wh = वाट घंटा | वाट घंटे
kWh = किलोवाट घंटा | किलोवाट घंटे
MWh = मेगावाट घंटा | मेगावाट घंटे
VA = वोल्ट एम्पियर
V = वोल्ट
mV = मिलीवोल्ट
A = एम्पियर
mA = मिलीएम्पियर
Hz = हर्ट्ज़
kHz = किलोहर्ट्ज़
MHz = मेगाहर्ट्ज़
GHz = गीगाहर्ट्ज़
Pa = पास्कल
hPa = हेक्टोपास्कल
mbar = मिलीबार
bar = बार
psi = पीएसआई
lx = लक्स
lm = ल्यूमेन
ppm = पीपीएम
ppb = पीपीबी
µg/m³ = माइक्रोग्राम प्रति घन मीटर
mg/m³ = मिलीग्राम प्रति घन मीटर
m³ = घन मीटर
km² = वर्ग किलोमीटर
cm² = वर्ग सेंटीमीटर
m² = वर्ग मीटर
L = लीटर
ml = मिलीलीटर
dl = डेसीलीटर
km/h = किलोमीटर प्रति घंटा
mph = मील प्रति घंटा
m/s = मीटर प्रति सेकंड
mm = मिलीमीटर
cm = सेंटीमीटर
km = किलोमीटर
m = मीटर
mi = मील
in = इंच
ft = फ़ुट
kg = किलोग्राम
g = ग्राम
mg = मिलीग्राम
lb = पाउंड
oz = औंस
dB = डेसिबल
dBm = डीबीएम
B = बाइट
kB = किलोबाइट
MB = मेगाबाइट
GB = गीगाबाइट
TB = टेराबाइट
kbit/s = किलोबिट प्रति सेकंड
Mbit/s = मेगाबिट प्रति सेकंड
Gbit/s = गीगाबिट प्रति सेकंड
ms = मिलीसेकंड
s = सेकंड
min = मिनट
h = घंटा | घंटे
d = दिन
"""
)
CURRENCIES = currencies(
    """
₹ INR Rs. Rs = रुपया | रुपये | | पैसा | पैसे
$ US$ USD = डॉलर | डॉलर | | सेंट | सेंट
€ EUR = यूरो | यूरो | | सेंट | सेंट
£ GBP = पाउंड | पाउंड | | पेनी | पेंस
¥ JPY = येन
"""
)
ABBREVIATIONS = words(
    """
डॉ. / डॉ॰ / Dr. = डॉक्टर
प्रो. / प्रो॰ = प्रोफ़ेसर
रु. / रु॰ = रुपये
कि.मी. / किमी = किलोमीटर
कि.ग्रा. = किलोग्राम
मि.ली. = मिलीलीटर
से.मी. = सेंटीमीटर
"""
)
SYMBOLS = SILENT | words(
    """
& = और
+ = प्लस
= = बराबर
@ = ऐट
# = नंबर
§ = धारा
% = प्रतिशत
° = डिग्री
₹ = रुपये
€ = यूरो
$ = डॉलर
× = गुणा
÷ = भाग
± = प्लस माइनस
"""
)
_HALVES = {1: "डेढ़", 2: "ढाई"}
_PARTS = {(1, 2): "आधा", (1, 3): "एक तिहाई", (2, 3): "दो तिहाई", (1, 4): "एक चौथाई", (3, 4): "तीन चौथाई"}
_ORDINALS = {"1ल": "पहल", "2र": "दूसर", "3र": "तीसर", "4थ": "चौथ", "6ठ": "छठ"} | {
    f"{number}व": f"{word}व" for number, word in {5: "पाँच", 7: "सात", 8: "आठ", 9: "नौ", 10: "दस"}.items()
}
_ORDINAL = re.compile(rf"(?<!\d)(?:{'|'.join(_ORDINALS)})(?=[\u093e\u0940\u0947])")
_GROUPS = re.compile(r"(?<![\d.,])\d{1,2}(?:,\d\d){1,6},\d{3}(?!,?\d)")
_OCLOCK = re.compile(r"(?<![\d:.])(\d{1,2}:[0-5]\d)\s?बजे")
_HALF = re.compile(rf"(?<![\d:.])(\d{{1,2}})(:[0-5]\d)\s?(?i:([ap])\.?m\.?){END}")
_CARBON_DIOXIDE = re.compile(rf"{BEGIN}CO[2\u2082]{END}")


def _clock(hour: int, minute: int, second: int | None) -> str:
    if not minute and not second:
        return f"{hour} बजे"
    said = f"{hour} बजकर {minute} मिनट"
    return said if second is None else f"{said} {second} सेकंड"


def _with_half(match: re.Match[str]) -> str:
    """The part of the day comes first."""
    hour = int(match[1]) % 12
    afternoon = "दोपहर" if hour < 4 else "शाम" if hour < 8 else "रात"
    return f"{'सुबह' if match[3] in 'aA' else afternoon} {match[1]}{match[2]}"


def _date(day: int, month: int, year: int | None) -> str:
    return f"{day} {MONTHS[month - 1]}" + (f" {year}" if year else "")


def _vulgar(whole: int, above: int, below: int) -> str:
    if whole and (above, below) == (1, 2):
        return _HALVES.get(whole, f"साढ़े {whole}")
    if whole and (above, below) == (1, 4):
        return "सवा" if whole == 1 else f"सवा {whole}"
    if above > below:
        return ""
    said = _PARTS.get((above, below)) or f"{above} बटा {below}"
    return f"{whole} सही {said}" if whole else said


LANGUAGE = Language(
    cardinal=lambda number, _: str(number),
    point="दशमलव",
    minus="माइनस",
    plus="प्लस",
    to="से",
    units=UNITS,
    per="{} प्रति {}",
    currencies=CURRENCIES,
    magnitudes={"लाख": "लाख", "करोड़": "करोड़", "हज़ार": "हज़ार", "हजार": "हज़ार"},
    clock=_clock,
    date=_date,
    vulgar=_vulgar,
    version="वर्ज़न",
    version_point="पॉइंट",
    dot="डॉट",
    abbreviations=ABBREVIATIONS,
    symbols=SYMBOLS,
)


def hindi() -> tuple[Rule, ...]:
    own = (
        Rule("times", _HALF, _with_half),
        Rule("times", _OCLOCK, lambda match: match[1]),
        Rule("ordinals", _ORDINAL, lambda match: _ORDINALS[match[0]]),
        Rule("initialisms", _CARBON_DIOXIDE, lambda _: "कार्बन डाइऑक्साइड"),
    )
    groups = Rule("numbers", _GROUPS, lambda match: match[0].replace(",", ""))
    return (groups, *in_order(LANGUAGE, own))
