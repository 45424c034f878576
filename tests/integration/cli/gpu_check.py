"""A rehearsal of ci/gpu-check where no GPU is: nvidia-smi, the driver and the engine are stand-ins, the rest is real. What asks
CUDA of PyTorch itself fails here, and nothing else may."""

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import gpu_machines
import harness

PARTS = ["ci/gpu-check", "fixtures/recipe", "tests/gpu", "tests/integration/oracle", "tests/integration/story/flipping_engine.py",
         "tests/integration/support"]
GPU = "GPU-1b5e0001-7c1a-4e0f-9d3b-5a6c7e8f0001"
NAME = "nvidia-h200-580.65.06-2.11.0-cu130"
NEEDS_CUDA = {"warm-up: PyTorch by itself", "doctor against nvidia-smi and PyTorch", "GPU tests", "oracle", "injections"}
ANY_RESULT = {"speed and memory"}  # its aims are of a GPU
DEADLINE = 60  # seconds that ending may take
SLOWEST = 300  # seconds to the second check

SMI = f"""#!/bin/sh
case "$*" in
  *query-gpu=name*) echo "NVIDIA H200, 580.65.06" ;;
  *memory.used*-lms*) while sleep 0.01; do echo 1200; done ;;
  *memory.used*) echo 700 ;;
  *-L*) echo "GPU 0: NVIDIA H200 (UUID: {GPU})" ;;
  *-x*) cat <<END
<?xml version="1.0" ?>
<nvidia_smi_log>
  <driver_version>580.65.06</driver_version> <cuda_version>13.0</cuda_version>
  <gpu id="00000000:1B:00.0">
    <product_name>NVIDIA H200</product_name> <uuid>{GPU}</uuid> <persistence_mode>Enabled</persistence_mode>
    <mig_mode><current_mig>Disabled</current_mig></mig_mode> <ecc_mode><current_ecc>Enabled</current_ecc></ecc_mode>
    <fb_memory_usage><total>81559 MiB</total></fb_memory_usage> <compute_mode>Default</compute_mode>
    <gpu_virtualization_mode><virtualization_mode>None</virtualization_mode></gpu_virtualization_mode>
  </gpu>
</nvidia_smi_log>
END
    ;;
  *) echo "one GPU" ;;
esac
"""
# The place is found anew, so that a copy of the bundle has its own engine.
PROGRAM = """#!/bin/sh
prefix=$(dirname "$(dirname "$(readlink -f "$0")")")
machine=$(mktemp) && sed "s|@PREFIX@|$prefix|" "@TEMPLATE@" >"$machine" && exec "@PROGRAM@" "$machine" "$@"
"""


def put_script(path, text):
    gpu_machines.write(path, text)
    path.chmod(0o755)


