"""Dockerfile and compose files: what went wrong in containers before can't come back, and what they name exists."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from wyoming_kokoro import __version__, config, config_sources
from wyoming_kokoro.runtime.installation import EXTRAS
from wyoming_kokoro.runtime.lanes import LANES

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "config" / "wyoming-kokoro.yaml"
OURS = ("Dockerfile", ".dockerignore", "docker-compose.yml", "docker-compose.gpu.yml", ".env.example")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments on one line, comments left out."""
    lines = [line for line in read("Dockerfile").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, " ".join(rest)) for name, *rest in map(str.split, whole)]


def given(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def final(name: str) -> list[str]:
    """The arguments of such instructions in the last stage."""
    stages = [index for index, (instruction, _) in enumerate(instructions()) if instruction == "FROM"]
    return [arguments for instruction, arguments in instructions()[stages[-1] :] if instruction == name]


def pairs(arguments: str) -> dict[str, str]:
    """What ENV, ARG or LABEL sets."""
    return {name: value.strip('"') for name, value in re.findall(r'([\w.]+)=("[^"]*"|\S*)', arguments)}


def environment() -> dict[str, str]:
    """Of the final image: its base stage, and its own."""
    first = next(arguments for instruction, arguments in instructions() if instruction == "ENV")
    return {name: value for arguments in (first, *final("ENV")) for name, value in pairs(arguments).items()}


def compose(name: str, **variables: str) -> Any:
    """A compose file with ${NAME:-default} filled in, as docker compose reads it."""

    def fill(found: re.Match[str]) -> str:
        return variables.get(found[1]) or found[2]

    return yaml.safe_load(re.sub(r"\$\{(\w+):-([^}]*)\}", fill, read(name)))


def merged(below: Any, above: Any) -> Any:
    """As docker compose merges files: mappings by key, lists one after the other, anything else replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {key: merged(below[key], value) if key in below else value for key, value in above.items()}
    if isinstance(below, list) and isinstance(above, list):
        return below + above
    return above


def with_gpu(**variables: str) -> Any:
    return merged(compose("docker-compose.yml", **variables), compose("docker-compose.gpu.yml", **variables))


def service(composed: Any) -> Any:
    (only,) = composed["services"].values()
    return only


def tool(*command: str) -> str:
    """What a program of the development environment says, and its exit code."""
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}exit code {done.returncode}"


def test_hadolint_finds_nothing() -> None:
    """The Dockerfile follows the rules of its linter, or says beside the place why not."""
    assert tool("hadolint", "--no-color", "Dockerfile") == "exit code 0"


def test_every_copy_has_one_source() -> None:
    """Two sources in one COPY once ended a build with "inconsistent graph state"."""
    for arguments in given("COPY") + given("ADD"):
        assert len([word for word in arguments.split() if not word.startswith("--")]) == 2, arguments


def test_nothing_comes_from_another_image() -> None:
    """The base is the only image that must be reachable, and any registry can give it."""
    stages = [arguments.split(" AS ")[-1] for arguments in given("FROM") if " AS " in arguments]

    assert given("FROM")[0] == "${BASE_IMAGE} AS base"
    assert {arguments.split()[0] for arguments in given("FROM")} == {"${BASE_IMAGE}", "base"}
    assert all(copied in stages for copied in re.findall(r"--from=(\S+)", " ".join(given("COPY") + given("RUN"))))


def test_the_base_has_no_cuda() -> None:
    """CUDA comes from the lane's packages, so that it fits ONNX Runtime; the driver is the host's."""
    assert "nvidia" not in (base := pairs(given("ARG")[0])["BASE_IMAGE"])
    assert "cuda" not in base
    assert not environment()["LD_LIBRARY_PATH"]
    assert any("rm -rf /usr/local/cuda*/compat" in arguments for arguments in given("RUN"))


def test_apt_asks_nothing() -> None:
    """A build once hung at tzdata's question for the geographic area."""
    stage: list[str] = []
    for instruction, arguments in instructions():
        stage = [] if instruction == "FROM" else [*stage, f"{instruction} {arguments}"]
        if "apt-get install" in arguments:
            assert "ARG DEBIAN_FRONTEND=noninteractive" in stage
            assert "apt-get install -y" in arguments
    assert environment()["TZ"] == "Etc/UTC"
    assert "DEBIAN_FRONTEND" not in environment()


def test_packages_are_the_locked_ones() -> None:
    """No package manager decides here what is installed: it is the lane's file, with hashes, without dependencies."""
    installs = [
        command for run in given("RUN") for command in run.split("&&") if re.search(r"pip\b.* install", command)
    ]
    locked = [command for command in installs if "--no-index" not in command and " wheel " not in command]

    assert [command.split("-r ")[1].strip() for command in locked] == [
        '"requirements/${LANE}.txt"',
        "requirements/build.txt",
    ]
    for command in locked:
        assert "--require-hashes --no-deps --ignore-requires-python --only-binary=:all: -r" in command
    assert "uv" not in " ".join(given("RUN")).split()


def test_extras_are_the_locked_ones() -> None:
    """They are installed from wheels that are made without a look at any index, by the options of script/run."""
    (made,) = [run for run in given("RUN") if "--no-binary" in run]
    (known,) = re.findall(r"in (\w+(?: \| \w+)*)\) ;; \*\) echo \"EXTRAS", " ".join(given("RUN")))
    builder = read("script/builder.py")

    assert made.startswith('for extra in ${EXTRAS}; do set -- "$@" -r "requirements/${extra}.txt"; done;')
    assert tuple(known.split(" | ")) == EXTRAS and all(
        (ROOT / f"requirements/{extra}.txt").exists() for extra in EXTRAS
    )
    for option in re.findall(r"--(?!python|wheel-dir|no-index)[\w=:,-]+", made):
        name, _, value = option.partition("=")
        assert name in builder and value in builder, option
    assert 'EXTRAS=""' in given("ARG")


def test_build_backend_is_the_locked_one() -> None:
    """What builds the wheel in the image is what pyproject.toml asks for, as in the other files of requirements."""
    (backend,) = tomllib.loads(read("pyproject.toml"))["build-system"]["requires"]
    build, dev = (
        set(re.findall(r"^([a-z0-9-]+==\S+)", read(f"requirements/{name}.txt"), re.MULTILINE))
        for name in ("build", "dev")
    )

    assert backend in build
    assert {each for each in build if not each.startswith("setuptools")} <= dev


def test_lanes_of_the_image() -> None:
    """The Dockerfile knows the lanes that there are, takes cpu if none is named, and tells the program which it is."""
    refusal = next(run for run in given("RUN") if run.startswith("case"))

    assert set(re.findall(r"(\w+):(?:\*|x86_64)", refusal)) == set(LANES)
    assert [arguments for arguments in given("ARG") if arguments.startswith("LANE")] == ["LANE=cpu"] * 2
    assert environment()["KOKORO_IMAGE_LANE"] == "${LANE}"


def test_the_program_is_not_root() -> None:
    """A number, so that Kubernetes' runAsNonRoot can see it."""
    (user,) = final("USER")

    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)


