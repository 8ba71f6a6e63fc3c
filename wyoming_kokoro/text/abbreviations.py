"""Words in which a full stop is no end, or perhaps none: abbreviations, and the names of days and months after them."""

from enum import Enum, auto


class End(Enum):
    """What may follow a terminator and white space, if the sentence ended there."""

    NEVER = auto()
    BEFORE_START = auto()
    """Whatever starts a sentence."""
    BEFORE_WORD = auto()
    """The same, but for a number: 'No. 5'."""
    BEFORE_NO_DATE = auto()
    """A capital or a letter without case, but not in the name of a month or a day: '10 a.m. Monday'."""
    BEFORE_ANY = auto()
    AT_ONCE = auto()


ABBREVIATIONS: dict[str, dict[End, str]] = {
    "en": {
        End.NEVER: "Dr Mr Mrs Ms Mx Prof St Rev Gen Col Capt Lt Sgt Hon Sen Gov Mt Messrs vs e.g i.e cf viz incl resp",
        End.BEFORE_WORD: "no nos etc approx fig figs pp vol ch sec ca min max est dept",
        End.BEFORE_NO_DATE: "a.m p.m A.M P.M Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
        "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun",
    },
    "es": {
        End.NEVER: "Sr Sra Sres Sras Srta Dra Dña Lic Ing Arq Profa avda EE JJ p.ej ej",
        End.BEFORE_WORD: "núm pág págs tel aprox art cap",
    },
    "fr": {End.NEVER: "MM Mme Mmes Mlle Mlles Mgr Pr Ste av p.ex c.-à-d", End.BEFORE_WORD: "env éd chap"},
    "it": {End.NEVER: "Sig Sigg Sig.ra Sig.na Dott Dott.ssa Prof.ssa Avv Geom p.es", End.BEFORE_WORD: "ecc pag"},
    "pt": {End.NEVER: "Srs Exmo Exma V.Exa", End.BEFORE_WORD: "nº"},
    "de": {
        End.NEVER: "Hr Fr Dipl Mag Mio Mrd z.B d.h u.a o.ä i.d.R bzw evtl ggf inkl exkl zzgl vgl sog geb",
        End.BEFORE_WORD: "nr usw Str Abs Kap",
    },
    "hi": {End.NEVER: "डॉ श्री प्रो कु रु सं"},
}
"""Without their last full stop. One in small letters is also found with a capital first, but not the other way round:
'Sun. 5' is a date, 'the sun. 5 planets' is not."""

RULES = {word: end for table in ABBREVIATIONS.values() for end, words in table.items() for word in words.split()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DATE_WORDS = _words(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "januar jänner februar märz mai juni juli oktober dezember "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
)
"""Only of languages that write them with a capital: before a small letter no full stop ends a sentence."""
BEFORE_ORDINAL = _words("der die das dem den des im vom zum zur beim ins")
"""'im 2. Stock': a number of one or two digits after these is a German ordinal. Not 'am' and 'bis': 'I am 30.'"""
