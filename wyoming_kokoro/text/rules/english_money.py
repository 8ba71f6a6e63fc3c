"""Currencies in English."""

from wyoming_kokoro.text.rules.language import Currency

_DOLLAR = Currency("dollar", "dollars", "cent", "cents")
_EURO = Currency("euro", "euros", "cent", "cents")
_POUND = Currency("pound", "pounds", "penny", "pence")
_YEN = Currency("yen", "yen")
_CENT = Currency("cent", "cents")
_RUPEE = Currency("rupee", "rupees", "paisa", "paise")

CURRENCIES: dict[str, Currency] = {
    "$": _DOLLAR,
    "US$": Currency("U S dollar", "U S dollars", "cent", "cents"),
    "C$": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "CA$": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "A$": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
    "\u20ac": _EURO,
    "\u00a3": _POUND,
    "\u00a5": _YEN,
    "\u20bf": Currency("bitcoin", "bitcoin"),
    "\u20a9": Currency("won", "won"),
    "\u00a2": _CENT,
    "ct": _CENT,
    "cts": _CENT,
    "USD": Currency("U S dollar", "U S dollars", "cent", "cents"),
    "CAD": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
    "EUR": _EURO,
    "GBP": _POUND,
    "JPY": _YEN,
    "INR": _RUPEE,
    "CNY": Currency("yuan", "yuan"),
    "CHF": Currency("Swiss franc", "Swiss francs"),
    "SEK": Currency("Swedish krona", "Swedish kronor"),
    "NOK": Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": Currency("Danish krone", "Danish kroner"),
    **dict.fromkeys(("PLN", "z\u0142"), Currency("zloty", "zloty")),
    **dict.fromkeys(("NZ$", "NZD"), Currency("New Zealand dollar", "New Zealand dollars", "cent", "cents")),
    **dict.fromkeys(("HK$", "HKD"), Currency("Hong Kong dollar", "Hong Kong dollars", "cent", "cents")),
    **dict.fromkeys(("S$", "SGD"), Currency("Singapore dollar", "Singapore dollars", "cent", "cents")),
    **dict.fromkeys(("R$", "BRL"), Currency("real", "reais", "centavo", "centavos")),
    **dict.fromkeys(("MX$", "MXN"), Currency("Mexican peso", "Mexican pesos", "centavo", "centavos")),
    **dict.fromkeys(("\u20b9", "Rs.", "Rs"), _RUPEE),
    "\u20bd": Currency("ruble", "rubles"),
    **dict.fromkeys(("\u20aa", "ILS"), Currency("shekel", "shekels")),
    **dict.fromkeys(("\u0e3f", "THB"), Currency("baht", "baht")),
    "\u20ba": Currency("lira", "lira"),
    **dict.fromkeys(("\u20ab", "VND"), Currency("dong", "dong")),
    **dict.fromkeys(("\u20b4", "UAH"), Currency("hryvnia", "hryvnia")),
    "\u20b1": Currency("peso", "pesos"),
    **dict.fromkeys(("CZK", "K\u010d"), Currency("Czech koruna", "Czech koruna")),
    "HUF": Currency("forint", "forint"),
    "KRW": Currency("won", "won"),
    "ZAR": Currency("rand", "rand"),
    "kr": Currency("krona", "kronor"),
    "BTC": Currency("bitcoin", "bitcoin"),
}

MAGNITUDES: dict[str, str] = {
    "thousand": "thousand",
    "million": "million",
    "billion": "billion",
    "trillion": "trillion",
    "k": "thousand",
    "K": "thousand",
    "m": "million",
    "mn": "million",
    "M": "million",
    "b": "billion",
    "bn": "billion",
    "B": "billion",
    "tn": "trillion",
    "T": "trillion",
}
