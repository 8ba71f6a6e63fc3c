"""`wyoming-kokoro doctor`: what is there, what works, what to do."""

import click

from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor.examination import examine
from wyoming_kokoro.doctor.report import document, lines
from wyoming_kokoro.errors import KokoroError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for tools and bug reports. It names no user.")
@configuration
def doctor(settings: Config, as_json: bool) -> None:
    """Examine packages, driver, GPU, files and network, and speak one sentence. Exit code 1 if something is broken."""
    start_logging("error")
    findings = []
    for check, finding in examine(settings):
        findings.append((check, finding))
        if not as_json:
            click.echo(lines(finding))
    if as_json:
        click.echo(document(findings))
    if broken := sum(finding.level == "error" for _, finding in findings):
        raise KokoroError(f"The service doesn't work as configured: {broken} of {len(findings)} findings are errors")
