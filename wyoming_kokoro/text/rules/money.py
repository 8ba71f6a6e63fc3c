"""Amounts of money, with the currency before or behind."""

import re

from wyoming_kokoro.text.rules.language import Currency, Language
from wyoming_kokoro.text.rules.numbers import number, spoken, value
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN, SIGN, any_of
from wyoming_kokoro.text.rules.rule import Rule


def money(language: Language) -> tuple[Rule, ...]:
    if not language.currencies:
        return ()
    symbol = f"(?P<currency>{any_of(language.currencies)})"
    amount = rf"(?P<amount>{number(language)})(?:\s?(?P<magnitude>{any_of(language.magnitudes)}){END})?"
    over = f"(?:/(?P<over>{any_of(language.units)}){END})?" if language.per else "(?P<over>(?!))?"
    sign = f"(?P<sign>{SIGN})"
    before = re.compile(rf"{BEGIN}{sign}{symbol}\s?(?P<inner>[-\u2212])?{amount}{over}")
    behind = re.compile(rf"{NUMBER_BEGIN}{sign}(?P<inner>){amount}\s?{symbol}{END}{over}")

    def say(match: re.Match[str]) -> str:
        words = _said(language, language.currencies[match["currency"]], match["amount"], match["magnitude"])
        if match["over"]:
            words = language.per.format(words, language.units[match["over"]].one)
        return language.joined(language.minus if match["sign"] or match["inner"] else "", words)

    return (Rule("money", before, say), Rule("money", behind, say))


def _said(language: Language, currency: Currency, amount: str, magnitude: str | None) -> str:
    if magnitude:
        name = language.magnitudes[magnitude] + language.of_magnitude + currency.many
        return language.joined(spoken(language, amount), name)
    cents = re.search(r"\D(\d\d)$", amount)
    if not cents or not currency.small_one:
        return _counted(language, amount, currency.one, currency.many, currency.gender)
    whole, small = amount[: cents.start()], cents[1]
    parts = []
    if value(language, whole) > 0 or int(small) == 0:
        parts.append(_counted(language, whole, currency.one, currency.many, currency.gender))
    if int(small) > 0:
        written = str(int(small))
        parts.append(_counted(language, written, currency.small_one, currency.small_many, currency.small_gender))
    return language.cents.join(parts)


def _counted(language: Language, amount: str, one: str, many: str, gender: str) -> str:
    name = one if language.is_one(value(language, amount)) else many
    words = spoken(language, amount, gender)
    return name.format(words) if "{}" in name else language.joined(words, name)
