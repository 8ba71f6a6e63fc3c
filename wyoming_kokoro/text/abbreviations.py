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
    GIVEN = auto()
    """It ended in a pause: the sentence has left, what is read are marks and white space behind it."""


ABBREVIATIONS: dict[str, dict[End, str]] = {
    "en": {
        End.NEVER: "Dr Drs Mr Mrs Ms Mx Prof St Rev Gen Col Maj Adm Capt Lt Sgt Hon Sen Rep Gov Mt Apt Messrs Jr Ph.D "
        "vs e.g i.e cf viz incl resp a.k.a al fig figs pp vol vols sec",
        End.BEFORE_WORD: "no nos etc approx ch ca min max est dept ft lb lbs oz hrs",
        End.BEFORE_NO_DATE: "a.m p.m A.M P.M Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
        "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Inc Ltd Corp Co Bros Ave Blvd",
    },
    "es": {
        End.BEFORE_NO_DATE: "UU OO",
        End.NEVER: "Sr Sra Sres Sras Srta Dra Dras Dña Lic Ing Arq Profa Ud Uds Vd Vds Gral Sto Sta avda EE JJ p.ej ej",
        End.BEFORE_WORD: "núm pág págs tel aprox art cap",
    },
    "fr": {End.NEVER: "MM Mme Mmes Mlle Mlles Mgr Pr Ste av bd apr p.ex c.-à-d", End.BEFORE_WORD: "env éd chap tél"},
    "it": {
        End.NEVER: "sig sigg sig.ra sig.na dott dott.ssa prof prof.ssa avv Geom Egr Gent Spett p.es",
        End.BEFORE_WORD: "ecc pag pagg",
    },
    "pt": {End.NEVER: "Srs Exmo Exma Exa Eng V.Exa séc", End.BEFORE_WORD: "nº"},
    "de": {
        End.NEVER: "Hr Fr Dipl Mag Mio Mrd z.B d.h u.a o.ä i.d.R bzw evtl ggf inkl exkl zzgl vgl sog geb",
        End.BEFORE_WORD: "nr usw Str Abs Kap",
    },
    "hi": {
        End.NEVER: "Rs डॉ श्री प्रो कु रु सं नं पृ मि मी कि स्व बी सी डी एफ जी एच जे के एल एम एन पी क्यू आर एस टी यू वी ए",
    },
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
DATE_PREFIXES = frozenset(name[:length] for name in DATE_WORDS for length in range(1, len(name) + 1))
BEFORE_ORDINAL = _words("der die das dem den des im vom zum zur beim ins")
"""'im 2. Stock': a number of one or two digits after these is a German ordinal. Not 'am' and 'bis': 'I am 30.'"""
AFTER_P = _words("ex es ej")
"""'p. ex.', 'p. es.', 'p. ej.': for example, in French and Portuguese, Italian, Spanish; alone they are words."""