def test_start_stop_and_health() -> None:
    """Without a shell in between signals arrive; health is asked by the command that is made for it."""
    (health,) = final("HEALTHCHECK")

    assert json.loads(health.partition("CMD")[2]) == ["wyoming-kokoro", "health"]
    assert [json.loads(final(name)[0]) for name in ("ENTRYPOINT", "CMD")] == [["wyoming-kokoro"], ["serve"]]
    assert final("STOPSIGNAL") == ["SIGTERM"]
    assert final("EXPOSE") == [str(config.DEFAULT_PORT)]


def test_labels() -> None:
    """The image says what it is; its version is the program's."""
    labels = pairs(" ".join(final("LABEL")))

    assert labels["org.opencontainers.image.version"] == __version__
    assert "GPL-3.0-or-later" in labels["org.opencontainers.image.licenses"]


@pytest.mark.parametrize("source", ["Dockerfile", "docker-compose.yml", "docker-compose.gpu.yml"])
def test_variables_are_keys_of_the_configuration(source: str) -> None:
    """What the image and compose set reaches the program: the key exists and takes the value, over the shipped file."""
    variables = environment() if source == "Dockerfile" else service(compose(source))["environment"]
    settings = config_sources.load(SHIPPED, {}, lambda _: None, environ=variables)

    if source == "Dockerfile":
        (volume,) = json.loads(final("VOLUME")[0])
        assert settings.model.dir == Path(volume)
        assert variables["WYOMING_KOKORO_CONFIG"] == f"/config/{SHIPPED.name}"
    assert settings.device.prefer == ("cuda" if "gpu" in source else "auto")


