"""Units, currencies, abbreviations and symbols in Spanish."""

from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

COUNTED = "piso planta aniversario siglo congreso lugar puesto edición cumpleaños grado capítulo día puerta"
"""Nouns that stand behind ordinals."""
UNITS = units(
    """
°C = grado Celsius | grados Celsius | m
°F = grado Fahrenheit | grados Fahrenheit | m
° = grado | grados | m
K = kelvin | kelvin | m
% = por ciento
W = vatio | vatios | m
kW = kilovatio | kilovatios | m
MW = megavatio | megavatios | m
Wh = vatio hora | vatios hora | m
kWh = kilovatio hora | kilovatios hora | m
MWh = megavatio hora | megavatios hora | m
VA = voltiamperio | voltiamperios | m
V = voltio | voltios | m
mV = milivoltio | milivoltios | m
A = amperio | amperios | m
mA = miliamperio | miliamperios | m
Hz = hercio | hercios | m
kHz = kilohercio | kilohercios | m
MHz = megahercio | megahercios | m
GHz = gigahercio | gigahercios | m
Pa = pascal | pascales | m
hPa = hectopascal | hectopascales | m
mbar = milibar | milibares | m
bar = bar | bares | m
psi = P S I
lx = lux | lux | m
lm = lumen | lúmenes | m
ppm = parte por millón | partes por millón | f
ppb = parte por mil millones | partes por mil millones | f
µg/m³ = microgramo por metro cúbico | microgramos por metro cúbico | m
mg/m³ = miligramo por metro cúbico | miligramos por metro cúbico | m
m³ = metro cúbico | metros cúbicos | m
km² = kilómetro cuadrado | kilómetros cuadrados | m
cm² = centímetro cuadrado | centímetros cuadrados | m
m² = metro cuadrado | metros cuadrados | m
L = litro | litros | m
ml = mililitro | mililitros | m
dl = decilitro | decilitros | m
km/h = kilómetro por hora | kilómetros por hora | m
mph = milla por hora | millas por hora | f
m/s = metro por segundo | metros por segundo | m
mm = milímetro | milímetros | m
cm = centímetro | centímetros | m
km = kilómetro | kilómetros | m
m = metro | metros | m
mi = milla | millas | f
in = pulgada | pulgadas | f
ft = pie | pies | m
kg = kilogramo | kilogramos | m
g = gramo | gramos | m
mg = miligramo | miligramos | m
lb = libra | libras | f
oz = onza | onzas | f
dB = decibelio | decibelios | m
dBm = decibelio milivatio | decibelios milivatio | m
B = byte | bytes | m
kB = kilobyte | kilobytes | m
MB = megabyte | megabytes | m
GB = gigabyte | gigabytes | m
TB = terabyte | terabytes | m
kbit/s = kilobit por segundo | kilobits por segundo | m
Mbit/s = megabit por segundo | megabits por segundo | m
Gbit/s = gigabit por segundo | gigabits por segundo | m
ms = milisegundo | milisegundos | m
s = segundo | segundos | m
min = minuto | minutos | m
h = hora | horas | f
d = día | días | m
""",
    **{"mi": r"(?!\s+\w)", "in": r"(?!\s+\w)"},
)
CURRENCIES = currencies(
    """
€ EUR = euro | euros | m | céntimo | céntimos | m
$ US$ USD = dólar | dólares | m | centavo | centavos | m
£ GBP = libra | libras | f | penique | peniques | m
¥ JPY = yen | yenes | m
₹ INR = rupia | rupias | f | paisa | paisas | f
R$ BRL = real | reales | m | centavo | centavos | m
MXN = peso | pesos | m | centavo | centavos | m
CHF = franco | francos | m | céntimo | céntimos | m
"""
)
ABBREVIATIONS = words(
    """
Sr. / sr. = señor
Sra. / sra. = señora
Srta. / srta. = señorita
Sres. / sres. = señores
Sras. = señoras
Dr. / dr. = doctor
Dra. / dra. = doctora
Dña. = doña
Prof. = profesor
Profa. = profesora
Lic. = licenciado
Ing. = ingeniero
Arq. = arquitecto
Gral. = general
Sto. = santo
Sta. = santa
Ud. / Vd. = usted
Uds. / Vds. = ustedes
Avda. / avda. / Av. = avenida
núm. / n.º / nº / N.º / Nº / n° / N° = número
pág. = página
págs. = páginas
tel. / Tel. = teléfono
aprox. = aproximadamente
etc. = etcétera
art. = artículo
cap. = capítulo
máx. = máximo
mín. = mínimo
p. ej. / p.ej. / P. ej. = por ejemplo
EE. UU. / EE.UU. / EEUU = Estados Unidos
a. C. / a.C. = antes de Cristo
d. C. / d.C. = después de Cristo
"""
)
SYMBOLS = SILENT | words(
    """
& = y
+ = más
@ = arroba
# = número
§ = sección
% = por ciento
° = grados
€ = euros
$ = dólares
£ = libras
< = menor que
> = mayor que
× = por
÷ = entre
± = más menos
≈ = aproximadamente
≤ = menor o igual que
≥ = mayor o igual que
"""
)
