"""English by misaki's lexicon: what the rules and the context make of words."""

import random
import threading

import pytest

from wyoming_kokoro.speech.alphabet import VOCABULARY
from wyoming_kokoro.speech.english import English
from wyoming_kokoro.speech.english.stress import compound, spelled, stressed
from wyoming_kokoro.speech.languages import BY_LETTER
from wyoming_kokoro.speech.phonemes import Phonemizer

LETTERS = {"american": BY_LETTER["a"], "british": BY_LETTER["b"]}


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


class Counted:
    """A fallback that tells its words from those of the lexicon, and counts them."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self, word: str) -> str:
        self.words.append(word)
        return "?"


@pytest.fixture(scope="module")
def lexicons() -> dict[str, tuple[English, Counted]]:
    """Of both varieties, without espeak-ng."""
    found = {}
    for name in LETTERS:
        fallback = Counted()
        found[name] = English(fallback, british=name == "british"), fallback
    return found


@pytest.fixture
def american(lexicons: dict[str, tuple[English, Counted]]) -> tuple[English, Counted]:
    english, fallback = lexicons["american"]
    fallback.words.clear()
    return english, fallback


HETERONYMS = [
    ("Close the window.", "klˈOz"),
    ("The window is close.", "klˈOs"),
    ("The door is close to the wall.", "klˈOs"),
    ("The shop is very close.", "klˈOs"),
    ("The door did not close.", "klˈOz"),
    ("Open the blinds and close the door.", "klˈOz"),
    ("All windows close at night.", "klˈOz"),
    ("Did the garage door close?", "klˈOz"),
    ("I read it yesterday.", "ɹˈɛd"),
    ("He read it.", "ɹˈɛd"),
    ("The message was read.", "ɹˈɛd"),
    ("I have already read it.", "ɹˈɛd"),
    ("Please read it to me.", "ɹˈid"),
    ("Did Alice read it?", "ɹˈid"),
    ("You can read more online.", "ɹˈid"),
    ("Turn on the live stream.", "lˈIv"),
    ("The camera is live.", "lˈIv"),
    ("People live in houses.", "lˈɪv"),
    ("Where do you live?", "lˈɪv"),
    ("She lives alone.", "lˈɪvz"),
    ("A cat has nine lives.", "lˈIvz"),
    ("The use of energy.", "jˈus"),
    ("Energy use is high.", "jˈus"),
    ("Do you use it?", "jˈuz"),
    ("How much power does the fridge use?", "jˈuz"),
    ("The lamps use little power.", "jˈuz"),
    ("I used to know.", "jˈust"),
    ("It was used to heat.", "jˈuzd"),
    ("The wind speed is low.", "wˈɪnd"),
    ("Wind down the blinds.", "wˈInd"),
    ("Due to wind, it is closed.", "wˈɪnd"),
    ("The road winds down the hill.", "wˈIndz"),
    ("Record the show.", "ɹəkˈɔɹd"),
    ("The camera records video.", "ɹəkˈɔɹdz"),
    ("It was a new record.", "ɹˈɛkəɹd"),
    ("Nobody is present.", "pɹˈɛzᵊnt"),
    ("We present the news.", "pɹizˈɛnt"),
    ("An object was seen.", "ˈɑbʤəkt"),
    ("I object to that.", "əbʤˈɛkt"),
    ("The content is new.", "kˈɑntɛnt"),
    ("I am content with it.", "kəntˈɛnt"),
    ("Two separate rooms.", "sˈɛpəɹət"),
    ("Separate the laundry.", "sˈɛpəɹˌAt"),
    ("Wait a minute.", "mˈɪnət"),
    ("A minute amount.", "mInˈut"),
    ("Don't tear it.", "tˈɛɹ"),
    ("A tear fell.", "tˈɪɹ"),
    ("Bow down to him.", "bˈW"),
    ("She tied a bow.", "bˈO"),
    ("Turn up the bass.", "bˈAs"),
    ("We caught a bass.", "bˈæs"),
    ("There was an increase.", "ˈɪnkɹˌis"),
    ("Increase the volume.", "ɪnkɹˈis"),
    ("An elaborate plan.", "əlˈæbəɹət"),
    ("Please elaborate.", "əlˈæbəɹˌAt"),
]


@pytest.mark.parametrize(("text", "expected"), HETERONYMS)
def test_words_that_are_written_alike(text: str, expected: str, phonemizer: Phonemizer) -> None:
    """The neighbours tell which one is meant."""
    assert expected in phonemizer.phonemes(text, LETTERS["american"]).strip(".?").replace(",", "").split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a light", "ɐ lˈIt"),
        ("an apple", "ɐn ˈæpᵊl"),
        ("the apple, the pear", "ði ˈæpᵊl, ðə pˈɛɹ"),
        ("to Oslo, to Berlin", "tʊ ˈɑzlˌO, tə bəɹlˈɪn"),
        ("Plan A, zone A now", "plˈæn ˈA, zˈOn ˈA nˈW"),
        ("A is a letter", "ˈA ɪz ɐ lˈɛTəɹ"),
        ("A or B", "ˈA ɔɹ bˈi"),
        ("come in", "kˈʌm ˈɪn"),
        ("in there", "ɪn ðˈɛɹ"),
        ("I am, am I", "ˌI ˈæm, æm ˌI"),
    ],
)
def test_little_words(text: str, expected: str, phonemizer: Phonemizer) -> None:
    """Their sound depends on the sound behind them."""
    if text.startswith("I am"):
        expected = phonemizer.phonemes("I am", LETTERS["american"]) + ", ɐm ˌI"
    assert phonemizer.phonemes(text, LETTERS["american"]) == expected


@pytest.mark.parametrize(
    ("text", "american", "british"),
    [
        ("dimmers, lamps, boxes", "dˈɪməɹz, lˈæmps, bˈɑksᵻz", "dˈɪməz, lˈamps, bˈɒksɪz"),
        ("the light's fault", "ðə lˈIts fˈɔlt", "ðə lˈIts fˈɔːlt"),
        ("the boss's kids' room", "ðə bˈɔsᵻz kˈɪdz ɹˈum", "ðə bˈɒsɪz kˈɪdz ɹˈuːm"),
        ("water bottle", "wˈɔTəɹ bˈɑTəl", "wˈɔːtə bˈɒtᵊl"),
        ("button", "bˈʌtn", "bˈʌtᵊn"),
        ("home", "hˈOm", "hˈQm"),
        ("don't, isn't", "dˈOnt, ˈɪzᵊnt", "dˈQnt, ˈɪzᵊnt"),
        ("o’clock", "əklˈɑk", "əklˈɒk"),
        ("Wi-Fi", "wˈIfˌI", "wˈIfˌI"),
        ("twenty-one", "twˌɛntiwˈʌn", "twˈɛntiwˌʌn"),
        ("T-shirt", "tˈiʃˌɜɹt", "tˈiːʃəːt"),
        ("on/off", "ˌɔn ˈɔf", "ˌɒn ˈɒf"),
        ("R&D", "ˈɑɹ ænd dˈi", "ˈɑː and dˈiː"),
        ("T V", "tˌivˈi", "tˌiːvˈiː"),
        ("TV", "tˌivˈi", "tˌiːvˈiː"),
        ("the U S B cable", "ðə jˌuˌɛsbˈi kˈAbᵊl", "ðə jˌuːˌɛsbˈiː kˈAbᵊl"),
        ("seven A M", "sˈɛvən ˌAˈɛm", "sˈɛvᵊn ˌAˈɛm"),
        ("at 7 p.m.", "æt sˈɛvən pˌiˈɛm.", "at sˈɛvən pˌiːˈɛm."),
        ("an LED strip", "ɐn ˌɛlˌidˈi stɹˈɪp", "ɐn ˌɛlˌiːdˈiː stɹˈɪp"),
        ("turn it OFF", "tˈɜɹn ɪt ˈɔf", "tˈɜːn ɪt ˈɒf"),
        ("TURN IT OFF", "tˈɜɹn ɪt ˈɔf", "tˈɜːn ɪt ˈɒf"),
    ],
)
def test_words_and_parts_of_words(text: str, american: str, british: str, phonemizer: Phonemizer) -> None:
    """Endings, possessives, initialisms and words of several parts, in both varieties."""
    assert phonemizer.phonemes(text, LETTERS["american"]) == american
    assert phonemizer.phonemes(text, LETTERS["british"]) == british


def test_marks_keep_their_places(phonemizer: Phonemizer) -> None:
    """Quotation marks are curled, dashes are long, brackets are round, apostrophes of plurals are nothing."""
    said = phonemizer.phonemes("He said \"go\" - and 'went' (far) [away]… the lights' end -- ok?", LETTERS["american"])
    marks = "".join(char for char in said if not char.isalpha() and char not in "ˈˌ ᵊ")
    assert marks == "“”—“”()()…—?"
    assert "“ɡˌO” — ænd" in said and "…" in said and "lˈIts ˈɛnd" in said


def test_unknown_words_are_asked_of_the_fallback(american: tuple[English, Counted]) -> None:
    """And those with digits, whole; listed words never are."""
    english, fallback = american
    assert english.phonemes("The Zorblax's lamp uses 1,200 watts, Fnordly!") == "ðə ? lˈæmp jˈuzᵻz ? wˈɑts, ?!"
    assert sorted(fallback.words) == ["1200", "Fnordly", "Zorblax's"]


def test_shouted_unknown_words_are_not_spelled(american: tuple[English, Counted]) -> None:
    """Five capitals may be an initialism, six are a word."""
    english, fallback = american
    assert english.phonemes("the ZWXQV and the ZORBLAX").endswith("ðə ?")
    assert fallback.words == ["zorblax"]


@pytest.mark.parametrize(
    "unit", ["a", "a-", "a.", "'", "aB", '"', "xq ", "a\u0301", "on/", "A ", "B-", "न ", "1.", "a,", "'a' "]
)
def test_work_is_linear(unit: str, american: tuple[English, Counted], monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the text, four times the look-ups and calls of the fallback, whatever it is made of."""
    english, fallback = american
    lookups: list[int] = []
    original = english._words.said

    def said(word: str, *rest: object) -> str | None:
        lookups.append(len(word))
        return original(word, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(english._words, "said", said)
    work = []
    for length in (250, 1000):
        english.phonemes(unit * length)
        work.append((len(lookups), sum(lookups), len(fallback.words), sum(map(len, fallback.words))))
        lookups.clear()
        fallback.words.clear()
    for short, long in zip(*work, strict=True):
        assert long <= 4.4 * short + 20


def test_all_is_in_the_vocabulary(phonemizer: Phonemizer) -> None:
    """What comes of Latin letters, digits and marks, listed or not."""
    dice = random.Random(11)
    for language in LETTERS.values():
        for text, _ in HETERONYMS:
            assert set(phonemizer.phonemes(text, language)) <= VOCABULARY
        for _ in range(500):
            text = "".join(dice.choices("etaoinshrdlucmfwypvbgkjqxzETAOINSR '-.,!?\"()/&0159", k=40))
            assert set(phonemizer.phonemes(text, language)) <= VOCABULARY


def test_threads_get_what_one_gets(phonemizer: Phonemizer) -> None:
    """The lexicon is only read."""
    expected = [phonemizer.phonemes(text, LETTERS["american"]) for text, _ in HETERONYMS]
    found: list[list[str]] = []

    def work() -> None:
        found.append([phonemizer.phonemes(text, LETTERS["american"]) for text, _ in HETERONYMS])

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3


@pytest.mark.parametrize(
    ("phonemes", "level", "expected"),
    [
        ("lˈæmp", None, "lˈæmp"),
        ("lˈæmp", -2, "læmp"),
        ("kˈɪʧˌɛn", -1, "kˌɪʧɛn"),
        ("lˈæmp", -0.5, "lˌæmp"),
        ("læmp", -0.5, "læmp"),
        ("ɪz", 0.5, "ˌɪz"),
        ("ðə", 2, "ðˈə"),
        ("ˌɔn", 2, "ˈɔn"),
        ("ˌɔn", 0.5, "ˌɔn"),
        ("s", 2, "s"),
    ],
)
def test_stress(phonemes: str, level: float | None, expected: str) -> None:
    """Marks are moved, added before the vowel, and taken away."""
    assert stressed(phonemes, level) == expected


def test_stress_of_letters_and_compounds() -> None:
    """The last letter has it; of two words the lighter one gives it up, unless the first is a letter."""
    assert spelled(["jˈu", "ˈɛs", "bˈi"]) == "jˌuˌɛsbˈi"
    assert compound([("light", "lˈIt"), ("-", ""), ("bulb", "bˈʌlb")]) == ["lˌIt", "", "bˈʌlb"]
    assert compound([("X", "ˈɛks"), ("ray", "ɹˈA")]) == ["ˈɛks", "ɹˌA"]
    assert compound([("lamp", "lˈæmp")]) == ["lˈæmp"]
