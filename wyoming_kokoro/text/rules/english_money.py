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
    "\u20b9": _RUPEE,
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
    "PLN": Currency("zloty", "zloty"),
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
