"""The rules of Mandarin. The front end turns digits into words, years digit by digit; the rest is done here."""

import re

from wyoming_kokoro.text.rules import east_asian
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

UNITS = units(
    """
°C = {}摄氏度
°F = {}华氏度
° = {}度
K = {}开尔文
% = 百分之{}
W = {}瓦
kW = {}千瓦
MW = {}兆瓦
Wh = {}瓦时
kWh = {}千瓦时
MWh = {}兆瓦时
VA = {}伏安
V = {}伏
mV = {}毫伏
A = {}安
mA = {}毫安
Hz = {}赫兹
kHz = {}千赫
MHz = {}兆赫
GHz = {}吉赫
Pa = {}帕
hPa = {}百帕
mbar = {}毫巴
bar = {}巴
lx = {}勒克斯
lm = {}流明
ppm = 百万分之{}
ppb = 十亿分之{}
µg/m³ = {}微克每立方米
mg/m³ = {}毫克每立方米
m³ = {}立方米
km² = {}平方公里
cm² = {}平方厘米
W/m² = 每平方米{}瓦
mm/h = 每小时{}毫米
L/min = 每分钟{}升
m² = {}平方米
L = {}升
ml = {}毫升
dl = {}分升
km/h = 每小时{}公里
mph = 每小时{}英里
m/s = 每秒{}米
mm = {}毫米
cm = {}厘米
km = {}公里
m = {}米
mi = {}英里
in = {}英寸
ft = {}英尺
kg = {}公斤
g = {}克
mg = {}毫克
lb = {}磅
oz = {}盎司
dB = {}分贝
dBm = {}分贝毫瓦
B = {}字节
kB = {}千字节
MB = {}兆字节
GB = {}吉字节
TB = {}太字节
kbit/s = 每秒{}千比特
Mbit/s = 每秒{}兆比特
Gbit/s = 每秒{}吉比特
ms = {}毫秒
s = {}秒
min = {}分钟
h = {}小时
d = {}天
"""
)
CURRENCIES = currencies(
    """
¥ CNY RMB = {}元
JPY = {}日元
$ US$ USD = {}美元
€ EUR = {}欧元
£ GBP = {}英镑
₹ INR = {}卢比
R$ BRL = {}雷亚尔
"""
)
SYMBOLS = words(
    """
+ = 加
& = 和
× = 乘
÷ = 除以
± = 正负
@ = 艾特
# = 井号
§ = 节
% = 百分号
° = 度
\u33a5 = 立方米
\u33a1 = 平方米
\u2103 = 摄氏度
€ = 欧元
$ = 美元
"""
) | {"=": "等于"}
_DIGITS = "零一二三四五六七八九"
_PAIR = re.compile(
    r"(?<![\d.第])2(?=个|公里|公斤|小时|分钟|天|次|盏|台|间|位|块|种|张|条|只|杯|周|刻钟|点钟?(?!\d)|点(?=零?\d{1,2}分))"
)
_MOBILE = re.compile(
    r"(?<![\w.-])(?:\+86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\d-])|(?<=[^\W\da-zA-Z])1[3-9]\d{9}(?!\d)"
    r"|(?<![\dA-Za-z.-])0\d{2,3}-\d{7,8}(?![\d-])"
)
_PERCENTS = re.compile(r"(?<![\d.-])(\d{1,3}(?:\.\d{1,3})?)%?[-~\uff5e\u301c\u2013到](\d{1,3}(?:\.\d{1,3})?)%")
_NUMBERED = re.compile(r"(?:(?<=房间)|(?<=房号)|(?<=密码)|(?<=验证码)|(?<=号码)|(?<=航班))[是为：:]?\d{3,8}(?![\d.:,])")
"""Room 1905 and codes: digit by digit."""
_CODE = re.compile(r"(?<![\d.:,])(?:0\d{1,30}|\d{17,30})(?![\d:])")


def _clock(hour: int, minute: int, second: int | None) -> str:
    said = f"{hour}点" + (f"{_two(minute)}分" if minute or second is not None else "")
    return said if second is None else f"{said}{_two(second)}秒"


def _two(number: int) -> str:
    return f"零{number}" if 0 < number < 10 else str(number)


def _vulgar(whole: int, above: int, below: int) -> str:
    if above > below:
        return ""
    return (f"{whole}又" if whole else "") + f"{below}分之{above}"


def _by_digit(match: re.Match[str]) -> str:
    return "".join(_DIGITS[int(char)] for char in match[0] if char.isdecimal())


def _mobile(match: re.Match[str]) -> str:
    """In telephone numbers one is yāo, which can't be taken for seven."""
    return ("加" if match[0].startswith("+") else "") + _by_digit(match).replace("一", "幺")


def _numbered(match: re.Match[str]) -> str:
    return match[0].rstrip("0123456789") + _mobile(match)


LANGUAGE = Language(
    cardinal=lambda number, _: str(number),
    point=".",
    minus="负",
    plus="正",
    to="到",
    space="",
    units=UNITS,
    currencies=CURRENCIES,
    clock=_clock,
    date=lambda day, month, year: (f"{year}年" if year else "") + f"{month}月{day}日",
    vulgar=_vulgar,
    version="版本",
    version_point="点",
    dot="点",
    symbols=SILENT,
)


def chinese() -> tuple[Rule, ...]:
    own = (
        Rule("phones", _MOBILE, _mobile),
        Rule("ranges", _PERCENTS, lambda match: f"百分之{match[1]}到{match[2]}"),
        east_asian.waves(LANGUAGE.to),
        east_asian.day_halves("上午", "下午"),
        east_asian.carbon_dioxide("二氧化碳"),
        Rule("numbers", _NUMBERED, _numbered),
        Rule("numbers", _CODE, _by_digit),
        east_asian.operators(SYMBOLS),
    )
    first = (east_asian.narrow(), east_asian.minus(LANGUAGE.minus, LANGUAGE.to))
    return (*first, *in_order(LANGUAGE, own), Rule("numbers", _PAIR, lambda _: "两"))
