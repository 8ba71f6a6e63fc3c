"""The voices that Kokoro's releases come with."""

from wyoming_kokoro.speech.languages import BY_LETTER, Language

# Kokoro v1.0's own grades (VOICES.md of hexgrad/Kokoro-82M), "" where it gives none. Letter 1 of a name is the
# language, letter 2 the gender.
GRADES = {
    "af_heart": "A", "af_bella": "A-", "af_nicole": "B-", "af_aoede": "C+", "af_kore": "C+", "af_sarah": "C+",
    "af_alloy": "C", "af_nova": "C", "af_sky": "C-", "af_jessica": "D", "af_river": "D",
    "am_fenrir": "C+", "am_michael": "C+", "am_puck": "C+", "am_echo": "D", "am_eric": "D", "am_liam": "D",
    "am_onyx": "D", "am_santa": "D-", "am_adam": "F+",
    "bf_emma": "B-", "bf_isabella": "C", "bf_alice": "D", "bf_lily": "D",
    "bm_fable": "C", "bm_george": "C", "bm_lewis": "D+", "bm_daniel": "D",
    "ef_dora": "", "em_alex": "", "em_santa": "",
    "ff_siwis": "B-",
    "hf_alpha": "C", "hf_beta": "C", "hm_omega": "C", "hm_psi": "C",
    "if_sara": "C", "im_nicola": "C",
    "jf_alpha": "C+", "jf_gongitsune": "C", "jf_tebukuro": "C", "jf_nezumi": "C-", "jm_kumo": "C-",
    "pf_dora": "", "pm_alex": "", "pm_santa": "",
    "zf_xiaobei": "D", "zf_xiaoni": "D", "zf_xiaoxiao": "D", "zf_xiaoyi": "D",
    "zm_yunjian": "D", "zm_yunxi": "D", "zm_yunxia": "D", "zm_yunyang": "D",
}  # fmt: skip
OFFICIAL = tuple(GRADES)
"""Of v1.0 and v1.1."""

# hexgrad/Kokoro-82M-v1.1-zh, which gives no grades. All numbers from 1 to 100 are taken once, by a woman or a man.
CHINESE_MEN = (
    *range(9, 17), 20, 25, *range(29, 32), *range(33, 36), 37, 41, 45, 50, *range(52, 59), *range(61, 67), 68, 69,
    *range(80, 83), 89, 91, *range(95, 99), 100,
)  # fmt: skip
CHINESE = (
    "af_maple",
    "af_sol",
    "bf_vale",
    *(f"zf_{number:03}" for number in range(1, 101) if number not in CHINESE_MEN),
    *(f"zm_{number:03}" for number in CHINESE_MEN),
)
"""Of v1.1-zh."""


def official(release: str) -> tuple[str, ...]:
    """The names of the style vectors in the voices file of a release, which is one that config.Model allows."""
    return CHINESE if release == "v1.1-zh" else OFFICIAL


def language_of(name: str) -> Language | None:
    """The language of a style vector, official or not, from a name such as af_heart; None where it tells none."""
    letters, _, rest = name.partition("_")
    known = len(letters) == 2 and letters[1] in "fm" and rest
    return BY_LETTER.get(letters[0]) if known else None