class GpuCheck(harness.Sandbox):
    def default_install(self):
        return str(harness.CACHE / "python-2.11.0")

    def setUp(self):
        super().setUp()
        self.tree, self.bundle, self.out = self.folder / "tree", self.folder / "bundle", self.folder / "out"
        self.out.mkdir()
        for part in PARTS:
            source, target = harness.SOURCE / part, self.tree / part
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        self.put_machine()
        put_script(self.folder / "bin" / "nvidia-smi", SMI)
        put_script(self.folder / "bin" / "python3", f'#!/bin/sh\nexec "{self.default_install()}/bin/python" "$@"\n')
        self.environment["PATH"] = f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        self.environment["OUT"] = str(self.out)
        del self.environment["ENVGUARD_TORCH"]  # python3 has one

    def put_machine(self):
        """An H200 that fake libraries of the driver show, and a bundle whose engine is the rehearsal's."""
        description = gpu_machines.load("h100-sxm")
        gpu, = description["driver"]["gpus"]
        gpu["name"] = "NVIDIA H200"
        self.assertEqual(gpu["uuid"], GPU)
        root = self.folder / "machine"
        root.mkdir()
        (self.folder / "locks").mkdir()
        template = gpu_machines.put(root, description, proc="/proc", home=str(self.folder / "home"),
                                    cache=str(self.folder / "cache" / "envguard"), loader=gpu_machines.REAL_LOADER,
                                    gpu_locks=str(self.folder / "locks"), engine="@PREFIX@/libexec/envguard/envguard-engine")
        program = PROGRAM.replace("@TEMPLATE@", str(template)).replace("@PROGRAM@", str(gpu_machines.UNDER_TEST))
        put_script(self.bundle / "bin" / "envguard", program)
        engines = self.bundle / "libexec" / "envguard"
        engines.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard-engine"], engines / "built-engine")
        shutil.copy(harness.SOURCE / "tests" / "integration" / "cli" / "rehearsal_engine.py", engines / "envguard-engine")
        (engines / "envguard-engine").chmod(0o755)
        gpu_machines.write(engines / "gpu", json.dumps({"gpu": gpu["name"], "compute_capability": "9.0",
                                                        "sm_count": gpu["multiprocessors"]}))
        gpu_machines.write(self.bundle / "REVISION", "abc1234\n")
        self.put_other_cudnn()

    def put_other_cudnn(self):
        """A part of cuDNN that is another file than PyTorch's own."""
        own, = Path(self.default_install()).glob("lib/python3*/site-packages/nvidia/cudnn/lib/libcudnn_graph.so.9")
        part = self.bundle / "other-cudnn" / own.name
        part.parent.mkdir()
        part.write_bytes(own.read_bytes() + b"\0")

    def gpu_check(self, code, *arguments):
        return self.expect(code, self.tree / "ci" / "gpu-check", *arguments, self.bundle, cwd=self.folder)

    def evidence(self):
        text = (self.tree / "fixtures" / "evidence" / f"{NAME}.txt").read_text(encoding="utf-8")
        self.assertEqual((self.out / f"{NAME}.txt").read_text(encoding="utf-8"), text)
        self.assertNotIn(GPU.removeprefix("GPU-"), text)
        self.assertNotIn(str(self.folder / "home"), text)
        return text

    def assert_pair(self):
        for suffix in (".toml", ".evidence"):
            kept = self.tree / "fixtures" / "evidence" / f"{NAME}{suffix}"
            self.assertEqual(kept.read_bytes(), (self.out / kept.name).read_bytes())
        self.assertIn('gpu = "NVIDIA H200"', kept.with_suffix(".toml").read_text(encoding="utf-8"))

    def assert_steps(self, text, *titles):
        """These were the steps, and those that need no CUDA in PyTorch came out well."""
        steps = re.findall(r"^== (.*)\n(?:.*\n)*?\(exit code (\d+), \d+ s\)$", text, re.MULTILINE)
        self.assertEqual([title for title, _ in steps], list(titles))
        failed = {title for title, code in steps if code != "0"}
        self.assertEqual(failed - ANY_RESULT, NEEDS_CUDA & set(titles), text)

    def assert_clean_checks(self, text, count):
        self.assertIn(f"\n{count} of {count} matched; {count} were wanted\n", text)
        self.assertEqual(len(re.findall(r"^check \d+: exit code 0, \d+ s$", text, re.MULTILINE)), count)

    def test_the_halves_apart(self):
        self.gpu_check(1, "--half", "1", "--checks", "3")
        first = self.evidence()
        self.assertRegex(first, r"^envguard on a GPU, written by ci/gpu-check\n\n#### half 1 on ")
        self.assertIn("bundle of abc1234", first)
        self.assertIn("machine code", first)
        self.assert_steps(first, "warm-up: PyTorch by itself", "doctor", "doctor against nvidia-smi and PyTorch", "a repository",
                          "init", "fingerprint", "lock", "GPU tests")
        self.assertRegex(first, r"\n  DISAGREE +GPUs +0 +1\n(.*\n)*1 disagreements\n")  # PyTorch sees none
        self.assertRegex(first, r"\n  agree +GPU 0 uuid +GPU-UUID +GPU-UUID\n")
        self.assertRegex(first, r"\nRan 6 tests in .*\n\nFAILED \(failures=1\)\n")  # what PyTorch says of the key
        self.assert_clean_checks(first, 3)
        self.assertRegex(first, r"\nsteps that failed: 3; seconds in all: \d+\n#### end of half 1\n")
        self.assert_pair()
        pair = [path.read_bytes() for path in sorted(self.out.glob("*.[te]*[le]"))]

        self.gpu_check(1, "--half", "2", "--checks", "4")
        both = self.evidence()
        self.assertTrue(both.startswith(first.rstrip()))
        second = both[len(first.rstrip()):]
        self.assert_steps(second, "warm-up: PyTorch by itself", "a repository", "init", "the lock of half 1 holds here", "oracle",
                          "speed and memory", "injections")
        self.assertIn("sees no GPU: nothing is compared", second)
        self.assert_speed(second)
        self.assert_injections(second)
        self.assert_clean_checks(second, 1)  # the one that half 1 was not asked for
        self.assertEqual([path.read_bytes() for path in sorted(self.out.glob("*.[te]*[le]"))], pair)

    def assert_speed(self, text):
        for what in ("a fingerprint", "a check"):
            self.assertRegex(text, rf"\nmemory during {what}, over what was in use before +500 MiB of \d+ samples, aim 2048\n")
        for what in ("doctor with driver and GPUs", "check on the GPU, cold", "of it strict, a fingerprint"):
            self.assertRegex(text, rf"\n{what} +.* s +\d+\.\d\d( |\n)")

    def assert_injections(self, text):
        rows = dict(re.findall(r"^(\S.{43})(?:strict|as-is|both|host) +(.*)$", text, re.MULTILINE))
        rows = {name.strip(): row for name, row in rows.items()}
        drifts = {"NVIDIA_TF32_OVERRIDE=0": "blas, train", "NVIDIA_TF32_OVERRIDE=0, drift allowed": "as-is dnn, blas, train",
                  "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1": "as-is blas, as-is train",
                  "cudnn=false": "dnn", "tf32-cublas=true": "blas"}
        for name, layers in drifts.items():
            self.assertRegex(rows[name], rf"^drift +drift +{layers}\b", text)
        for name in ("nothing", "MKL_CBWR=COMPATIBLE"):
            self.assertRegex(rows[name], r"^match +match\b", text)
        for name in ("CUBLAS_WORKSPACE_CONFIG=:16:8", "CUBLASLT_WORKSPACE_SIZE=0", "TORCH_BLAS_PREFER_CUBLASLT=1",
                     "TORCH_CUDNN_USE_HEURISTIC_MODE_B=1"):
            self.assertRegex(rows[name], rf"^match or drift +match +{name.split('=')[0]}\b", text)
        self.assertRegex(rows["CUDA_FORCE_PTX_JIT=1"], r"^fault +fault +.*forced-ptx-is-not-there", text)
        self.assertRegex(rows["a bit flipped in one result"], r"^transient +transient\b", text)
        self.assertRegex(rows["two processes on one GPU"], r"^match +not run .*FAILED: expected match", text)
        mixed = rows["cuDNN's parts from LD_LIBRARY_PATH"]
        self.assertRegex(mixed, r"^named, or fault match +LD_LIBRARY_PATH, stray-cudnn\b", text)
        for name in ("another cuBLAS, opened first", "another cuDNN, opened first"):  # where CUDA's toolkit has one
            self.assertRegex(rows[name], r"^named, or fault (not run|match +LD_PRELOAD)", text)
        self.assertEqual(len(rows), 17, text)
        self.assertIn("\n1 contradict what was expected\n", text)

    def test_an_end_from_outside_leaves_what_was_done(self):
        command = [self.tree / "ci" / "gpu-check", "--half", "1", "--checks", "900", self.bundle]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as check:
            copy = self.out / f"{NAME}.txt"
            ends = time.monotonic() + SLOWEST
            while time.monotonic() < ends and not (copy.exists() and "\ncheck 2: " in copy.read_text(encoding="utf-8")):
                time.sleep(0.2)
            check.send_signal(signal.SIGTERM)
            said, _ = check.communicate(timeout=DEADLINE)
        self.assertEqual(check.returncode, 143, said)
        text = self.evidence()
        self.assertIn("\ncheck 2: exit code 0", text)
        self.assertTrue(text.endswith("#### end of half 1, which was not finished\n\n"), text[-300:])
        self.assert_pair()
        started = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True, check=False).stdout
        self.assertEqual(started, "", "what it started lives on")

    def test_time_that_does_not_suffice_is_said(self):
        self.gpu_check(1, "--half", "1", "--seconds", "9")
        text = self.evidence()
        self.assertRegex(text, r"\n== warm-up: (.*\n)*\(exit code 124, ")
        self.assertRegex(text, r"\n== lock\n.*\nnot run: no time left\n\(exit code 124, 0 s\)\n")
        self.assertIn("\n0 of 0 matched; 50 were wanted\n", text)
        self.assertIn("\nsteps that failed: 9; seconds in all: ", text)

    def test_an_injection_without_time_is_no_pass(self):
        program = self.tree / "tests" / "gpu" / "injections.py"
        result = self.expect(1, self.folder / "bin" / "python3", program, self.bundle, self.default_install(), "--seconds", "0")
        late, lacking = result.stdout.count("FAILED: no time left"), result.stdout.count("\n    no other cu")
        self.assertEqual(late + lacking, 17, result.stdout)
        self.assertIn(f"\n{late} contradict what was expected\n", result.stdout)
        self.assertGreater(late, lacking)

    def test_programs_that_are_not_there(self):
        for arguments in (["--half", "3"], ["--checks", "0"], ["--fast"], [str(self.folder / "nothing")]):
            result = self.expect(harness.USAGE, self.tree / "ci" / "gpu-check", *arguments, cwd=self.folder)
            self.assertRegex(result.stderr, "takes|no option|holds no")
        result = self.expect(harness.NOT_JUDGED, self.tree / "ci" / "gpu-check", cwd=self.folder)
        self.assertIn("no bundle and no build here", result.stderr)
        self.assertFalse((self.tree / "fixtures" / "evidence").exists())


if __name__ == "__main__":
    harness.main()
