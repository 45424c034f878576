"""Machines whose CUDA driver shows GPUs, or fails: the key that a lock would have, and what each command makes of it.
PyTorch itself has no GPU here, so nothing is measured on one."""

import json

import forging
import gpu_machines
import harness

H200 = {"name": "NVIDIA H200", "multiprocessors": 132}
H100 = {}
HANGS = {"behaves": {"cuInit": "hangs"}, "deadline": 1500}


class Judging(harness.Sandbox):
    def on(self, code, gpus, *arguments, behaves=None, deadline=None):
        """Runs envguard on a machine with these GPUs, each told by what it has else than an H100 SXM."""
        description = gpu_machines.load("h100-sxm")
        driver = description["driver"]
        usual = driver["gpus"][0]
        driver["gpus"] = []
        for place, gpu in enumerate(gpus):
            own = {"uuid": usual["uuid"].replace("1b5e0001", f"1b5e000{place}"), "pci": f"00000000:{place + 1}B:00.0"}
            driver["gpus"].append({**usual, **own, **gpu})
        driver["behaves"] = behaves or {}
        if deadline:
            description["driver_deadline_ms"] = deadline
        # What is locked is this machine's own CPU.
        return gpu_machines.run(self, code, description, *arguments, proc="/proc", home=str(self.folder / "home"),
                                cache=str(self.folder / "cache" / "envguard"), loader=gpu_machines.REAL_LOADER)

    def mig(self):
        return gpu_machines.load("mig")["driver"]["gpus"]

    def make_gpu_lock(self, gpu="NVIDIA H200", sm_count=132, mig_profile=None):
        """A repository with the CPU lock of this machine beside one of a GPU."""
        self.make_locked_repository()
        source = (harness.SOURCE / "fixtures" / "locks" / "gpu.toml").read_text(encoding="utf-8")
        folder = self.lock_file().parent
        instance = f'\nmig-profile = "{mig_profile}"' if mig_profile else ""
        text = source.replace('"train"', f'"{folder.name}"').replace('"NVIDIA H200"', f'"{gpu}"')
        (folder / "h200.toml").write_text(text.replace("sm-count = 132", f"sm-count = {sm_count}{instance}"),
                                          encoding="utf-8")
        forging.whole_gpu_lock(self, folder / "h200.toml")

    def test_the_key(self):
        result = self.on(harness.MATCH, [H200, H100], "doctor", "--format", "json")
        gpu = json.loads(result.stdout)["devices"]["gpus"][0]
        self.assertEqual((gpu["name"], gpu["compute_capability"], gpu["sm_count"]), ("NVIDIA H200", "9.0", 132))

    def test_a_mig_instance_has_a_key_of_its_own(self):
        result = self.on(harness.MATCH, self.mig(), "doctor", "--format", "json")
        gpu = json.loads(result.stdout)["devices"]["gpus"][0]
        self.assertEqual((gpu["name"], gpu["sm_count"], gpu["mig_profile"]), ("NVIDIA H100 80GB HBM3", 16, "1g.10gb"))

    def test_a_mig_instance_is_measured_as_any_gpu(self):
        result = self.on(harness.COULD_NOT_MEASURE, self.mig(), "fingerprint", "--device", "cuda:0")
        self.one_message(result, "libtorch.so cannot be opened")  # this wheel comes without CUDA's libraries

    def test_a_lock_of_the_whole_gpu_is_not_that_of_its_mig_instance(self):
        self.make_gpu_lock(gpu="NVIDIA H100 80GB HBM3")
        result = self.on(harness.NOT_JUDGED, self.mig(), "check", "--device", "cuda:0")
        self.one_message(result, "NVIDIA H100 80GB HBM3 MIG 1g.10gb")

    def test_a_lock_of_a_mig_instance_is_not_that_of_another_profile(self):
        self.make_gpu_lock(gpu="NVIDIA H100 80GB HBM3", sm_count=16, mig_profile="1g.20gb")
        result = self.on(harness.NOT_JUDGED, self.mig(), "check", "--device", "cuda:0")
        self.one_message(result, "MIG 1g.10gb", "MIG 1g.20gb")

    def test_a_driver_that_hangs_ends_a_check_too(self):
        self.make_locked_repository()
        result = self.on(harness.COULD_NOT_MEASURE, [H200], "check", "--device", "cuda:0", **HANGS)
        self.one_message(result, "the NVIDIA driver gave no answer: no answer within 1.5 s: cuInit of /")

    def test_a_driver_that_hangs_is_a_finding_beside_the_judgement_of_each_lock(self):
        self.make_gpu_lock()
        result = self.on(harness.COULD_NOT_MEASURE, [H200], "check", "--format", "json", **HANGS)
        verdict = json.loads(result.stdout)
        self.assertEqual([each["outcome"] for each in verdict["judgements"]], ["could-not-measure", "match"])
        self.assertIn("driver-hangs", [each["id"] for each in verdict["findings"]])

    def test_a_driver_that_hangs_is_named(self):
        result = self.on(harness.COULD_NOT_MEASURE, [H200], "fingerprint", "--device", "cuda:0", **HANGS)
        self.one_message(result, "the NVIDIA driver gave no answer: no answer within 1.5 s: cuInit of /")

    def test_a_driver_that_crashes_is_named(self):
        result = self.on(harness.COULD_NOT_MEASURE, [H200], "fingerprint", "--device", "cuda:0",
                         behaves={"nvmlInit_v2": "aborts"})
        self.one_message(result, "the NVIDIA driver gave no answer: SIGABRT: nvmlInit_v2 of /")

    def test_a_gpu_that_is_not_there(self):
        result = self.on(harness.NOT_JUDGED, [H200], "fingerprint", "--device", "cuda:1")
        self.one_message(result, "cuda:1 is not there", "the driver shows 1 GPU(s)")
        result = self.on(harness.NOT_JUDGED, [], "fingerprint", "--device", "cuda:0")
        self.one_message(result, "cuda:0 is not there", "no CUDA-capable device is detected")

    def test_a_gpu_that_is_hidden_is_not_there(self):
        self.environment["CUDA_VISIBLE_DEVICES"] = ""
        result = self.on(harness.NOT_JUDGED, [H200], "fingerprint", "--device", "cuda:0")
        self.one_message(result, "cuda:0 is not there", "no CUDA-capable device is detected")

    def test_a_check_of_a_gpu_that_is_not_there_says_which_are(self):
        self.make_gpu_lock()
        result = self.on(harness.NOT_JUDGED, [H200], "check", "--device", "cuda:3")
        self.one_message(result, "cuda:3 is not there: the driver shows 1 GPU(s), cuda:0 to cuda:0")

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


if __name__ == "__main__":
    harness.main()
