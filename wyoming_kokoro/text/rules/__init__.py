"""How what is written is said, in each language: numbers, units, times, money, abbreviations, symbols."""
