"""All checks in their order, the most fundamental first. A check that crashes becomes a finding."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import files, languages, machine
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
    """Those that concern this configuration."""
    every = (
        Check("versions", partial(machine.versions, found)),
        Check("packages", partial(machine.packages, found)),
        Check("languages", partial(languages.extras, found)),
        Check("driver", partial(machine.driver, found)),
        Check("device", partial(machine.device, settings.device.prefer, found)),
        Check("libraries", files.libraries),
        Check("model", partial(files.model, settings)),
        Check("folder", partial(files.folder, settings)),
        Check("listening", partial(network, "listening", settings)),
        Check("announcing", partial(network, "announcing", settings)),
        Check("speaking", partial(spoken, settings)),
    )
    return tuple(check for check in every if check.name != "device" or settings.engine != "espeak")


def network(check: str, settings: Config) -> Iterator[Finding]:
    """Imported here, so that doctor starts where a package is missing that it needs."""
    findings: Iterator[Finding] = getattr(import_module("wyoming_kokoro.doctor.network"), check)(settings)
    return findings


def examine(settings: Config) -> Iterator[tuple[str, Finding]]:
    """(check, finding), as they are made; the last ones are of a spoken sentence, where there is a device for it."""
    impossible = False
    for check in checks(settings, facts.gather()):
        if check.name == "speaking" and impossible:
            continue
        for finding in attempt(check):
            impossible |= check.name == "device" and finding.level == "error"
            yield check.name, finding


def while_serving(settings: Config) -> list[tuple[str, Finding]]:
    """As far as a service can examine itself: it speaks already, and a second model would need a second memory."""
    wanted = [check for check in checks(settings, facts.gather()) if check.name != "speaking"]
    return [(check.name, finding) for check in wanted for finding in attempt(check)]


def attempt(check: Check) -> list[Finding]:
    """A future keeps whatever is raised, so that one broken check doesn't take the others with it."""
    found: list[Finding] = []
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(lambda: found.extend(check.run())).exception()
    if isinstance(error, KokoroError):
        found.append(Finding("error", error.message, "", error.remedy))
    elif error:
        seen = f"the check of {check.name} crashed: {type(error).__name__}: {error}"
        found.append(Finding("error", seen, "what it looks at may be broken, or the check is", REPORT))
    return found
