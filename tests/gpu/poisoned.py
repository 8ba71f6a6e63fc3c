"""`wyoming-kokoro` with its arguments, in which SIGUSR1 makes CUDA fail for good, as a hardware fault would.

A kernel that writes to address 16 leaves the process with the error 700 (illegal address) for every later call: the
driver calls it sticky. The GPU itself and other processes are unharmed.
"""

import ctypes
import signal
import sys

from wyoming_kokoro.cli.main import main

KERNEL = b"""
.version 7.0
.target sm_50
.address_size 64
.visible .entry poison() {
  .reg .b64 %address;
  .reg .b32 %value;
  mov.u64 %address, 16;
  mov.u32 %value, 1;
  st.global.u32 [%address], %value;
  ret;
}
\0"""


def poison(*_: object) -> None:
    """Runs the kernel in the context that ONNX Runtime uses."""
    cuda = ctypes.CDLL("libcuda.so.1")
    device, context, module, kernel = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    for function, *arguments in (
        ("cuInit", 0),
        ("cuDeviceGet", ctypes.byref(device), 0),
        ("cuDevicePrimaryCtxRetain", ctypes.byref(context), device),
        ("cuCtxSetCurrent", context),
        ("cuModuleLoadData", ctypes.byref(module), KERNEL),
        ("cuModuleGetFunction", ctypes.byref(kernel), module, b"poison"),
        ("cuLaunchKernel", kernel, 1, 1, 1, 1, 1, 1, 0, None, None, None),
        ("cuCtxSynchronize",),
    ):
        code = getattr(cuda, function)(*arguments)
        print(f"{function}: {code}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, poison)
    raise SystemExit(main())
