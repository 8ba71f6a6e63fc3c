"""Where segments are cut: by rule, and with simulated devices and listeners."""

import random
import threading

import pytest

from wyoming_kokoro.speech.pacing import LONGEST_S, SHORTEST, STRETCH, Pace, cut

MARKS = ", ", "; ", ": ", " — ", "! ", "? ", "… "
SPEECH_S = 0.07
"""Seconds of sound for each token, about those of English."""


def words(*lengths: int) -> str:
    return " ".join("x" * length for length in lengths)


def test_what_is_short_enough_is_not_cut() -> None:
    """However many clauses it has."""
    assert cut("ab, cd. " * 20, 160) == 160
    assert cut("ab, cd. " * 20, float("inf")) == 160


@pytest.mark.parametrize("mark", [",", ";", ":", "—", "!", "?", "…", ',"', "!”"])
def test_it_is_cut_behind_the_last_clause_that_fits(mark: str) -> None:
    """With its mark and its quote, at any of the marks."""
    text = f"{words(9, 9, 9)}{mark} {words(9, 9, 9)}{mark} {words(9, 9, 9)}{mark} {words(9, 9, 9)}."
    first, second = len(words(9, 9, 9) + mark), 2 * len(words(9, 9, 9) + mark) + 1
    assert cut(text, second + 5) == second
    assert cut(text, second - 1) == first
    assert text[:first].endswith(mark)


@pytest.mark.parametrize("mark", "、，；：。！？—")
def test_marks_of_east_asia_and_dashes_need_no_space(mark: str) -> None:
    """They stand between the words."""
    text = words(9, 9, 9) + mark + words(9, 9, 9)
    assert cut(text, 45) == 30


@pytest.mark.parametrize("inside", ["dˈɑːktɚ. smˈɪθ", "θɹˈiː.fˈɪfti", "tɾˈes,θinkwˈɛnta", "hˈɐ:lo"])
def test_marks_inside_clauses_are_no_ends(inside: str) -> None:
    """The full stop of an abbreviation, and marks inside numbers."""
    text = f"{words(9, 9)} {inside} {words(9, 9, 9, 9)}"
    at = cut(text, 40)
    assert text[at] == " " and text[at - 1] not in ".,:"


def test_a_clause_that_ends_a_little_late_is_worth_it() -> None:
    """At most a quarter of what was wished for; and so is the end of the sentence."""
    text = f"{words(9, 9, 9, 9, 9)}, {words(9, 9, 9, 9, 9)}"
    assert cut(text, 50 / STRETCH + 1) == 50
    assert cut(text, 50 / STRETCH - 1) == 39  # between words
    assert cut(words(9, 9, 9, 9, 9), 40) == 49


def test_between_words_where_no_clause_ends() -> None:
    """The last word within what is wished for; the next one where there is none; a word is never cut."""
    assert cut(words(*[9] * 20), 75) == 69
    assert cut(words(60, 9, 9, 9, 9, 9, 9), 30) == 60
    assert cut("x" * 300, 30) == 300


@pytest.mark.parametrize("wished", [0, 1, 19, 20, 25])
def test_no_part_is_shorter_than_the_shortest(wished: float) -> None:
    """Neither the first nor the rest, whatever the clauses are; the first may have a least length of its own."""
    text = f"ab, {words(4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4)}, cd"
    assert SHORTEST <= cut(text, wished) <= 26
    assert cut(text, wished, least=33) == 33
    assert cut(text[:41], wished) == 41 and cut(f"{text[:41]}x x", wished) == 23


def measured(each: float = 0.01, fixed: float = 0.0, target: float = 1.0, sound: float = SPEECH_S) -> Pace:
    """Of a device that takes `fixed` seconds and `each` per token."""
    pace = Pace(target)
    for tokens in (20, 60, 120, 250):
        pace.observe(tokens, fixed + each * tokens, sound * tokens)
    return pace


LONG = words(*[4] * 100)
"""Five tokens for each word, a place to cut behind each."""


def test_nothing_is_cut_without_a_measurement() -> None:
    """A guess would be as wrong as it is unneeded. Nor where the target is switched off."""
    assert Pace(1.0).cut(LONG, 0.0) == Pace(1.0).cut(LONG, 0.01) == len(LONG)
    off = measured(each=1.0, target=0.0)
    assert off.cut(LONG, 0.0) == off.cut(LONG, 0.01) == len(LONG)


def test_the_first_segment_takes_as_long_as_the_target_says() -> None:
    """Fixed time and time per token are told apart, by a few lengths such as a warm-up has."""
    assert measured(0.01).cut(LONG, 0.0) == 99
    assert measured(0.01, fixed=0.5).cut(LONG, 0.0) == 49
    assert measured(0.001).cut(LONG, 0.0) == len(LONG)


def test_the_first_segment_covers_the_making_of_what_may_follow() -> None:
    """Where the target would make it too short for that: 50 tokens take 2 s here, and so the first ones sound for."""
    assert measured(0.04, target=0.5).cut(LONG, 0.0) == 29
    assert measured(0.06, target=0.5).cut(LONG, 0.0) == 44
    assert measured(5.0).cut(LONG, 0.0) == 54  # a device that is slower than its speech is beyond help


def test_later_segments_take_a_share_of_the_lead() -> None:
    """And never so long that others have to wait."""
    assert measured(0.01).cut(LONG, 1.0) == 69
    assert measured(0.01).cut(LONG, 0.001) == 24
    assert measured(0.04).cut(LONG, 1000.0) == LONGEST_S / 0.04 - 1


