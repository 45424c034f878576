"""Several users of one GPU, and several GPUs: which one is measured on, when none is, and what counts instead. The driver is a
fake, and the GPU computes what PyTorch computes on this CPU (gpu_engine.py)."""

import fcntl
import json
import os
import shutil
import stat
import time
from pathlib import Path

import gpu_machines
import harness

HERE = Path(__file__).resolve().parent
HOURS = 3600


class Sharing(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.engines = self.folder / "engines"
        self.engines.mkdir()
        self.locks = self.folder / "locks"
        self.locks.mkdir()
        shutil.copy(harness.PROGRAMS["envguard-engine"], self.engines / "real-engine")
        engine = self.engines / "envguard-engine"
        shutil.copy(HERE / "gpu_engine.py", engine)
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
        keys = {gpu["uuid"]: {"gpu": gpu["name"], "compute_capability": ".".join(map(str, gpu["capability"])),
                              "sm_count": gpu["multiprocessors"]} for gpu in found}
        (self.engines / "gpus").write_text(json.dumps(keys), encoding="utf-8")

    def full(self):
        """Somebody's training."""
        return {"free_mib": 300, "processes": [{"pid": os.getpid(), "mib": 72704}]}

    def on(self, code, *arguments, later=0):
        """The machine's files stay the same from one command to the next; only what the driver answers changes."""
        root = self.folder / "machine"
        if not root.exists():
            root.mkdir()
            gpu_machines.put(root, self.description)
        for library in root.rglob("driver.json"):
            gpu_machines.write(library, json.dumps(self.description["driver"]))
        described = json.loads((root / "machine.json").read_text(encoding="utf-8"))
        described |= {"proc": "/proc", "home": str(self.folder / "home"), "cache": str(self.folder / "cache" / "envguard"),
                      "engine": str(self.engines / "envguard-engine"), "gpu_locks": str(self.locks),
                      "loader": gpu_machines.REAL_LOADER,
                      "now": int(time.time()) + 2 + later}  # younger than every file that was made
        machine = self.folder / "machine.json"
        gpu_machines.write(machine, json.dumps(described))
        return self.expect(code, gpu_machines.UNDER_TEST, machine, *arguments)

    def judgements(self, code, *arguments, **options):
        verdict = json.loads(self.on(code, "check", "--format", "json", *arguments, **options).stdout)
        return verdict["judgements"]

    def lock(self):
        self.on(harness.MATCH, "init", "--yes")
        self.on(harness.MATCH, "lock", "--device", "cuda:0")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the GPU")

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

    def lock_both(self):
        self.lock()
        self.on(harness.MATCH, "lock", "--device", "cpu")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Pin the CPU too")

    def test_what_was_kept_stands_in_for_the_busy_gpu_alone(self):
        self.lock_both()
        self.judgements(harness.MATCH)
        self.describe(self.full())
        gpu, cpu = self.judgements(harness.MATCH, later=40 * HOURS)
        self.assertEqual([(gpu["device"], gpu["kept"]), (cpu["device"], cpu["kept"])], [("cuda:0", True), ("cpu", False)])
        self.describe({})
        gpu, _ = self.judgements(harness.MATCH, later=41 * HOURS)
        self.assertFalse(gpu["kept"], "kept again with the CPU's, it would pass for a measurement of an hour ago")

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
        self.assertIn("no CUDA-capable device", gpu["notes"][0])
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
        gpu, _ = self.judgements(harness.NOT_JUDGED, "--ci")
        self.assertEqual(gpu["outcome"], "no-gpu")

    def test_a_gpu_that_the_driver_lists_and_lost_counts_among_all(self):
        self.describe({}, {})
        self.lock()
        self.describe({}, {"answer_error": 15})
        found = self.judgements(harness.NOT_JUDGED, "--no-cache", "--device", "all")
        self.assertEqual([each["outcome"] for each in found], ["match", "no-gpu"])
        self.assertIn("GPU is lost", found[1]["what"])

    def test_where_another_check_has_the_first_the_next_of_its_key_is_measured(self):
        self.describe({}, {})
        self.lock()
        uuid = self.description["driver"]["gpus"][0]["uuid"]
        with open(self.locks / f"envguard-{uuid}.lock", "rb") as held:
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
        with open(self.locks / f"envguard-{uuid}.lock", "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            result = self.on(harness.NOT_JUDGED, "check", "--no-cache")
            self.one_message(result, "GPU 0 is busy: another envguard measures on it")
        self.judgements(harness.MATCH, "--no-cache", "--wait", "600")

    def test_locks_that_cannot_be_made_are_no_reason_not_to_measure(self):
        self.lock()
        shutil.rmtree(self.locks)
        self.judgements(harness.MATCH, "--no-cache")

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
        self.one_message(result, "CUDA out of memory", "GPU 0 now: 79.1 GiB of 79.6 GiB are free")

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
        judgement, = self.judgements(harness.NOT_JUDGED, "--no-cache")
        self.assertEqual(judgement["outcome"], "no-gpu")
        self.assertIn("is built without CUDA", judgement["what"])
        result = self.on(harness.NOT_JUDGED, "lock", "--device", "cuda:0")
        self.one_message(result, "built without CUDA")
        result = self.on(harness.MATCH, "fingerprint", "--format", "json")
        self.assertEqual(json.loads(result.stdout)["device"], "cpu")


if __name__ == "__main__":
    harness.main()
