"""The rules of Japanese. Whole numbers stay digits: the front end reads them, but no signs, separators and symbols."""

from wyoming_kokoro.text.rules import east_asian
from wyoming_kokoro.text.rules.japanese_counters import counters, phones
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

UNITS = units(
    """
°C = {}度
°F = 華氏{}度
° = {}度
K = {}ケルビン
% = {}パーセント
W = {}ワット
kW = {}キロワット
MW = {}メガワット
Wh = {}ワット時
kWh = {}キロワット時
MWh = {}メガワット時
VA = {}ボルトアンペア
V = {}ボルト
mV = {}ミリボルト
A = {}アンペア
mA = {}ミリアンペア
Hz = {}ヘルツ
kHz = {}キロヘルツ
MHz = {}メガヘルツ
GHz = {}ギガヘルツ
Pa = {}パスカル
hPa = {}ヘクトパスカル
mbar = {}ミリバール
bar = {}バール
psi = {}ピーエスアイ
lx = {}ルクス
lm = {}ルーメン
ppm = {}ピーピーエム
ppb = {}ピーピービー
µg/m³ = 立方メートルあたり{}マイクログラム
mg/m³ = 立方メートルあたり{}ミリグラム
m³ = {}立方メートル
km² = {}平方キロメートル
cm² = {}平方センチメートル
W/m² = 1平方メートルあたり{}ワット
mm/h = 1時間あたり{}ミリメートル
L/min = 毎分{}リットル
m² = {}平方メートル
L = {}リットル
ml = {}ミリリットル
dl = {}デシリットル
km/h = 時速{}キロメートル
mph = 時速{}マイル
m/s = 秒速{}メートル
mm = {}ミリメートル
cm = {}センチメートル
km = {}キロメートル
m = {}メートル
mi = {}マイル
in = {}インチ
ft = {}フィート
kg = {}キログラム
g = {}グラム
mg = {}ミリグラム
lb = {}ポンド
oz = {}オンス
dB = {}デシベル
dBm = {}ディービーエム
B = {}バイト
kB = {}キロバイト
MB = {}メガバイト
GB = {}ギガバイト
TB = {}テラバイト
kbit/s = 毎秒{}キロビット
Mbit/s = 毎秒{}メガビット
Gbit/s = 毎秒{}ギガビット
ms = {}ミリ秒
s = {}秒
min = {}分
h = {}時間
d = {}日
"""
)
CURRENCIES = currencies(
    """
¥ JPY = {}円
$ US$ USD = {}ドル | {}ドル | | {}セント | {}セント
€ EUR = {}ユーロ | {}ユーロ | | {}セント | {}セント
£ GBP = {}ポンド
₹ INR = {}ルピー
R$ BRL = {}レアル
"""
)
SYMBOLS = words(
    """
+ = たす
& = アンド
× = かける
÷ = わる
± = プラスマイナス
@ = アットマーク
# = ナンバー
§ = セクション
% = パーセント
° = 度
\u33a5 = 立方メートル
\u33a1 = 平方メートル
\u2103 = 度
€ = ユーロ
$ = ドル
"""
) | {"=": "イコール"}
_KANJI = "〇一二三四五六七八九"


def _decimals(digits: str) -> str:
    """One digit stays; several in kanji are read one by one: 3点一四."""
    return digits if len(digits) == 1 else "".join(_KANJI[int(digit)] for digit in digits)


def _clock(hour: int, minute: int, second: int | None) -> str:
    said = f"{hour}時" + (f"{minute}分" if minute or second is not None else "")
    return said if second is None else f"{said}{second}秒"


def _vulgar(whole: int, above: int, below: int) -> str:
    if above > below:
        return ""
    return (f"{whole}と" if whole else "") + f"{below}分の{above}"


LANGUAGE = Language(
    cardinal=lambda number, _: str(number),
    point="点",
    minus="マイナス",
    plus="プラス",
    to="から",
    space="",
    fraction=_decimals,
    units=UNITS,
    currencies=CURRENCIES,
    cents="",
    clock=_clock,
    date=lambda day, month, year: (f"{year}年" if year else "") + f"{month}月{day}日",
    vulgar=_vulgar,
    version="バージョン",
    version_point="点",
    dot="ドット",
    symbols=SILENT,
)


def japanese() -> tuple[Rule, ...]:
    own = (
        phones(),
        east_asian.waves(LANGUAGE.to),
        east_asian.day_halves("午前", "午後"),
        east_asian.carbon_dioxide("二酸化炭素"),
        east_asian.operators(SYMBOLS),
    )
    return (east_asian.narrow(), east_asian.minus(LANGUAGE.minus, LANGUAGE.to), *in_order(LANGUAGE, own), *counters())
