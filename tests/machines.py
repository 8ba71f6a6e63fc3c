"""GPUs, machines that have them, and a driver's library that does what a test tells it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.runtime.driver import Gpu, Machine, Version
from wyoming_kokoro.runtime.facts import OTHERS, Build, Facts
from wyoming_kokoro.runtime.installation import Installation
from wyoming_kokoro.runtime.lanes import LIBRARIES
from wyoming_kokoro.runtime.packages import Package

H200 = Gpu("NVIDIA H200", (9, 0))
RTX_4090 = Gpu("NVIDIA GeForce RTX 4090", (8, 9))
RTX_5090 = Gpu("NVIDIA GeForce RTX 5090", (12, 0))
RTX_2080 = Gpu("NVIDIA GeForce RTX 2080", (7, 5))
B200 = Gpu("NVIDIA B200", (10, 0))
V100 = Gpu("Tesla V100-SXM2-16GB", (7, 0))
P40 = Gpu("Tesla P40", (6, 1))
M60 = Gpu("Tesla M60", (5, 2))

GPU_PROVIDERS = ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
CPU_BUILD = Build(
    (Package("onnxruntime", "1.31.1"),), "1.31.1", None, ("AzureExecutionProvider", "CPUExecutionProvider")
)
CUDA12_BUILD = Build((Package("onnxruntime-gpu", "1.26.0"),), "1.26.0", (12, 8), GPU_PROVIDERS)
CUDA13_BUILD = Build((Package("onnxruntime-gpu", "1.31.1"),), "1.31.1", (13, 0), GPU_PROVIDERS)

FAKE_LIBCUDA = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int fake(const char *name, int otherwise) { const char *s = getenv(name); return s ? atoi(s) : otherwise; }
int cuDriverGetVersion(int *v) { *v = fake("FAKE_CUDA_DRIVER", 12020); return 0; }
int cuInit(unsigned flags) {
  if (getenv("FAKE_CRASH")) abort();
  if (getenv("FAKE_HANG")) for (;;) pause();
  return fake("FAKE_CUINIT", 0);
}
int cuDeviceGetCount(int *n) { *n = fake("FAKE_COUNT", 1); return 0; }
int cuDeviceGet(int *device, int index) { *device = index; return 0; }
int cuDeviceGetName(char *name, int size, int device) { strncpy(name, "Fake GPU", size); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)32768 << 20; return 0; }
int cuDeviceGetAttribute(int *v, int attribute, int device) {
  *v = attribute == 75 ? 9 : attribute == 76 ? 1 : -1;
  return 0;
}
/* what CUDA's runtime asks for before it gives up */
static int fails(void) { int code = fake("FAKE_CUINIT", 0); return code ? code : 100; }
int cuGetProcAddress_v2(const char *name, void **function, int version, unsigned long long flags, int *status) {
  if (status) *status = 0;
  *function = !strcmp(name, "cuInit") ? (void *)cuInit
    : !strcmp(name, "cuDriverGetVersion") ? (void *)cuDriverGetVersion
    : !strcmp(name, "cuGetProcAddress") ? (void *)cuGetProcAddress_v2 : (void *)fails;
  return 0;
}
int cuGetProcAddress(const char *name, void **function, int version, unsigned long long flags) {
  return cuGetProcAddress_v2(name, function, version, flags, 0);
}
int cuGetExportTable(const void **table, const void *id) { *table = 0; return 1; }
int cuTensorMapEncodeTiled(void) { return 1; }
int cuGetErrorString(int code, const char **text) { *text = "fake"; return 0; }
int cuGetErrorName(int code, const char **text) { *text = "FAKE"; return 0; }
"""


def linux(cuda: Version | None = None, *gpus: Gpu, **more: Any) -> Machine:
    return Machine("linux", "x86_64", cuda, gpus, **more)


def facts(machine: Machine, build: Build, **more: Any) -> Facts:
    """A whole installation from a checkout, on this machine; `more` is what is otherwise about it."""
    return Facts(
        machine,
        build,
        **{
            "libraries": frozenset(LIBRARIES.get(build.lane, {})),
            "phonemizer": (Package("phonemizer-fork", "3.3.2"),),
            "others": tuple(Package(name, "2.4.6") for name in OTHERS),
            "installation": Installation("checkout"),
            "python": "3.11.7",
            "glibc": "2.36",
            **more,
        },
    )


def make_libcuda(folder: Path) -> Path:
    """A folder with a libcuda.so.1 that obeys FAKE_* variables."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler to make a libcuda.so.1")
    (folder / "fake.c").write_text(FAKE_LIBCUDA)
    library = ["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", str(folder / "libcuda.so.1")]
    subprocess.run([compiler, *library, str(folder / "fake.c")], check=True)
    return folder
