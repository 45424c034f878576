"""GPUs that are locked and cannot be judged: lost, hidden, missing, out of memory, or given a PyTorch that computes on none."""

import json
import shutil

import gpu_machines
import harness
from gpu_sandbox import GpuSandbox


class Losing(GpuSandbox):
    def test_what_was_kept_of_a_cpu_stands_in_for_no_gpu(self):
        self.lock_both()
        self.describe()
        self.judgements(harness.NOT_JUDGED)
        self.describe(self.full())
        gpu, cpu = self.judgements(harness.NOT_JUDGED)
        self.assertEqual([gpu["outcome"], cpu["outcome"]], ["gpu-busy", "match"])

    def test_a_lost_gpu_is_not_made_up_for_by_the_match_of_a_cpu(self):
        self.lock_both()
        gpu, cpu = self.judgements(harness.MATCH, "--ci")
        self.assertEqual([gpu["outcome"], cpu["outcome"]], ["match", "match"])
        self.describe()
        for asked in [], ["--ci"], ["--ci", "--require-gpu"]:
            gpu, cpu = self.judgements(harness.NOT_JUDGED, *asked)
            self.assertEqual([gpu["outcome"], cpu["outcome"]], ["no-gpu", "match"])
        self.assertIn("no GPU computes here: cuInit: no CUDA-capable device", gpu["what"])
        self.describe({"name": "NVIDIA L4", "capability": [8, 9], "multiprocessors": 58})
        gpu, cpu = self.judgements(harness.NOT_JUDGED)
        self.assertEqual([gpu["outcome"], cpu["outcome"]], ["not-locked", "match"])
        self.assertIn("NVIDIA L4", gpu["what"])

    def test_a_machine_that_never_had_a_gpu_is_left_alone_but_not_in_ci(self):
        self.lock_both()
        self.describe()
        root = self.folder / "machine"
        shutil.rmtree(root / "sys" / "module")
        for library in "libcuda.so.1", "libnvidia-ml.so.1":
            (root / gpu_machines.USUAL_PLACES["cuda"]).with_name(library).unlink()
        judgement, = self.judgements(harness.MATCH)
        self.assertEqual(judgement["device"], "cpu")
        self.assertIn("not judged, for want of a GPU: h100", judgement["notes"][0])
        for asked in "--ci", "--require-gpu":
            gpu, _ = self.judgements(harness.NOT_JUDGED, asked)
            self.assertEqual(gpu["outcome"], "no-gpu")
        self.on(harness.MATCH, "hook", "run")
        policy = self.work / "envguard.toml"
        policy.write_text(policy.read_text(encoding="utf-8").replace('no-gpu = "pass"', 'no-gpu = "fail"'), encoding="utf-8")
        self.git("add", "-A")
        self.on(harness.MATCH, "check")  # by hand it is a note, and not kept for the commit
        self.one_message(self.on(harness.NOT_JUDGED, "hook", "run"), "this machine has no GPU")

    def test_a_gpu_that_the_driver_lists_and_lost_counts_among_all(self):
        self.describe({}, {})
        self.lock()
        self.describe({}, {"answer_error": 15})
        found = self.judgements(harness.NOT_JUDGED, "--no-cache", "--device", "all")
        self.assertEqual([each["outcome"] for each in found], ["match", "no-gpu"])
        self.assertIn("GPU is lost", found[1]["what"])

    def test_a_gpu_that_is_required_and_not_there(self):
        self.lock()
        self.describe()
        policy = self.work / "envguard.toml"
        policy.write_text(policy.read_text(encoding="utf-8") + 'no-gpu = "pass"\n', encoding="utf-8")
        self.git("commit", "-q", "-a", "-m", "Pass without a GPU in CI")
        self.on(harness.MATCH, "check", "--ci")
        result = self.on(harness.NOT_JUDGED, "check", "--ci", "--require-gpu")
        self.one_message(result, "not judged")

    def test_out_of_memory_in_the_middle_says_who_has_it(self):
        self.lock()
        (self.engines / "fails").write_text("ops.sum_f32 CUDA out of memory. Tried to allocate 2.00 MiB", encoding="utf-8")
        result = self.on(harness.COULD_NOT_MEASURE, "check", "--no-cache")
        self.one_message(result, "CUDA out of memory", "GPU 0 now: 79.1 GiB of 79.6 GiB are free", "--wait 10m")

    def test_a_torch_without_cuda_on_a_machine_with_a_gpu(self):
        self.lock()
        torch = self.folder / "cpu" / "torch"
        torch.mkdir(parents=True)
        for entry in harness.torch("2.11.0").iterdir():
            (torch / entry.name).symlink_to(entry)
        (torch / "version.py").unlink()
        (torch / "version.py").write_text("__version__ = '2.11.0+cpu'\ndebug = False\ncuda = None\ngit_version = 'abc'\nhip = None\n",
                                          encoding="utf-8")
        self.environment["ENVGUARD_TORCH"] = str(torch)
        judgement, = self.judgements(harness.VERSION_DRIFT, "--no-cache")
        self.assertEqual(judgement["outcome"], "no-gpu")
        self.assertIn("is built without CUDA", judgement["what"])
        (self.work / "code.py").write_text("x = 1\n", encoding="utf-8")
        self.git("add", "code.py")
        self.one_message(self.on(harness.VERSION_DRIFT, "hook", "run"), "2.11.0+cpu")
        result = self.on(harness.NOT_JUDGED, "lock", "--device", "cuda:0")
        self.one_message(result, "built without CUDA")
        result = self.on(harness.MATCH, "fingerprint", "--format", "json")
        self.assertEqual(json.loads(result.stdout)["device"], "cpu")
        self.assertIn("this measures the CPU, no GPU: torch 2.11.0+cpu is built without CUDA", result.stderr)

    def test_a_lost_gpu_is_not_made_up_for_by_the_match_of_another(self):
        l4 = {"name": "NVIDIA L4", "capability": [8, 9], "multiprocessors": 58}
        self.describe({}, l4)
        self.lock()
        self.on(harness.MATCH, "lock", "--device", "cuda:1")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the other GPU")
        self.describe({"answer_error": 15}, l4)
        for asked in [], ["--ci"], ["--ci", "--require-gpu"]:
            found = self.judgements(harness.NOT_JUDGED, *asked)
            self.assertEqual(sorted(each["outcome"] for each in found), ["match", "no-gpu"], asked)

    def test_all_does_not_leave_out_a_mig_instance_that_cuda_does_not_show(self):
        shown, other = (f"MIG-1b5e010{place}-7c1a-4e0f-9d3b-5a6c7e8f0101" for place in (1, 2))
        self.describe(self.divided(shown, other))
        self.lock()
        found = self.judgements(harness.NOT_JUDGED, "--no-cache", "--device", "all")
        self.assertEqual([each["outcome"] for each in found], ["match", "no-gpu"])
        self.assertIn(f"CUDA_VISIBLE_DEVICES={other} envguard check", found[1]["next"])
        self.environment["CUDA_VISIBLE_DEVICES"] = shown
        self.assertEqual(len(self.judgements(harness.MATCH, "--no-cache", "--device", "all")), 1)

    def test_a_gpu_that_is_too_small_is_not_waited_for(self):
        self.lock()
        self.describe({"total_mib": 2000, "free_mib": 1900})
        judgement, = self.judgements(harness.NOT_JUDGED, "--no-cache", "--wait", "1h")
        self.assertEqual(judgement["outcome"], "no-gpu")
        self.assertIn("GPU 0 is too small", judgement["what"])
        self.one_message(self.on(harness.NOT_JUDGED, "fingerprint", "--device", "cuda:0"), "GPU 0 is too small")

    def test_a_gpu_that_goes_in_the_middle(self):
        self.lock()
        (self.engines / "fails").write_text("ops.sum_f32 CUDA error: unspecified launch failure", encoding="utf-8")
        gone = self.description["driver"] | {"gpus": []}
        (self.engines / "meanwhile").write_text(json.dumps({"after": 1, "driver": gone}), encoding="utf-8")
        result = self.on(harness.COULD_NOT_MEASURE, "check", "--no-cache", "--ci")
        self.one_message(result, "could not measure", "GPU 0 does not answer any more: cuInit: no CUDA-capable device")

    def test_gpus_that_cuda_visible_devices_hides_are_not_judged(self):
        self.lock()
        for value in "", "-1", "GPU-00000000-0000-0000-0000-000000000000", "7":
            self.environment["CUDA_VISIBLE_DEVICES"] = value
            self.describe({})
            result = self.on(harness.NOT_JUDGED, "check", "--no-cache")
            self.one_message(result, "no GPU computes here", "CUDA_VISIBLE_DEVICES")


if __name__ == "__main__":
    harness.main()
