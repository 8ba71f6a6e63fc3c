"""Findings as lines for people and as JSON for tools and bug reports."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from wyoming_kokoro import __version__
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.privacy import public, without_addresses
from wyoming_kokoro.runtime.installation import installation


def lines(finding: Finding) -> str:
    """One to three lines: what was seen, why it matters, what to do."""
    indent = "\n" + " " * 9
    why = f"{indent}{public(finding.why)}" if finding.why else ""
    remedy = f"{indent}-> {public(typed(finding.remedy))}" if finding.remedy else ""
    return f"{finding.level:9}{public(finding.seen)}{why}{remedy}"


def typed(remedy: str) -> str:
    """As it is typed where this program was installed."""
    return remedy.replace("wyoming-kokoro ", f"{installation().program} ")


def document(findings: Iterable[tuple[str, Finding]]) -> str:
    """JSON: {"version", "findings": [{"check", "level", "seen", "why", "remedy"}]}."""
    found = [
        {"check": check} | {key: without_addresses(public(value)) for key, value in asdict(finding).items()}
        for check, finding in findings
    ]
    return json.dumps({"version": __version__, "findings": found}, indent=1)
