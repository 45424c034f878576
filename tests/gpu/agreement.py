#!/usr/bin/env python3
"""Holds what `envguard doctor` says of driver and GPUs against nvidia-smi and PyTorch, field by field.

    agreement.py ENVGUARD

Static fields must be equal; counters of errors may not decrease between two looks. Prints every field with both values; exits 1
where one disagrees or doctor does not know what the other says, 4 where there is no GPU to ask about.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as xml

MAY_BE_UNKNOWN = ("driver (kernel)", "virtualization")  # a container may hide the kernel's side
ASK_PYTORCH = """
import json, torch
gpus = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
print(json.dumps({"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(), "gpus": [
    {"name": p.name, "capability": f"{p.major}.{p.minor}", "sms": p.multi_processor_count, "uuid": str(p.uuid)} for p in gpus]}))
"""


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def doctor(program):
    return json.loads(output_of(program, "doctor", "--format", "json"))


def nvidia_smi():
    return xml.fromstring(output_of("nvidia-smi", "-q", "-x"))


def text(element, path):
    found = element.findtext(path)
    return None if found is None or found.strip() in ("N/A", "[N/A]", "") else found.strip()


def bus(pci):
    """Domains of four and of eight digits name one bus."""
    domain, _, rest = pci.lower().partition(":")
    return f"{int(domain, 16):x}:{rest}"


def switch(word):
    return None if word is None else word == "Enabled"


def mebibytes(number):
    return None if number is None else round(number / 2**20)


def fields_of_smi(gpu):
    memory = text(gpu, "fb_memory_usage/total")
    return {
        "name (NVML)": text(gpu, "product_name"),
        "uuid": text(gpu, "uuid"),
        "PCI": bus(gpu.get("id")),
        "memory, MiB": int(memory.split()[0]) if memory else None,
        "ECC": switch(text(gpu, "ecc_mode/current_ecc")),
        "MIG": switch(text(gpu, "mig_mode/current_mig")),
        "persistence": switch(text(gpu, "persistence_mode")),
        "compute mode": (text(gpu, "compute_mode") or "").lower().replace("_", "-") or None,
        "virtualization": {"none": "none", "pass-through": "passthrough", "vgpu": "vgpu"}.get(
            (text(gpu, "gpu_virtualization_mode/virtualization_mode") or "").lower()),
    }


def fields_of_doctor(gpu):
    return {
        "name (NVML)": gpu["nvml_name"],
        "uuid": gpu["uuid"],
        "PCI": bus(gpu["pci_id"]),
        "memory, MiB": mebibytes(gpu["total_bytes"]),
        "ECC": gpu["ecc"],
        "MIG": gpu["mig"],
        "persistence": gpu["persistence"],
        "compute mode": gpu["compute_mode"] or None,
        "virtualization": gpu["virtualization"] or None,
    }


class Table:
    def __init__(self):
        self.disagreements = 0

    def row(self, field, said, here):
        """`said`: by the peer, where it knows; then doctor must know too."""
        if said is None:
            result = "not said"
        elif here is None:
            result = "not known" if field.endswith(MAY_BE_UNKNOWN) else "UNKNOWN HERE"
        else:
            result = "agree" if said == here else "DISAGREE"
        self.disagreements += result.isupper()
        print(f"  {result:<15}{field:<22}{said!s:<45}{here}")


def compare_with_smi(table, smi, found):
    print("nvidia-smi -q -x against envguard doctor")
    table.row("driver", text(smi, "driver_version"), found["devices"]["driver"])
    table.row("driver (kernel)", text(smi, "driver_version"), (found["kernel_driver"] or {}).get("version"))
    table.row("CUDA of the driver", text(smi, "cuda_version"), found["devices"]["cuda_version"])
    by_uuid = {gpu["uuid"]: gpu for gpu in found["devices"]["gpus"]}
    for gpu in smi.findall("gpu"):
        here = by_uuid.get(text(gpu, "uuid"))
        if here is None:
            print(f"  not visible to CUDA here: {text(gpu, 'product_name')} at {gpu.get('id')}")
            continue
        mine = fields_of_doctor(here)
        for field, said in fields_of_smi(gpu).items():
            table.row(f"GPU {here['index']} {field}", said, mine[field])


def compare_with_pytorch(table, asked, found):
    print("PyTorch against envguard doctor")
    components = {entry["name"]: entry["version"] for entry in found["components"]}
    table.row("CUDA runtime", asked["cuda"], ".".join((components.get("cuda") or "").split(".")[:2]) or None)
    cudnn = components.get("cudnn")
    major, minor, patch = ([int(part) for part in cudnn.split(".")[:3]] if cudnn else (0, 0, 0))
    table.row("cuDNN", asked["cudnn"], major * 10000 + minor * 100 + patch if cudnn else None)
    table.row("GPUs", len(asked["gpus"]), len(found["devices"]["gpus"]))
    for said, here in zip(asked["gpus"], found["devices"]["gpus"]):
        name = f"GPU {here['index']}"
        table.row(f"{name} name", said["name"], here["name"])
        table.row(f"{name} capability", said["capability"], here["compute_capability"])
        table.row(f"{name} SMs", said["sms"], here["sm_count"])
        table.row(f"{name} uuid", said["uuid"], here["uuid"].removeprefix("GPU-"))


def compare_counters(table, before, after):
    print("counters of ECC errors, first look against second")
    for one, other in zip(before["devices"]["gpus"], after["devices"]["gpus"]):
        for name, value in (one["ecc_errors"] or {}).items():
            later = (other["ecc_errors"] or {}).get(name)
            decreased = later is None or later < value
            table.disagreements += decreased
            print(f"  {'DECREASED' if decreased else 'kept':<15}GPU {one['index']} {name:<22}{value} -> {later}")


def main():
    program, = sys.argv[1:]
    before = doctor(program)
    if not before["devices"] or not before["devices"]["gpus"]:
        print("doctor shows no GPU: nothing to compare", file=sys.stderr)
        return 4
    table = Table()
    compare_with_smi(table, nvidia_smi(), before)
    try:
        compare_with_pytorch(table, json.loads(output_of(sys.executable, "-c", ASK_PYTORCH)), before)
    except RuntimeError as error:
        table.disagreements += 1
        print(f"  NOT ASKED      PyTorch: {error}")
    compare_counters(table, before, doctor(program))
    print(f"{table.disagreements} disagreements")
    return 1 if table.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
