"""What the README and docs/ say is what the program does."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from wyoming_kokoro.cli.main import cli, main
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError

pytestmark = pytest.mark.usefixtures("alone")
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SHOWN = [block for language, block in BLOCKS if not language]
"""What commands print."""
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]


def test_the_help_pages_in_the_docs_are_the_programs_own() -> None:
    """docs/cli.md is what script/docs writes today."""
    printed = subprocess.run(
        [sys.executable, ROOT / "script" / "help_pages.py"], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert printed.returncode == 0, printed.stderr
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == printed.stdout, "run script/docs"


def test_the_first_command_stands_on_the_first_screen() -> None:
    """Before line 30."""
    assert README[: README.index("script/run\n")].count("\n") < 30


@pytest.mark.parametrize("line", [line for line in COMMANDS if "script/run" in line])
def test_each_command_of_the_readme_exists(line: str) -> None:
    """Its command and its options are parsed as the program does."""
    words = shlex.split(line.partition("#")[0].rpartition("|")[2])
    assert words[0] == "script/run"
    assert (ROOT / words[0]).exists()
    name, args = (words[1], words[2:]) if len(words) > 1 else ("serve", [])
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, args)


def test_each_docker_command_of_the_readme_names_what_there_is() -> None:
    """The service of the compose file, and a command of the program in it."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [shlex.split(line, comments=True) for line in COMMANDS if line.startswith("docker ")]
    assert [words[:3] for words in commands] == [["docker", "compose", "up"], ["docker", "compose", "exec"]]
    service, program, name = commands[1][3:]
    assert service in services and program == "wyoming-kokoro"
    assert cli.get_command(click.Context(cli), name)


def test_scripts_that_the_readme_names_exist() -> None:
    """And can be run."""
    for name in set(re.findall(r"script/[\w-]+", README)):
        assert (ROOT / name).stat().st_mode & 0o100


def test_the_readmes_configuration_is_valid() -> None:
    """Somebody will copy it."""
    [block] = [block for language, block in BLOCKS if language == "yaml"]
    assert Config.model_validate(yaml.safe_load(block)).device.prefer == "cuda"


def test_links_inside_the_project_lead_somewhere() -> None:
    """In every page; what stands in code is no link."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        prose = re.sub(r"`[^`\n]+`", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_each_proof_of_a_promise_is_a_test() -> None:
    """A renamed test would leave its promise without one."""
    proofs = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", RELIABILITY)
    assert len(proofs) > 40
    for file, name in proofs:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^((async )?def {name}\(|{name} = )", source, re.MULTILINE), name


def test_every_code_of_an_error_is_explained() -> None:
    """In the table of codes, as far as a client can be answered it."""

    def codes(kind: type[KokoroError]) -> set[str]:
        return {kind.code}.union(*map(codes, kind.__subclasses__()))

    table = RELIABILITY[RELIABILITY.index("| code |") : RELIABILITY.index("## What is promised")]
    explained = set(re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| `.*? \|", table, re.MULTILINE))))
    assert codes(KokoroError) - explained == {"config", "server"}
    assert explained < codes(KokoroError)


def test_the_limits_in_the_docs_are_the_defaults() -> None:
    """Each key with the value behind it."""
    server = Config().server
    shown = {"an hour": 3600, "4 hours": 4 * 3600, "everybody": ()}
    for key, value in re.findall(r"`server\.(\w+)` \(([^)]+)\)", RELIABILITY):
        number = re.sub(r"[, ]|s$", "", value)
        assert getattr(server, key) == (shown[value] if value in shown else float(number)), key


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_yaml_in_the_docs_is_yaml(page: str) -> None:
    """And where it is of the configuration, it is valid."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        values = yaml.safe_load(block)
        if values.keys() <= Config.model_fields.keys():
            Config.model_validate(values)


def test_what_is_shown_as_said_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    """In the README and in the page on texts: the command, and what it prints."""
    assert main(["say", "--show", "**21°C** outside, 3.5 kWh used 🎉 at 10:05"]) == 0
    assert capsys.readouterr().out.strip() == SHOWN[1].strip()
    assert SHOWN[1] in (ROOT / "docs" / "text.md").read_text(encoding="utf-8")


def test_the_findings_in_the_readme_look_like_doctors() -> None:
    """The same levels and the same arrow."""
    [block, _] = SHOWN
    assert all(re.match(r"(?=.{9}\S)(ok|note|warning|error) +\S| {9}(-> )?\S", line) for line in block.splitlines())
