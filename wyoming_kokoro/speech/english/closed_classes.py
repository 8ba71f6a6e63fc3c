"""English words of which no new ones are made: what the guess of parts of speech rests on."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECTS = words("i you we they who everybody everyone somebody someone nobody")
BE = words(
    "am is are was were be been being isn't aren't wasn't weren't i'm you're he's she's it's we're they're that's"
)
HAVE = words("have has had having haven't hasn't hadn't i've you've we've they've who've")
AUXILIARIES = words(
    "do does did will would can could shall should may might must cannot don't doesn't didn't won't wouldn't can't "
    "couldn't shouldn't mustn't"
)
URGING = words("to please let's let help helps")
"""Behind these comes the plain form of a verb."""
DETERMINERS = words(
    "the a an this that these those my your his her its our their no some any each every another one's whose which "
    "what much many more most less several few both all other"
)
PREPOSITIONS = words(
    "of in with for from by at on per without about into over under after before during since until through between "
    "near than as like off out up down behind above below via"
)
OBJECTS = DETERMINERS | words("it them me us him everything something anything now up down off out back")
LINKS = words("and or but then")
PAST = words("yesterday ago last earlier when once")
NO_VERB_BEHIND_TO = words("due thanks according exposed next welcome")
DEGREES = words("very too so how quite pretty really extremely not more most")
PLURALS = words("people children men women police")
FUNCTION = (
    SUBJECTS | BE | HAVE | AUXILIARIES | URGING | OBJECTS | PREPOSITIONS | LINKS | DEGREES | PAST | words("she he")
)

CAPITALS_FOR_STRESS = words(
    "on off not no and or be is as do go all now so if my me we he up at by of an the to in a i for you are was can "
    "never must only will"
)
"""In capitals these are words all the same, not letters."""