def test_a_slow_voice_has_longer_tokens() -> None:
    """At half the speed each takes twice as long to make."""
    assert measured(0.01).cut(LONG, 0.0, speed=0.5) == 49
    assert measured(0.01).cut(LONG, 1.0, speed=2.0) == 139


def test_an_odd_measurement_moves_nothing() -> None:
    """Such as the very first, which also loads and plans."""
    pace = Pace(1.0)
    pace.observe(40, 9.0, 3.0)
    for tokens in (20, 60, 120, 250, 500):
        pace.observe(tokens, 0.301 + 0.01 * tokens, SPEECH_S * tokens)
    assert pace.cut(LONG, 0.0) == 69


@pytest.mark.parametrize("noise", [(1.0, 1.0), (1.2, 0.8)])
def test_one_length_alone_is_taken_for_a_time_per_token(noise: tuple[float, float]) -> None:
    """A line through one point, or through points that are not far enough apart."""
    pace = Pace(1.0)
    pace.observe(100, noise[0], 7.0)
    pace.observe(101, noise[1], 7.0)
    assert pace.cut(LONG, 0.0) == 99


def test_a_device_that_changes_is_followed() -> None:
    """One that failed is replaced by a slower one."""
    pace = Pace(1.0)
    for count in range(60):
        tokens = 20 + 7 * (count % 20)
        pace.observe(tokens, tokens * (0.01 if count < 40 else 0.02), SPEECH_S * tokens)
    assert pace.cut(LONG, 0.0) == 49


def test_several_threads_may_measure_at_once() -> None:
    """None of them fails, and what they measured is found."""
    pace = Pace(1.0)

    def measure() -> None:
        for tokens in range(20, 120):
            pace.observe(tokens, tokens * 0.01, SPEECH_S * tokens)

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pace.cut(LONG, 0.0) == 99


def sentence(chance: random.Random, length: int) -> str:
    """Words of 2 to 9 tokens, every seventh or so with a mark behind it."""
    text = ""
    while len(text) < length:
        text += "x" * chance.randint(2, 9) + (chance.choice(MARKS) if chance.random() < 0.15 else " ")
    return text.strip() + "."


def read_out(sentences: list[str], fixed: float, each: float, target: float) -> tuple[list[str], float, list[float]]:
    """The segments, when the first one is there, and the gaps after it, on a device that takes `fixed` seconds and
    `each` per token. A listener hears each segment as soon as it is there and the one before has ended."""
    pace = measured(each, fixed, target)
    now = silent_at = first = 0.0
    made: list[str] = []
    gaps: list[float] = []
    for text in sentences:
        rest = text
        while rest:
            end = pace.cut(rest, max(0.0, silent_at - now))
            part, rest = rest[:end].rstrip(), rest[end:].lstrip()
            now += fixed + each * len(part)
            gaps.append(max(0.0, now - silent_at))
            silent_at = max(silent_at, now) + SPEECH_S * len(part)
            first = first or now
            made.append(part)
    return made, first, gaps[1:]


SLOWNESS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
"""Seconds that a second of sound takes to make."""


@pytest.mark.parametrize("slowness", SLOWNESS)
@pytest.mark.parametrize("fixed", [0.0, 0.1])
def test_there_is_no_gap_wherever_sound_is_made_faster_than_it_is_heard(slowness: float, fixed: float) -> None:
    """In 100 answers of ten sentences. The first sentence is at least 60 tokens long, words are at most 9, and where
    each segment takes a time of its own, the device is so much faster that all but the tiniest sound for longer."""
    for seed in range(100):
        chance = random.Random(seed)
        sentences = [sentence(chance, chance.randint(60, 300)), *(sentence(chance, 150) for _ in range(5))]
        sentences += [sentence(chance, chance.randint(25, 300)) for _ in range(4)]
        made, _, gaps = read_out(sentences, fixed, slowness * SPEECH_S - fixed / 40, target=1.0)
        assert max(gaps) == 0
        assert " ".join(made) == " ".join(sentences)


@pytest.mark.parametrize("slowness", SLOWNESS)
def test_the_first_sound_comes_in_time(slowness: float) -> None:
    """Within the target, stretched to the end of a clause or a word, or as soon as what no gap follows allows."""
    for seed in range(100):
        chance = random.Random(seed)
        text = sentence(chance, chance.randint(120, 300))
        made, first, _ = read_out([text], 0.0, slowness * SPEECH_S, target=1.0)
        shortest = slowness * SPEECH_S * max(SHORTEST, 50 * slowness)
        assert first <= STRETCH * max(1.0, shortest) + 10 * slowness * SPEECH_S
        if first > STRETCH:
            assert len(made[0]) <= STRETCH * max(SHORTEST, 50 * slowness) + 10


def test_a_long_first_sentence_is_heard_early_on_two_cores() -> None:
    """200 characters at a real-time factor of 0.6: in less than a third of what the whole sentence takes."""
    each = 0.6 * SPEECH_S
    for seed in range(100):
        text = sentence(random.Random(seed), 200)
        _, first, gaps = read_out([text] * 10, 0.0, each, target=1.0)
        assert first <= each * len(text) / 3
        assert max(gaps) == 0


def test_the_lead_grows_until_sentences_are_whole() -> None:
    """Cuts are for the beginning: with a lead a sentence is made as it was written."""
    sentences = [sentence(random.Random(seed), 110) for seed in range(10)]
    made, _, _ = read_out(sentences, 0.0, 0.4 * SPEECH_S, target=1.0)
    assert made[-5:] == sentences[-5:]
    assert all(len(part) >= SHORTEST for part in made)
