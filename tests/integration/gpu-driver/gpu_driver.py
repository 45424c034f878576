"""A machine whose CUDA driver shows GPUs: the key that a lock would have, and what each command makes of it. PyTorch
itself has no GPU here, so nothing is measured on one."""

import json
import os
import shutil

import harness

H200 = "NVIDIA H200;9;0;132"
H100 = "NVIDIA H100 80GB HBM3;9;0;132"
MIG = "NVIDIA H100 80GB HBM3 MIG 1g.10gb;9;0;16"


class GpuDriver(harness.Sandbox):
    def on(self, code, gpus, *arguments):
        """Runs envguard on a machine with these GPUs."""
        driver = self.folder / "driver"
        driver.mkdir(exist_ok=True)
        shutil.copy(os.environ["FAKE_CUDA"], driver / "libcuda.so.1")
        (driver / "gpus").write_text("".join(f"{gpu}\n" for gpu in gpus), encoding="utf-8")
        (driver / "module" / "nvidia").mkdir(parents=True, exist_ok=True)
        (driver / "module" / "nvidia" / "version").write_text("580.65.06\n", encoding="ascii")
        machine = self.folder / "machine.json"
        machine.write_text(json.dumps({"cuda": str(driver / "libcuda.so.1"), "sys": str(driver)}), encoding="utf-8")
        return self.expect(code, os.environ["ENVGUARD_UNDER_TEST"], machine, *arguments)

    def make_gpu_lock(self, sm_count=132):
        """A repository with the CPU lock of this machine beside one of an H200."""
        self.make_locked_repository()
        source = (harness.SOURCE / "fixtures" / "locks" / "gpu.toml").read_text(encoding="utf-8")
        folder = self.lock_file().parent
        text = source.replace('"train"', f'"{folder.name}"').replace("sm-count = 132", f"sm-count = {sm_count}")
        (folder / "h200.toml").write_text(text, encoding="utf-8")

    def test_the_key(self):
        result = self.on(harness.MATCH, [H200, H100], "doctor", "--format", "json")
        self.assertEqual(json.loads(result.stdout)["gpu"],
                         {"name": "NVIDIA H200", "compute_capability": "9.0", "sm_count": 132,
                          "origin": "libcuda"})

    def test_a_mig_instance_is_refused(self):
        self.make_locked_repository()
        for command in (("lock",), ("check",), ("fingerprint",)):
            result = self.on(harness.NOT_JUDGED, [MIG], *command, "--device", "cuda:0")
            self.one_message(result, "cuda:0 is a MIG instance", "--device cpu")

    def test_a_driver_that_hangs_ends_a_check_too(self):
        self.make_locked_repository()
        result = self.on(harness.COULD_NOT_MEASURE, ["hang"], "check", "--device", "cuda:0")
        self.one_message(result, "the NVIDIA driver did not answer")

    def test_a_gpu_that_is_not_there(self):
        result = self.on(harness.NOT_JUDGED, [H200], "fingerprint", "--device", "cuda:1")
        self.one_message(result, "cuda:1 is not there", "the driver shows 1 GPU(s)")
        result = self.on(harness.NOT_JUDGED, [], "fingerprint", "--device", "cuda:0")
        self.one_message(result, "cuda:0 is not there", "no CUDA-capable device is detected")
        result = self.on(harness.MATCH, [], "doctor")
        self.assertIn("a driver is loaded and no GPU can be used", result.stdout)

    def test_a_lock_of_another_gpu_is_not_judged(self):
        self.make_gpu_lock()
        result = self.on(harness.NOT_JUDGED, [H100], "check", "--device", "cuda:0")
        self.one_message(result, "NVIDIA H100 80GB HBM3", "NVIDIA H200")

    def test_a_lock_of_the_same_gpu_with_fewer_multiprocessors_is_not_judged(self):
        self.make_gpu_lock(sm_count=114)
        result = self.on(harness.NOT_JUDGED, [H200], "check", "--device", "cuda:0")
        self.one_message(result, "132 SMs", "114 SMs")

    def test_a_gpu_that_pytorch_cannot_use_is_never_a_match(self):
        self.make_gpu_lock()
        # The lock's torch is another too, which is the code; what could not be measured is said beside it.
        result = self.on(harness.VERSION_DRIFT, [H200], "check", "--device", "cuda:0")
        self.one_message(result, "could not measure", "nothing is known about the numerics")

    def test_a_driver_that_hangs_is_named(self):
        result = self.on(harness.COULD_NOT_MEASURE, ["hang"], "fingerprint", "--device", "cuda:0")
        self.one_message(result, "the NVIDIA driver did not answer")


if __name__ == "__main__":
    harness.main()
