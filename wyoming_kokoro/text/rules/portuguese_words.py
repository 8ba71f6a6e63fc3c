"""Units, currencies, abbreviations and symbols in Brazilian Portuguese."""

from wyoming_kokoro.text.rules.tables import SILENT, currencies, units, words

COUNTED = "aniversário andar lugar grau dia século capítulo ano mês turno período piso semestre trimestre bimestre"
"""Nouns that come behind an ordinal which is written with the sign of a degree: 3° andar."""
UNITS = units(
    """
°C = grau Celsius | graus Celsius | m
°F = grau Fahrenheit | graus Fahrenheit | m
° = grau | graus | m
K = kelvin | kelvins | m
% = por cento
W = watt | watts | m
kW = quilowatt | quilowatts | m
MW = megawatt | megawatts | m
Wh = watt-hora | watts-hora | m
kWh = quilowatt-hora | quilowatts-hora | m
MWh = megawatt-hora | megawatts-hora | m
VA = volt-ampere | volts-ampere | m
V = volt | volts | m
mV = milivolt | milivolts | m
A = ampere | amperes | m
mA = miliampere | miliamperes | m
Hz = hertz | hertz | m
kHz = quilohertz | quilohertz | m
MHz = megahertz | megahertz | m
GHz = gigahertz | gigahertz | m
Pa = pascal | pascais | m
hPa = hectopascal | hectopascais | m
mbar = milibar | milibares | m
bar = bar | bares | m
psi = P S I
lx = lux | lux | m
lm = lúmen | lumens | m
ppm = parte por milhão | partes por milhão | f
ppb = parte por bilhão | partes por bilhão | f
µg/m³ = micrograma por metro cúbico | microgramas por metro cúbico | m
mg/m³ = miligrama por metro cúbico | miligramas por metro cúbico | m
m³ = metro cúbico | metros cúbicos | m
km² = quilômetro quadrado | quilômetros quadrados | m
cm² = centímetro quadrado | centímetros quadrados | m
m² = metro quadrado | metros quadrados | m
L = litro | litros | m
ml = mililitro | mililitros | m
dl = decilitro | decilitros | m
km/h = quilômetro por hora | quilômetros por hora | m
mph = milha por hora | milhas por hora | f
m/s = metro por segundo | metros por segundo | m
mm = milímetro | milímetros | m
cm = centímetro | centímetros | m
km = quilômetro | quilômetros | m
m = metro | metros | m
mi = milha | milhas | f
in = polegada | polegadas | f
ft = pé | pés | m
kg = quilograma | quilogramas | m
g = grama | gramas | m
mg = miligrama | miligramas | m
lb = libra | libras | f
oz = onça | onças | f
dB = decibel | decibéis | m
dBm = decibel miliwatt | decibéis miliwatt | m
B = byte | bytes | m
kB = quilobyte | quilobytes | m
MB = megabyte | megabytes | m
GB = gigabyte | gigabytes | m
TB = terabyte | terabytes | m
kbit/s = quilobit por segundo | quilobits por segundo | m
Mbit/s = megabit por segundo | megabits por segundo | m
Gbit/s = gigabit por segundo | gigabits por segundo | m
ms = milissegundo | milissegundos | m
s = segundo | segundos | m
min = minuto | minutos | m
h = hora | horas | f
d = dia | dias | m
""",
    **{"mi": r"(?!\s+\w)", "in": r"(?!\s+\w)", "°": rf"(?!\s+(?:{COUNTED.replace(' ', '|')})\b)"},
)
CURRENCIES = currencies(
    """
R$ BRL = real | reais | m | centavo | centavos | m
€ EUR = euro | euros | m | centavo | centavos | m
$ US$ USD = dólar | dólares | m | centavo | centavos | m
£ GBP = libra | libras | f | pêni | pence | m
¥ JPY = iene | ienes | m
₹ INR = rupia | rupias | f | paisa | paisas | f
CHF = franco | francos | m | centavo | centavos | m
"""
)
ABBREVIATIONS = words(
    """
Sr. / sr. = senhor
Sra. / sra. = senhora
Srs. = senhores
Sras. = senhoras
Srta. / srta. = senhorita
Dr. / dr. = doutor
Dra. / dra. = doutora
Prof. / prof. = professor
Profa. / Prof.ª / Profª = professora
Eng. = engenheiro
Exmo. = excelentíssimo
Exma. = excelentíssima
V. Exa. / V.Exa. = vossa excelência
Av. / av. = avenida
nº / n.º / Nº / N.º / n° / N° = número
pág. = página
págs. = páginas
tel. / Tel. = telefone
aprox. = aproximadamente
etc. = et cetera
p. ex. / p.ex. / P. ex. = por exemplo
séc. = século
cap. = capítulo
art. = artigo
obs. / Obs. = observação
máx. = máximo
mín. = mínimo
a.C. / a. C. = antes de Cristo
d.C. / d. C. = depois de Cristo
"""
)
SYMBOLS = SILENT | words(
    """
& = e
+ = mais
@ = arroba
# = número
§ = parágrafo
% = por cento
° = graus
€ = euros
$ = dólares
£ = libras
< = menor que
> = maior que
× = vezes
÷ = dividido por
± = mais ou menos
≈ = aproximadamente
≤ = menor ou igual a
≥ = maior ou igual a
"""
)
