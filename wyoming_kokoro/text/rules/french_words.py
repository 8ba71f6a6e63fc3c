"""Units, currencies, abbreviations and symbols in French."""

from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

UNITS = units(
    """
°C = degré Celsius | degrés Celsius | m
°F = degré Fahrenheit | degrés Fahrenheit | m
° = degré | degrés | m
K = kelvin | kelvins | m
% = pour cent
W = watt | watts | m
kW = kilowatt | kilowatts | m
MW = mégawatt | mégawatts | m
Wh = wattheure | wattheures | m
kWh = kilowattheure | kilowattheures | m
MWh = mégawattheure | mégawattheures | m
VA = voltampère | voltampères | m
V = volt | volts | m
mV = millivolt | millivolts | m
A = ampère | ampères | m
mA = milliampère | milliampères | m
Hz = hertz | hertz | m
kHz = kilohertz | kilohertz | m
MHz = mégahertz | mégahertz | m
GHz = gigahertz | gigahertz | m
Pa = pascal | pascals | m
hPa = hectopascal | hectopascals | m
mbar = millibar | millibars | m
bar = bar | bars | m
psi = P S I
lx = lux | lux | m
lm = lumen | lumens | m
ppm = partie par million | parties par million | f
ppb = partie par milliard | parties par milliard | f
µg/m³ = microgramme par mètre cube | microgrammes par mètre cube | m
mg/m³ = milligramme par mètre cube | milligrammes par mètre cube | m
m³ = mètre cube | mètres cubes | m
km² = kilomètre carré | kilomètres carrés | m
cm² = centimètre carré | centimètres carrés | m
m² = mètre carré | mètres carrés | m
L = litre | litres | m
ml = millilitre | millilitres | m
cl = centilitre | centilitres | m
dl = décilitre | décilitres | m
km/h = kilomètre par heure | kilomètres par heure | m
mph = mile par heure | miles par heure | m
m/s = mètre par seconde | mètres par seconde | m
mm = millimètre | millimètres | m
cm = centimètre | centimètres | m
km = kilomètre | kilomètres | m
m = mètre | mètres | m
mi = mile | miles | m
in = pouce | pouces | m
ft = pied | pieds | m
kg = kilogramme | kilogrammes | m
g = gramme | grammes | m
mg = milligramme | milligrammes | m
lb = livre | livres | f
oz = once | onces | f
dB = décibel | décibels | m
dBm = décibel-milliwatt | décibels-milliwatts | m
B = octet | octets | m
kB Ko ko = kilooctet | kilooctets | m
MB Mo = mégaoctet | mégaoctets | m
GB Go = gigaoctet | gigaoctets | m
TB To = téraoctet | téraoctets | m
kbit/s = kilobit par seconde | kilobits par seconde | m
Mbit/s = mégabit par seconde | mégabits par seconde | m
Gbit/s = gigabit par seconde | gigabits par seconde | m
ms = milliseconde | millisecondes | f
s = seconde | secondes | f
min mn = minute | minutes | f
h = heure | heures | f
d j = jour | jours | m
""",
    **{"mi": r"(?!\s+\w)", "in": r"(?!\s+\w)"},
)
CURRENCIES = currencies(
    """
€ EUR = euro | euros | m | centime | centimes | m
$ US$ USD = dollar | dollars | m | cent | cents | m
£ GBP = livre | livres | f | penny | pence | m
¥ JPY = yen | yens | m
₹ INR = roupie | roupies | f | paisa | paisas | m
R$ BRL = réal | réaux | m | centavo | centavos | m
CHF = franc | francs | m | centime | centimes | m
"""
)
ABBREVIATIONS = words(
    """
MM. = messieurs
Mme / Mme. = madame
Mmes = mesdames
Mlle / Mlle. = mademoiselle
Mlles = mesdemoiselles
Mgr = monseigneur
Dr / Dr. = docteur
Pr / Pr. = professeur
St / St. = saint
Ste / Ste. = sainte
av. = avenue
bd / bd. / Bd / Bd. = boulevard
n° / N° / nº = numéro
tél. / Tél. = téléphone
env. = environ
p. ex. / p.ex. / P. ex. = par exemple
c.-à-d. / c-à-d = c'est-à-dire
etc. = et cetera
chap. = chapitre
éd. = édition
max. = maximum
av. J.-C. = avant Jésus-Christ
apr. J.-C. / ap. J.-C. = après Jésus-Christ
Ier = premier
"""
)
SYMBOLS = SILENT | words(
    """
& = et
+ = plus
@ = arobase
# = numéro
§ = paragraphe
% = pour cent
° = degrés
€ = euros
$ = dollars
£ = livres
< = inférieur à
> = supérieur à
× = fois
÷ = divisé par
± = plus ou moins
≈ = environ
≤ = inférieur ou égal à
≥ = supérieur ou égal à
"""
)
