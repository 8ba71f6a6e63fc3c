"""Units, currencies, abbreviations and symbols in Italian."""

from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

COUNTED = (
    "anniversario piano posto livello giorno grado secolo capitolo anno turno mese classificato compleanno premio atto"
)
"""Nouns that come behind an ordinal which is written with the sign of a degree: 3° piano."""
UNITS = units(
    """
°C = grado Celsius | gradi Celsius | m
°F = grado Fahrenheit | gradi Fahrenheit | m
° = grado | gradi | m
K = kelvin | kelvin | m
% = per cento
W = watt | watt | m
kW = chilowatt | chilowatt | m
MW = megawatt | megawatt | m
Wh = wattora | wattora | m
kWh = chilowattora | chilowattora | m
MWh = megawattora | megawattora | m
VA = voltampere | voltampere | m
V = volt | volt | m
mV = millivolt | millivolt | m
A = ampere | ampere | m
mA = milliampere | milliampere | m
Hz = hertz | hertz | m
kHz = chilohertz | chilohertz | m
MHz = megahertz | megahertz | m
GHz = gigahertz | gigahertz | m
Pa = pascal | pascal | m
hPa = ettopascal | ettopascal | m
mbar = millibar | millibar | m
bar = bar | bar | m
psi = P S I
lx = lux | lux | m
lm = lumen | lumen | m
ppm = parte per milione | parti per milione | f
ppb = parte per miliardo | parti per miliardo | f
µg/m³ = microgrammo per metro cubo | microgrammi per metro cubo | m
mg/m³ = milligrammo per metro cubo | milligrammi per metro cubo | m
m³ = metro cubo | metri cubi | m
km² = chilometro quadrato | chilometri quadrati | m
cm² = centimetro quadrato | centimetri quadrati | m
m² = metro quadrato | metri quadrati | m
L = litro | litri | m
ml = millilitro | millilitri | m
cl = centilitro | centilitri | m
dl = decilitro | decilitri | m
km/h = chilometro all'ora | chilometri all'ora | m
mph = miglio all'ora | miglia all'ora | m
m/s = metro al secondo | metri al secondo | m
mm = millimetro | millimetri | m
cm = centimetro | centimetri | m
km = chilometro | chilometri | m
m = metro | metri | m
in = pollice | pollici | m
ft = piede | piedi | m
kg = chilogrammo | chilogrammi | m
g = grammo | grammi | m
mg = milligrammo | milligrammi | m
lb = libbra | libbre | f
oz = oncia | once | v
dB = decibel | decibel | m
dBm = decibel milliwatt | decibel milliwatt | m
B = byte | byte | m
kB = kilobyte | kilobyte | m
MB = megabyte | megabyte | m
GB = gigabyte | gigabyte | m
TB = terabyte | terabyte | m
kbit/s = kilobit al secondo | kilobit al secondo | m
Mbit/s = megabit al secondo | megabit al secondo | m
Gbit/s = gigabit al secondo | gigabit al secondo | m
ms = millisecondo | millisecondi | m
s = secondo | secondi | m
min = minuto | minuti | m
h = ora | ore | v
d = giorno | giorni | m
""",
    **{"in": r"(?!\s+\w)", "°": rf"(?!\s+(?:{COUNTED.replace(' ', '|')})\b)"},
)
CURRENCIES = currencies(
    """
€ EUR = euro | euro | m | centesimo | centesimi | m
$ US$ USD = dollaro | dollari | m | centesimo | centesimi | m
£ GBP = sterlina | sterline | f | penny | pence | m
¥ JPY = yen | yen | s
₹ INR = rupia | rupie | f | paisa | paisa | f
R$ BRL = real | real | m | centavo | centavos | m
CHF = franco | franchi | m | centesimo | centesimi | m
"""
)
ABBREVIATIONS = words(
    """
sig. / Sig. = signor
sig.ra / Sig.ra = signora
sig.na / Sig.na = signorina
sigg. / Sigg. = signori
dott. / Dott. / dr. / Dr. = dottor
dott.ssa / Dott.ssa / dr.ssa / Dr.ssa = dottoressa
prof. / Prof. = professor
prof.ssa / Prof.ssa = professoressa
avv. / Avv. = avvocato
ing. / Ing. = ingegner
arch. / Arch. = architetto
geom. / Geom. = geometra
Egr. = egregio
Gent. = gentile
Spett. = spettabile
n° / N° / nº = numero
pag. = pagina
pagg. = pagine
tel. / Tel. = telefono
cap. = capitolo
art. = articolo
ca. = circa
ecc. / etc. = eccetera
p. es. / p.es. / P. es. = per esempio
per es. = per esempio
ad es. = ad esempio
a.C. / a. C. = avanti Cristo
d.C. / d. C. = dopo Cristo
"""
)
SYMBOLS = SILENT | words(
    """
& = e
+ = più
@ = chiocciola
# = numero
§ = paragrafo
% = per cento
° = gradi
€ = euro
$ = dollari
£ = sterline
< = minore di
> = maggiore di
× = per
÷ = diviso
± = più o meno
≈ = circa
≤ = minore o uguale a
≥ = maggiore o uguale a
"""
)
