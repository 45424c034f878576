"""envguard doctor on every machine of fixtures/gpus, text and JSON as they are committed there. After a wanted change:
ENVGUARD_UPDATE_GOLDEN=1 writes them anew; read the difference."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import gpu_machines
import harness


def children_of(root):
    """Processes that were started for this machine, by their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue
        if str(root) in command:
            found.append(command.replace("\0", " "))
    return found


class Doctor(harness.Sandbox):
    maxDiff = None

    def setUp(self):
        super().setUp()
        # Always as long, so that lines break where they broke before.
        self.root = Path(tempfile.mkdtemp(prefix="gpu-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)

    def place(self, description):
        """Puts the machine; gives the path of its description, and the variables of a user there."""
        shutil.rmtree(self.root)
        for name in ("home", "bin", "work"):
            (self.root / name).mkdir(parents=True)
        (self.root / "bin" / "git").symlink_to(shutil.which("git"))
        machine = gpu_machines.put(self.root, description)
        torch = gpu_machines.put_torch(self.root, description.get("missing", ()))
        own = {name: value.replace("@", str(self.root)) for name, value in description.get("environment", {}).items()}
        return machine, {"ENVGUARD_TORCH": str(torch), "XDG_CACHE_HOME": None, "TMPDIR": None,
                         "PATH": str(self.root / "bin"), "HOME": str(self.root / "home"), **own}

    def doctor(self, description, *arguments):
        """What doctor prints on the machine, with the folder written as @."""
        machine, variables = self.place(description)
        result = self.expect(harness.MATCH, gpu_machines.UNDER_TEST, machine, "doctor", *arguments,
                             cwd=self.root / "work", env=variables)
        self.assertEqual(result.stderr, "")
        return result.stdout.replace(str(self.root), "@")

    def compare(self, name, text):
        golden = gpu_machines.FIXTURES / name
        if "ENVGUARD_UPDATE_GOLDEN" in os.environ:
            golden.write_text(text, encoding="utf-8")
        self.assertEqual(golden.read_text(encoding="utf-8"), text, f"fixtures/gpus/{name}")

    def test_every_machine_is_described_as_it_was(self):
        for name in gpu_machines.names():
            with self.subTest(name):
                description = gpu_machines.load(name)
                self.compare(f"{name}.doctor.txt", self.doctor(description))
                self.compare(f"{name}.doctor.json", self.doctor(description, "--format", "json"))

    def test_a_driver_that_hangs_leaves_no_child(self):
        for name in ("hangs-in-nvml", "hangs-in-cuinit", "hangs-deaf", "hangs-at-a-gpu"):
            with self.subTest(name):
                self.assertIn("no answer within 1.5 s", self.doctor(gpu_machines.load(name)))
                self.assertEqual(children_of(self.root), [])

    def test_a_doctor_that_is_killed_leaves_no_child(self):
        machine, variables = self.place({**gpu_machines.load("hangs-deaf"), "driver_deadline_ms": 600_000})
        environment = {**self.environment, **{name: value for name, value in variables.items() if value}}
        with subprocess.Popen([gpu_machines.UNDER_TEST, machine, "doctor"], cwd=self.root / "work", env=environment,
                              stdout=subprocess.DEVNULL) as doctor:
            self.until(lambda: any("--devices" in command for command in children_of(self.root)))
            doctor.kill()
        self.until(lambda: not children_of(self.root))

    def until(self, true):
        """Waits for what comes soon."""
        end = time.monotonic() + 60
        while not true():
            self.assertLess(time.monotonic(), end, children_of(self.root))
            time.sleep(0.05)

    def test_a_machine_without_a_gpu_is_no_contradiction(self):
        """A PyTorch with CUDA is what pip installs everywhere."""
        self.assertIn("0 errors, 0 warnings, 1 note.", self.doctor(gpu_machines.load("no-driver"), "--strict"))


if __name__ == "__main__":
    harness.main()
