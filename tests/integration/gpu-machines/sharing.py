"""Several users of one GPU, and several GPUs: which one is measured on, when none is, and what counts instead."""

import fcntl
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import harness
from gpu_sandbox import HOURS, GpuSandbox


class Sharing(GpuSandbox):
    def test_a_lock_of_a_gpu_matches_there(self):
        self.lock()
        text = self.lock_file().read_text(encoding="utf-8")
        self.assertIn('gpu = "NVIDIA H100 80GB HBM3"', text)
        self.assertNotIn("1b5e000", text, "a UUID in a lock")
        judgement, = self.judgements(harness.MATCH, "--no-cache")
        self.assertEqual((judgement["outcome"], judgement["device"]), ("match", "cuda:0"))

    def test_a_busy_gpu_is_not_judged_and_says_who_has_it(self):
        self.lock()
        self.describe(self.full())
        result = self.on(harness.NOT_JUDGED, "check", "--no-cache")
        self.one_message(result, "not judged", f"GPU 0 is busy: python3 {os.getpid()} holds 71.0 GiB; 0.3 GiB of", "--wait")
        self.on(harness.NOT_JUDGED, "check", "--ci")
        self.on(harness.NOT_JUDGED, "check", "--ci", "--require-gpu")
        result = self.on(harness.NOT_JUDGED, "lock", "--device", "cuda:0", "--reason", "again")
        self.assertIn("the same again when it is idle", result.stderr)

    def test_a_busy_gpu_does_not_block_a_commit_unless_the_policy_says_so(self):
        self.lock()
        self.describe(self.full())
        (self.work / "code.py").write_text("x = 1\n", encoding="utf-8")
        self.git("add", "code.py")
        result = self.on(harness.MATCH, "hook", "run")
        self.assertIn("is busy", result.stdout)
        policy = self.work / "envguard.toml"
        policy.write_text(policy.read_text(encoding="utf-8").replace('busy-gpu = "warn"', 'busy-gpu = "fail"'), encoding="utf-8")
        self.git("add", "-A")
        self.on(harness.NOT_JUDGED, "hook", "run")

    def test_what_was_kept_stands_in_for_a_busy_gpu_however_old(self):
        self.lock()
        self.judgements(harness.MATCH)
        self.describe(self.full())
        judgement, = self.judgements(harness.MATCH, later=40 * HOURS)
        self.assertEqual((judgement["outcome"], judgement["kept"]), ("match", True))
        self.assertIn("GPU 0 is busy", judgement["notes"][0])
        self.on(harness.NOT_JUDGED, "check", "--no-cache", later=40 * HOURS)
        shutil.copy(self.engines / "envguard-engine", self.engines / "other")
        (self.engines / "other").rename(self.engines / "envguard-engine")
        self.on(harness.NOT_JUDGED, "check", later=40 * HOURS)

    def test_what_was_kept_stands_in_for_the_busy_gpu_alone(self):
        self.lock_both()
        self.judgements(harness.MATCH)
        self.describe(self.full())
        gpu, cpu = self.judgements(harness.MATCH, later=40 * HOURS)
        self.assertEqual([(gpu["device"], gpu["kept"]), (cpu["device"], cpu["kept"])], [("cuda:0", True), ("cpu", False)])
        self.describe({})
        gpu, _ = self.judgements(harness.MATCH, later=41 * HOURS)
        self.assertFalse(gpu["kept"], "kept again with the CPU's, it would pass for a measurement of an hour ago")

    def test_where_another_check_has_the_first_the_next_of_its_key_is_measured(self):
        self.describe({}, {})
        self.lock()
        uuid = self.description["driver"]["gpus"][0]["uuid"]
        with open(self.locks / f"envguard-{uuid}.lock", "wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            judgement, = self.judgements(harness.MATCH, "--no-cache")
        self.assertEqual((judgement["outcome"], judgement["device"]), ("match", "cuda:1"))

    def test_an_idle_gpu_of_the_same_key_comes_first(self):
        self.describe({}, {})
        self.lock()
        self.describe(self.full(), {})
        judgement, = self.judgements(harness.MATCH, "--no-cache")
        self.assertEqual(judgement["device"], "cuda:1")

    def test_all_gpus_are_judged_in_turn(self):
        self.describe({}, {})
        self.lock()
        found = self.judgements(harness.MATCH, "--no-cache", "--device", "all")
        self.assertEqual([(each["device"], each["outcome"]) for each in found], [("cuda:0", "match"), ("cuda:1", "match")])
        self.describe({}, self.full(), {"name": "NVIDIA L4", "capability": [8, 9], "multiprocessors": 58})
        found = self.judgements(harness.NOT_JUDGED, "--no-cache", "--device", "all")
        self.assertEqual([(each["device"], each["outcome"]) for each in found],
                         [("cuda:0", "match"), ("cuda:1", "gpu-busy"), ("cuda:2", "not-locked")])

    def test_one_check_at_a_time(self):
        self.lock()
        uuid = self.description["driver"]["gpus"][0]["uuid"]
        with open(self.locks / f"envguard-{uuid}.lock", "wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            result = self.on(harness.NOT_JUDGED, "check", "--no-cache")
            self.one_message(result, "GPU 0 is busy: another envguard measures on it")
        self.judgements(harness.MATCH, "--no-cache", "--wait", "600")

    def test_locks_that_cannot_be_made_are_no_reason_not_to_measure(self):
        self.lock()
        shutil.rmtree(self.locks)
        self.judgements(harness.MATCH, "--no-cache")

    def test_a_part_of_the_question_is_answered_by_what_was_kept_too(self):
        self.describe({}, {})
        self.lock()
        self.judgements(harness.MATCH)
        self.describe(self.full(), self.full())
        target = self.lock_file().stem
        for asked in ["--target", target], ["--device", "cuda:0"], ["--require-gpu"]:
            judgement, = self.judgements(harness.MATCH, *asked, later=40 * HOURS)
            self.assertEqual((judgement["outcome"], judgement["kept"]), ("match", True), asked)
        judgement, = self.judgements(harness.NOT_JUDGED, "--device", "cuda:1", later=40 * HOURS)
        self.assertEqual(judgement["outcome"], "gpu-busy", "what was kept is of the other GPU")

    def test_a_gpu_s_kept_measurement_grows_old_beside_a_newer_one_of_the_cpu(self):
        self.lock()
        self.judgements(harness.MATCH)
        self.on(harness.MATCH, "lock", "--device", "cpu")
        gpu, cpu = self.judgements(harness.MATCH, later=11 * HOURS)
        self.assertEqual((gpu["kept"], cpu["kept"]), (True, False))
        gpu, _ = self.judgements(harness.MATCH, later=13 * HOURS)
        self.assertFalse(gpu["kept"], "the GPU was measured 13 hours ago")

    def test_a_mig_instance_is_measured_anew(self):
        self.describe(self.divided("MIG-1b5e0101-7c1a-4e0f-9d3b-5a6c7e8f0101"))
        self.lock()
        for _ in range(2):
            judgement, = self.judgements(harness.MATCH)
            self.assertEqual((judgement["outcome"], judgement["kept"]), ("match", False))

    def test_a_busy_gpu_hides_no_other_version(self):
        self.lock()
        self.describe(self.full())
        self.environment["ENVGUARD_TORCH"] = str(harness.torch("2.15.0"))
        judgement, = self.judgements(harness.VERSION_DRIFT, "--no-cache")
        self.assertEqual(judgement["outcome"], "gpu-busy")
        self.assertIn("torch", [difference["name"] for difference in judgement["differences"]])
        (self.work / "code.py").write_text("x = 1\n", encoding="utf-8")
        self.git("add", "code.py")
        result = self.on(harness.VERSION_DRIFT, "hook", "run")
        self.one_message(result, "not judged; version drift", "torch", "2.15.0")

    def wait_until_asked(self, *uuids):
        """Until a check has found these GPUs busy: it takes the lock of each before it looks who is on it."""
        while not all((self.locks / f"envguard-{uuid}.lock").exists() for uuid in uuids):
            time.sleep(0.05)

    def test_a_gpu_that_becomes_idle_is_waited_for(self):
        self.describe({}, {})
        self.lock()
        self.describe(self.full(), self.full())
        with ThreadPoolExecutor() as pool:
            check = pool.submit(self.judgements, harness.MATCH, "--no-cache", "--wait", "5m")
            self.wait_until_asked(*(gpu["uuid"] for gpu in self.description["driver"]["gpus"]))
            self.describe(self.full(), {})
            self.tell_driver()
            judgement, = check.result()
        self.assertEqual((judgement["outcome"], judgement["device"]), ("match", "cuda:1"), "any GPU of that key will do")

    def test_a_driver_that_hangs_while_a_gpu_is_waited_for(self):
        self.driver_deadline_ms = 2000
        self.lock()
        self.describe(self.full())
        with ThreadPoolExecutor() as pool:
            check = pool.submit(self.judgements, harness.COULD_NOT_MEASURE, "--no-cache", "--wait", "5m")
            self.wait_until_asked(self.description["driver"]["gpus"][0]["uuid"])
            self.description["driver"]["behaves"] = {"cuInit": "hangs"}
            self.tell_driver()
            judgement, = check.result()
        self.assertIn("the NVIDIA driver gave no answer", judgement["what"])

    def test_waiting_ends(self):
        self.lock()
        self.describe(self.full())
        began = time.monotonic()
        judgement, = self.judgements(harness.NOT_JUDGED, "--no-cache", "--wait", "2s")
        self.assertEqual(judgement["outcome"], "gpu-busy")
        self.assertGreater(time.monotonic() - began, 2)

    def test_a_gpu_that_somebody_has_to_himself(self):
        self.lock()
        self.describe({"compute_mode": 3, "processes": [{"pid": os.getpid(), "mib": 500}]})
        judgement, = self.judgements(harness.NOT_JUDGED, "--no-cache")
        self.assertIn("its compute mode is exclusive-process, and python3", judgement["what"])
        self.describe({"compute_mode": 3})  # NVML lists no process in a container
        (self.engines / "fails").write_text("ops.sum_f32 CUDA error: CUDA-capable device(s) is/are busy or unavailable",
                                            encoding="utf-8")
        judgement, = self.judgements(harness.NOT_JUDGED, "--no-cache")
        self.assertEqual(judgement["outcome"], "gpu-busy")
        self.assertIn("a process that NVML does not list here has it", judgement["what"])

    def come_after(self, measurements):
        """Somebody takes GPU 0 once so many measurements were begun."""
        gpu, = self.description["driver"]["gpus"]
        busy = self.description["driver"] | {"gpus": [gpu | self.full()]}
        (self.engines / "meanwhile").write_text(json.dumps({"after": measurements, "driver": busy}), encoding="utf-8")

    def test_who_comes_before_a_drift_is_confirmed_leaves_it_open(self):
        self.lock()
        self.judgements(harness.MATCH)
        drifts = self.engines / "drifts"
        drifts.write_text("ops.sum_f32", encoding="utf-8")
        self.come_after(1)
        judgement, = self.judgements(harness.NOT_JUDGED, later=40 * HOURS)
        self.assertEqual(judgement["outcome"], "gpu-busy", "the kept match stands in for nothing that was seen to differ")
        self.assertIn("the first run differed from the lock in 1 of 180 probes; not confirmed", judgement["notes"])
        drifts.unlink()
        (self.engines / "meanwhile").unlink()
        self.describe(self.full())
        self.judgements(harness.NOT_JUDGED, later=40 * HOURS)  # and is not kept any longer

    def test_who_comes_after_a_drift_was_confirmed_does_not_undo_it(self):
        self.lock()
        (self.engines / "drifts").write_text("ops.sum_f32", encoding="utf-8")
        self.environment["CUBLASLT_WORKSPACE_SIZE"] = "0"
        began = {}
        for measurements in 3, 100:
            self.describe({})
            self.come_after(measurements)
            judgement, = self.judgements(harness.NUMERIC_DRIFT, "--no-cache")
            self.assertEqual(judgement["outcome"], "numeric-drift")
            began[measurements] = 100 - json.loads((self.engines / "meanwhile").read_text(encoding="utf-8"))["after"]
        self.assertGreater(began[100], 3, "nobody came before the last measurement")

    def test_a_lock_is_judged_on_its_own_kind_of_device(self):
        self.lock()
        result = self.on(harness.USAGE, "check", "--target", self.lock_file().stem, "--device", "cpu")
        self.one_message(result, "is of a GPU, and --device names a CPU")

    def test_the_difference_from_here_is_measured_on_the_gpu_of_the_lock(self):
        l4 = {"name": "NVIDIA L4", "capability": [8, 9], "multiprocessors": 58}
        self.lock()
        self.describe(l4, {})
        result = self.on(harness.MATCH, "diff")
        self.assertIn("nothing differs", result.stdout)


if __name__ == "__main__":
    harness.main()
