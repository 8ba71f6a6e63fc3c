"""All checks in their order, the most fundamental first. A check that crashes becomes a finding."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import files, machine, network
from wyoming_kokoro.doctor.trial import spoken
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime import facts

REPORT = "report this with the whole output of `wyoming-kokoro doctor --json`"


@dataclass(frozen=True)
class Check:
    name: str
    run: Callable[[], Iterator[Finding]]


def checks(settings: Config, found: facts.Facts) -> tuple[Check, ...]:
    return (
        Check("versions", partial(machine.versions, found)),
        Check("packages", partial(machine.packages, found)),
        Check("driver", partial(machine.driver, found)),
        Check("device", partial(machine.device, settings.device.prefer, found)),
        Check("libraries", files.libraries),
        Check("model", partial(files.model, settings)),
        Check("folder", partial(files.folder, settings)),
        Check("listening", partial(network.listening, settings)),
        Check("announcing", partial(network.announcing, settings)),
        Check("speaking", partial(spoken, settings)),
    )


def examine(settings: Config) -> Iterator[tuple[str, Finding]]:
    """(check, finding), as they are made; the last ones are of a spoken sentence, where there is a device for it."""
    impossible = False
    for check in checks(settings, facts.gather()):
        if check.name == "speaking" and impossible:
            continue
        for finding in attempt(check):
            impossible |= check.name == "device" and finding.level == "error"
            yield check.name, finding


def attempt(check: Check) -> list[Finding]:
    """A future keeps whatever is raised, so that one broken check doesn't take the others with it."""
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(lambda: list(check.run()))
        error = outcome.exception()
    if error is None:
        return outcome.result()
    if isinstance(error, KokoroError):
        return [Finding("error", error.message, "", error.remedy)]
    seen = f"the check of {check.name} crashed: {type(error).__name__}: {error}"
    return [Finding("error", seen, "what it looks at may be broken, or the check is", REPORT)]
