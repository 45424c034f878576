"""A machine whose driver is a fake and whose GPUs compute what PyTorch computes on this CPU (gpu-machines/gpu_engine.py)."""

import json
import os
import shutil
import stat
import time
from pathlib import Path

import gpu_machines
import harness

ENGINE = harness.SOURCE / "tests" / "integration" / "gpu-machines" / "gpu_engine.py"
HOURS = 3600


class GpuSandbox(harness.Sandbox):
    driver_deadline_ms = 30000

    def setUp(self):
        super().setUp()
        self.engines = self.folder / "engines"
        self.engines.mkdir()
        self.locks = self.folder / "locks"
        self.locks.mkdir()
        shutil.copy(harness.PROGRAMS["envguard-engine"], self.engines / "real-engine")
        engine = self.engines / "envguard-engine"
        shutil.copy(ENGINE, engine)
        engine.chmod(engine.stat().st_mode | stat.S_IXUSR)
        self.describe({})
        self.make_repository()

    def describe(self, *gpus):
        """The machine's GPUs, each by what it has else than an idle H100."""
        self.description = gpu_machines.load("h100-sxm")
        usual = self.description["driver"]["gpus"][0]
        found = [{**usual, "uuid": usual["uuid"].replace("1b5e0001", f"1b5e000{place + 1}"),
                  "pci": f"00000000:{place + 1}B:00.0", **gpu} for place, gpu in enumerate(gpus)]
        self.description["driver"]["gpus"] = found
        keys = {}
        for gpu in found:
            key = {"gpu": gpu["name"], "compute_capability": ".".join(map(str, gpu["capability"]))}
            keys[gpu["uuid"]] = key | {"sm_count": gpu["multiprocessors"]}
            for instance in gpu.get("mig", []):
                keys[instance["uuid"]] = key | {"sm_count": instance["multiprocessors"], "mig_profile": instance["profile"]}
        (self.engines / "gpus").write_text(json.dumps(keys), encoding="utf-8")

    def divided(self, *instances):
        """A GPU divided into small MIG instances of these UUIDs."""
        return {"can_mig": True, "mig": [{"profile": "1g.10gb", "uuid": uuid, "multiprocessors": 16, "total_mib": 9984,
                                          "free_mib": 9968} for uuid in instances]}

    def full(self):
        """Somebody's training."""
        return {"free_mib": 300, "processes": [{"pid": os.getpid(), "mib": 72704}]}

    def put_machine(self):
        root = self.folder / "machine"
        if not root.exists():
            root.mkdir()
            gpu_machines.put(root, self.description)

    def tell_driver(self):
        """From now on the driver answers as it is described."""
        self.put_machine()
        for library in (self.folder / "machine").rglob("driver.json"):
            new = library.with_suffix(".new")
            gpu_machines.write(new, json.dumps(self.description["driver"]))
            new.rename(library)  # somebody may be reading it

    def on(self, code, *arguments, later=0, cwd=None):
        """The machine's files stay the same from one command to the next; only what the driver answers changes."""
        self.tell_driver()
        root = self.folder / "machine"
        described = json.loads((root / "machine.json").read_text(encoding="utf-8"))
        described |= {"proc": "/proc", "home": str(self.folder / "home"), "cache": str(self.folder / "cache" / "envguard"),
                      "engine": str(self.engines / "envguard-engine"), "gpu_locks": str(self.locks),
                      "loader": gpu_machines.REAL_LOADER,
                      "now": int(time.time()) + 2 + later,  # younger than every file that was made
                      "driver_deadline_ms": self.driver_deadline_ms}
        machine = self.folder / "machine.json"
        gpu_machines.write(machine, json.dumps(described))
        return self.expect(code, gpu_machines.UNDER_TEST, machine, *arguments, cwd=cwd)

    def judgements(self, code, *arguments, **options):
        verdict = json.loads(self.on(code, "check", "--format", "json", *arguments, **options).stdout)
        return verdict["judgements"]

    def lock(self):
        """The lock of GPU 0, made once for each kind of GPU."""
        first = self.description["driver"]["gpus"][0]
        instance = first["mig"][0]["profile"] if first.get("mig") else "whole"
        name = f"locked {first['name']} {instance}".replace(" ", "-").replace(".", "-")
        made = harness.made_once(self, name, lambda work, *command: self.on(harness.MATCH, *command, cwd=work), "cuda:0",
                                 (ENGINE, Path(gpu_machines.__file__), Path(__file__)))
        shutil.copytree(made, self.work, dirs_exist_ok=True)
        for taken in self.locks.iterdir():
            taken.unlink()
        self.put_machine()
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the GPU")

    def lock_both(self):
        """The GPU's lock, and beside it the CPU's, which is made once for all tests."""
        self.lock()
        folder = self.lock_file().parent
        for file in (harness.locked_files(self) / "envguard.lock.d" / "default").iterdir():
            shutil.copy(file, folder)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the CPU too")
