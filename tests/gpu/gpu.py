"""envguard on a real GPU, through the PyTorch that is installed there; skipped with its reason where there is none.

`ci/gpu-check` runs this file by itself, so it needs nothing but Python and, for one test, the PyTorch that it checks.
"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

import memory

ASK_PYTORCH = """
import json, torch
device = torch.cuda.get_device_properties(0)
print(json.dumps({"gpu": device.name, "compute-capability": f"{device.major}.{device.minor}",
                  "sm-count": device.multi_processor_count}))
"""


def gpu_is_here():
    try:
        found = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        return False
    return found.returncode == 0 and "GPU 0" in found.stdout


HERE = gpu_is_here()


@unittest.skipUnless(HERE, "there is no NVIDIA GPU on this machine")
class Gpu(harness.Sandbox):
    locked = ""

    def default_install(self):
        """The caller's choice: GPU machines bring their own PyTorch."""
        return os.environ.get("ENVGUARD_TORCH", str(harness.CACHE / "python-2.11.0"))

    def setUp(self):
        super().setUp()
        for name in ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"):  # without them this machine may find no CUDA, or another GPU
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def fingerprint_id(self, **options):
        result = self.envguard(harness.MATCH, "fingerprint", "--device", "cuda:0", "--format", "json", **options)
        return json.loads(result.stdout)["id"]

    def use_lock(self):
        """A repository with a lock of this GPU: ENVGUARD_GPU_PROJECT names one, else it is made once for all tests."""
        given = os.environ.get("ENVGUARD_GPU_PROJECT") or Gpu.locked
        if not given:
            self.make_repository()
            self.envguard(harness.MATCH, "init", "--yes")
            self.envguard(harness.MATCH, "lock", "--device", "cuda:0")
            Gpu.locked = tempfile.mkdtemp(prefix="envguard-gpu-lock-")
            self.addClassCleanup(shutil.rmtree, Gpu.locked)
            shutil.copytree(self.work, Gpu.locked, dirs_exist_ok=True)
        else:
            shutil.copytree(given, self.work, dirs_exist_ok=True)
        return self.lock_file().read_text(encoding="utf-8")

    def test_two_processes_compute_the_same_bits_in_2_gib(self):
        with memory.Watch() as watch:
            first = self.fingerprint_id()
        self.assertEqual(first, self.fingerprint_id())
        most, _ = watch.most()
        self.assertLessEqual(most, memory.AIM)

    def test_the_key_is_what_pytorch_says(self):
        lock = self.use_lock()
        asked = subprocess.run([sys.executable, "-c", ASK_PYTORCH], capture_output=True, text=True, check=False)
        if "No module named 'torch'" in asked.stderr:
            self.skipTest("this python3 has no torch")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        key = json.loads(asked.stdout)
        self.assertIn(f'gpu = "{key["gpu"]}"', lock)
        self.assertIn(f'compute-capability = "{key["compute-capability"]}"', lock)
        self.assertIn(f'sm-count = {key["sm-count"]}', lock)

    def test_a_lock_made_here_matches_here(self):
        self.use_lock()
        verdict = self.verdict(harness.MATCH, "--no-cache", "--device", "cuda:0")
        self.assertEqual(verdict["verdict"], "match")

    def test_two_checks_at_once_take_turns(self):
        self.use_lock()
        check = [harness.PROGRAMS["envguard"], "check", "--no-cache", "--device", "cuda:0", "--require-gpu", "--wait", "120s"]
        with concurrent.futures.ThreadPoolExecutor() as both:
            results = [each.result() for each in [both.submit(self.run_any, *check) for _ in range(2)]]
        for result in results:
            self.assertEqual(result.returncode, harness.MATCH, result.stdout + result.stderr)

    def test_a_gpu_lock_says_nothing_about_the_cpu(self):
        self.use_lock()
        self.envguard(harness.NOT_JUDGED, "check", "--device", "cpu")

    def test_a_gpu_that_is_hidden_is_not_judged(self):
        self.use_lock()
        self.envguard(harness.NOT_JUDGED, "check", "--device", "cuda:0", env={"CUDA_VISIBLE_DEVICES": ""})


if __name__ == "__main__":
    harness.main()
