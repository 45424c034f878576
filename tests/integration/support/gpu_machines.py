"""Machines with NVIDIA GPUs that fixtures/gpus describes, put into a folder with fake libraries of the driver.

A description holds `what` it is; `kernel` (version, open) of the module, nothing where none is loaded; `kernel_release`;
`dev`, the names in /dev; `excluded` GPUs; more `files`, `links` and `environment`; `libraries` (nvml, cuda), where each lies, with
`older_nvml` for one from before driver 450; libraries of CUDA that are `missing`; and `driver`, what the libraries answer (tests/fake-driver/description.cpp)."""

import json
import shutil
from pathlib import Path

import harness

FIXTURES = harness.SOURCE / "fixtures" / "gpus"
LIBRARIES = harness.BUILD / "tests-bin" / "fake-driver"
REAL_LOADER = "/lib64/ld-linux-x86-64.so.2"
UNDER_TEST = harness.BUILD / "tests-bin" / "envguard-under-test"
USUAL_PLACES = {
    "nvml": "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
    "cuda": "usr/lib/x86_64-linux-gnu/libcuda.so.1",
}
# Of torch 2.11.0+cu130, as its METADATA asks for them: version, and the library that it loads of each.
WHEELS = {
    "nvidia-cuda-runtime": ("13.0.96", "nvidia/cu13/lib/libcudart.so.13"),
    "nvidia-cudnn-cu13": ("9.19.0.56", "nvidia/cudnn/lib/libcudnn.so.9"),
    "nvidia-nccl-cu13": ("2.28.9", "nvidia/nccl/lib/libnccl.so.2"),
    "nvidia-cublas": ("13.1.0.3", "nvidia/cu13/lib/libcublas.so.13"),
    "nvidia-cuda-nvrtc": ("13.0.88", "nvidia/cu13/lib/libnvrtc.so.13"),
    "triton": ("3.6.0", None),
    "numpy": ("2.4.2", None),
}
CPU = """processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 97
flags\t\t: fpu sse2 sse4_2 avx avx2 fma avx512f avx512bw avx512vl avx512dq avx512_vnni avx512_bf16
"""


def names():
    """Every machine of fixtures/gpus."""
    return sorted(path.stem for path in FIXTURES.glob("*.json") if "." not in path.stem)


def load(name):
    """The description of a machine of fixtures/gpus."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def put_kernel(root, description):
    """The kernel's side: /sys/module/nvidia, /proc/driver/nvidia and /dev."""
    write(root / "proc" / "cpuinfo", CPU)
    write(root / "proc" / "sys" / "kernel" / "osrelease", description.get("kernel_release", "6.8.0-31-generic") + "\n")
    (root / "sys").mkdir(exist_ok=True)
    (root / "dev").mkdir(exist_ok=True)
    for name in description["dev"]:
        write(root / "dev" / name, "")
    kernel = description.get("kernel")
    if kernel is None:
        return
    write(root / "sys" / "module" / "nvidia" / "version", kernel["version"] + "\n")
    form = "Open Kernel Module for x86_64" if kernel["open"] else "x86_64 Kernel Module"
    write(root / "proc" / "driver" / "nvidia" / "version",
          f"NVRM version: NVIDIA UNIX {form}  {kernel['version']}  Release Build  (dvs-builder@U22)\n")
    gpus = [(gpu["pci"].lower()[4:], gpu["name"], "No") for gpu in description["driver"]["gpus"]]
    gpus += [(*excluded.split(" ", 1), "Yes") for excluded in description.get("excluded", [])]
    for place, model, excluded in gpus:
        write(root / "proc" / "driver" / "nvidia" / "gpus" / place / "information",
              f"Model: \t\t {model}\nBus Type: \t PCIe\nBus Location: \t {place}\nGPU Excluded:\t {excluded}\n")


def put_libraries(root, description):
    """The driver's libraries, each beside what it is to answer. Gives their paths, of absent ones too."""
    places = description.get("libraries", USUAL_PLACES)
    sources = {"nvml": "libnvidia-ml-older.so.1" if places.get("older_nvml") else "libnvidia-ml.so.1",
               "cuda": "libcuda.so.1"}
    for kind, source in sources.items():
        if kind not in places:
            continue
        target = root / places[kind]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(LIBRARIES / source, target)
        write(target.with_name("driver.json"), json.dumps(description["driver"]))
    return {kind: str(root / places.get(kind, USUAL_PLACES[kind])) for kind in sources}


def put_torch(root, missing=()):
    """A wheel of torch 2.11.0+cu130 as far as its text goes, and a dynamic linker that finds all of it but the libraries that
    are `missing`. Gives its prefix."""
    prefix = root / "env"
    packages = prefix / "lib" / "python3.12" / "site-packages"
    write(prefix / "pyvenv.cfg", "version = 3.12.4\n")
    write(packages / "torch" / "version.py",
          "__version__ = '2.11.0+cu130'\ndebug = False\ncuda = '13.0'\n"
          "git_version = '70d99e998b4955e0049d13a98d77ae1b14db1f45'\nhip = None\n")
    write(packages / "torch" / "lib" / "libtorch.so", "")
    shutil.copy(LIBRARIES / "libtorch_python.so", packages / "torch" / "lib")
    listing = []
    for name, (version, library) in WHEELS.items():
        information = packages / f"{name.replace('-', '_')}-{version}.dist-info"
        write(information / "METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n")
        if library:
            write(packages / library, name)
            write(information / "RECORD", f"{library},sha256=none,{len(name)}\n")
            listing.append(packages / library)
    shutil.copy(LIBRARIES / "fake_linker", root / "loader")
    found = "".join(f"\t{path.name} => {path} (0x0000700000000000)\n" for path in listing if path.name not in missing)
    write(root / "loader.listing", found + "".join(f"\t{name} => not found\n" for name in missing))
    return prefix


def put(root, description, **more):
    """Puts the machine into the folder `root`; gives the path of its description for envguard-under-test, with `more`
    members of that."""
    put_kernel(root, description)
    for name, text in description.get("files", {}).items():
        write(root / name, text)
    for name, target in description.get("links", {}).items():
        (root / name).symlink_to(target)
    under_test = {name: str(root / name) for name in ("home", "sys", "proc", "etc", "dev", "local", "cache", "loader")}
    under_test["system_libraries"] = []
    if "driver_deadline_ms" in description:
        under_test["driver_deadline_ms"] = description["driver_deadline_ms"]
    path = root / "machine.json"
    write(path, json.dumps({**under_test, **put_libraries(root, description), **more}))
    return path


def run(sandbox, code, description, *arguments, root=None, **more):
    """Runs envguard on the machine in a sandbox's folder, with the sandbox's variables and the machine's."""
    root = root or sandbox.folder / "machine"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    machine = put(root, description, **more)
    return sandbox.expect(code, UNDER_TEST, machine, *arguments, env=description.get("environment", {}))