@pytest.mark.parametrize("composed", [compose("docker-compose.yml"), compose("docker-compose.gpu.yml"), with_gpu()])
def test_compose_files_fit_the_published_schema(composed: Any, tmp_path: Path) -> None:
    """Each file, and the two together, are what the Compose specification describes."""
    path = tmp_path / "compose.yml"
    path.write_text(yaml.safe_dump(composed))

    said = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(path))

    assert said.endswith("exit code 0"), said


def test_compose_starts_the_cpu_service_confined() -> None:
    """On any host: no GPU, nothing writable but the volume and /tmp, no capability, and time to finish its sentence."""
    plain = service(compose("docker-compose.yml"))
    (volume,) = json.loads(final("VOLUME")[0])

    assert plain["image"] == "wyoming-kokoro:cpu" and plain["build"]["args"]["LANE"] == "cpu"
    assert "deploy" not in plain and "runtime" not in plain
    assert plain["read_only"] is True and plain["cap_drop"] == ["ALL"]
    assert plain["volumes"] == ["./config:/config:ro", f"kokoro-data:{volume}"]
    assert "exec" in plain["tmpfs"][0].partition(":")[2].split(",")  # a library is loaded from there
    assert int(plain["stop_grace_period"].removesuffix("s")) > config.Server().grace
    assert ("network_mode" in plain) != ("ports" in plain)


def test_gpu_file_adds_the_gpu() -> None:
    """The same service, with a lane for a GPU, all the GPUs, and no way to end up on the CPU without a word."""
    plain, gpu = service(compose("docker-compose.yml")), service(with_gpu())
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]

    assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}
    assert gpu["image"] == "wyoming-kokoro:cuda12" and gpu["build"]["args"]["LANE"] == "cuda12"
    assert gpu["environment"] == plain["environment"] | {"WYOMING_KOKORO_DEVICE__PREFER": "cuda"}
    changed = {key for key in gpu if gpu[key] != plain.get(key)}
    assert changed == {"build", "image", "environment", "deploy"}


@pytest.mark.parametrize("lane", LANES)
def test_lane_of_compose_is_the_lane_of_the_image(lane: str) -> None:
    """LANE in .env counts with both files, and names the image, so that another lane is another image."""
    for composed in (compose("docker-compose.yml", LANE=lane), with_gpu(LANE=lane)):
        assert service(composed)["image"] == f"wyoming-kokoro:{service(composed)['build']['args']['LANE']}"
        assert service(composed)["image"].endswith(lane)


def test_defaults_stand_once_in_meaning() -> None:
    """What compose passes on without .env is what the Dockerfile has itself."""
    arguments = service(compose("docker-compose.yml"))["build"]["args"]
    defaults = {name: value for argument in given("ARG") for name, value in pairs(argument).items()}

    assert arguments.items() <= ({"PYPI_INDEX": ""} | defaults).items()


def test_env_example_is_read() -> None:
    """Everything in .env.example does something, everything that compose reads stands there, and nothing is set."""
    named = set(re.findall(r"^#(\w+)=", read(".env.example"), re.MULTILINE))
    used = set(re.findall(r"\$\{(\w+):-", read("docker-compose.yml") + read("docker-compose.gpu.yml")))

    assert named == used | {"COMPOSE_FILE"}
    assert re.fullmatch(r"((#.*)?\n)*", read(".env.example"))
    assert ".env" in read(".gitignore").splitlines()


def test_context_has_what_is_copied() -> None:
    """.dockerignore lets through what the Dockerfile copies, and nothing else."""
    allowed = {line.removeprefix("!") for line in read(".dockerignore").splitlines() if line.startswith("!")}
    copied = {arguments.split()[-2].split("/")[0] for arguments in given("COPY") if "--from" not in arguments}

    assert allowed == copied
    assert all((ROOT / name).exists() for name in allowed)


def test_no_package_index_is_named() -> None:
    """Whose mirrors are elsewhere sets PYPI_INDEX and BASE_IMAGE."""
    hosts = re.findall(r"[a-z0-9]+(?:\.[a-z0-9-]+)*\.(?:org|com|io|net|dev)\b", "".join(map(read, OURS)))

    assert {host for host in hosts if not host.endswith("example.com")} == set()
