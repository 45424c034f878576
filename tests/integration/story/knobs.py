"""Environment variables that move what PyTorch computes, against a lock made without them."""

import harness
import injections


class Knobs(injections.Injections):
    def drifts(self, setting):
        """`check` under a setting ends in 8 and names the knob, its value and the lowest layer that moved."""
        (name, value), = setting.items()
        verdict = self.verdict(harness.NUMERIC_DRIFT, "--no-cache", env=setting)
        judgement, = verdict["judgements"]
        moved = [layer["layer"] for layer in judgement["layers"] if layer["moved"]]
        text = self.envguard(harness.NUMERIC_DRIFT, "check", env=setting).stdout
        self.assertIn(f"{name}", text)
        self.assertIn(value, text)
        self.assertIn(moved[0], text)
        self.assertIn(f"unset {name}", text)
        self.assertIn("envguard lock", text)
        knobs = {entry["name"]: entry for entry in judgement["differences"] if entry["kind"] == "knob"}
        self.assertEqual(knobs[name]["here"], value)

    def test_onednn_instruction_set(self):
        setting = self.felt("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        if setting is None and not injections.cpu_has("avx2"):
            self.skipTest("no value of ONEDNN_MAX_CPU_ISA changes what this CPU computes")
        self.assertIsNotNone(setting, "a CPU with AVX2 feels SSE41")
        self.drifts(setting)

    def test_aten_capability(self):
        setting = self.felt("ATEN_CPU_CAPABILITY", ["default"])
        if setting is None and not injections.cpu_has("avx2"):
            self.skipTest("ATEN_CPU_CAPABILITY=default changes nothing that this CPU computes")
        self.assertIsNotNone(setting, "a CPU with AVX2 feels it")
        self.drifts(setting)

    def test_mkl_code_path(self):
        setting = self.felt("MKL_CBWR", ["COMPATIBLE", "AVX2"])
        if setting is None:
            self.skipTest("MKL_CBWR changes nothing that this CPU computes")
        self.drifts(setting)

    def test_threads_are_overridden_by_strict(self):
        setting = {"MKL_NUM_THREADS": "2"}
        verdict = self.verdict(harness.MATCH, "--no-cache", env=setting)
        judgement, = verdict["judgements"]
        knobs = {entry["name"]: entry for entry in judgement["differences"] if entry["kind"] == "knob"}
        self.assertEqual(knobs["MKL_NUM_THREADS"]["weight"], "overridden")
        text = self.envguard(harness.MATCH, "check", env=setting).stdout
        self.assertIn("MKL_NUM_THREADS", text)
        self.assertIn("strict", text)

    def test_values_that_may_not_stand_in_a_lock_are_locked_all_the_same(self):
        """A file by its name, another value by its hash; the lock that holds them is read again and matches."""
        setting = {"PYTORCH_TUNABLEOP_FILENAME": "results/x y.csv", "CUBLASLT_HEURISTICS_LUT_FILE": "/gone/lut.bin",
                   "CUDNN_RESCALE_THRESHOLD": "$HOME/~", "MKL_THREADING_LAYER": "a" * 5000}
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--reason", "odd knobs", env=setting)
        text = self.lock_file().read_text(encoding="utf-8")
        self.assertIn('CUBLASLT_HEURISTICS_LUT_FILE = "lut.bin@missing"', text)
        for name in ("PYTORCH_TUNABLEOP_FILENAME", "CUDNN_RESCALE_THRESHOLD", "MKL_THREADING_LAYER"):
            self.assertRegex(text, rf'(?m)^{name} = "xxh3:[0-9a-f]{{32}}(@missing)?"$')
        self.assertNotIn("results", text)
        self.verdict(harness.MATCH, "--no-cache", env=setting)

    def test_a_lock_made_under_a_knob_names_it_when_it_is_gone(self):
        setting = self.felt("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        if setting is None:
            self.skipTest("no value of ONEDNN_MAX_CPU_ISA changes what this CPU computes")
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--reason", "older CPUs", env=setting)
        self.verdict(harness.MATCH, "--no-cache", env=setting)
        text = self.envguard(harness.NUMERIC_DRIFT, "check", "--no-cache").stdout
        (name, value), = setting.items()
        self.assertIn(f"export {name}={value}", text)


if __name__ == "__main__":
    harness.main()
