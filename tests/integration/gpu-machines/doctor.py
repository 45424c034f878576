"""envguard doctor on every machine of fixtures/gpus, text and JSON as they are committed there. After a wanted change:
ENVGUARD_UPDATE_GOLDEN=1 writes them anew; read the difference."""

import os
import shutil
import tempfile
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

    def doctor(self, description, *arguments):
        """What doctor prints on the machine, with the folder written as @."""
        shutil.rmtree(self.root)
        for name in ("home", "bin", "work"):
            (self.root / name).mkdir(parents=True)
        (self.root / "bin" / "git").symlink_to(shutil.which("git"))
        machine = gpu_machines.put(self.root, description)
        torch = gpu_machines.put_torch(self.root, description.get("missing", ()))
        own = {name: value.replace("@", str(self.root)) for name, value in description.get("environment", {}).items()}
        variables = {"ENVGUARD_TORCH": str(torch), "XDG_CACHE_HOME": None, "TMPDIR": None, "PATH": str(self.root / "bin"),
                     "HOME": str(self.root / "home"), **own}
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


if __name__ == "__main__":
    harness.main()
