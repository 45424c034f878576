"""envguard on a real GPU, through the PyTorch that is installed there; skipped with its reason where there is none.

`ci/gpu-check` runs this file by itself, so it needs nothing but Python and, for one test, the PyTorch that it checks.
"""

import json
import os
import subprocess
import sys
import unittest

import harness

ASK_PYTORCH = """
import json, torch
device = torch.cuda.get_device_properties(0)
print(json.dumps({"gpu": device.name, "compute-capability": f"{device.major}.{device.minor}", "sm-count": device.multi_processor_count}))
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
    def default_install(self):
        """The caller's choice: GPU machines bring their own PyTorch."""
        return os.environ.get("ENVGUARD_TORCH", str(harness.CACHE / "python-2.11.0"))

    def fingerprint_id(self, **options):
        result = self.envguard(harness.MATCH, "fingerprint", "--device", "cuda:0", "--format", "json", **options)
        return json.loads(result.stdout)["id"]

    def lock(self):
        self.make_repository()
        self.envguard(harness.MATCH, "init", "--yes")
        self.envguard(harness.MATCH, "lock", "--device", "cuda:0")
        return self.lock_file().read_text(encoding="utf-8")

    def test_two_processes_compute_the_same_bits(self):
        self.assertEqual(self.fingerprint_id(), self.fingerprint_id())

    def test_the_key_is_what_pytorch_says(self):
        lock = self.lock()
        asked = subprocess.run([sys.executable, "-c", ASK_PYTORCH], capture_output=True, text=True, check=False)
        if asked.returncode != 0:
            self.skipTest("this python3 cannot import torch")
        key = json.loads(asked.stdout)
        self.assertIn(f'gpu = "{key["gpu"]}"', lock)
        self.assertIn(f'compute-capability = "{key["compute-capability"]}"', lock)
        self.assertIn(f'sm-count = {key["sm-count"]}', lock)

    def test_a_lock_made_here_matches_here(self):
        self.lock()
        verdict = self.verdict(harness.MATCH, "--no-cache", "--device", "cuda:0")
        self.assertEqual(verdict["verdict"], "match")

    def test_a_gpu_lock_says_nothing_about_the_cpu(self):
        self.lock()
        self.envguard(harness.NOT_JUDGED, "check", "--device", "cpu")

    def test_a_gpu_that_is_hidden_is_not_judged(self):
        self.lock()
        self.envguard(harness.NOT_JUDGED, "check", "--device", "cuda:0", env={"CUDA_VISIBLE_DEVICES": ""})


if __name__ == "__main__":
    harness.main()
