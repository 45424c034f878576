"""Installs compared without a lock, and with the lock of other hardware: never a verdict."""

import json
import shutil

import forging
import harness
import injections


class Compare(harness.Sandbox):
    """No repository is needed."""

    def comparison(self, *arguments, code=harness.MATCH):
        return json.loads(self.envguard(code, "compare", "--device", "cpu", "--format", "json", *arguments).stdout)

    def test_an_install_with_itself(self):
        comparison = self.comparison(harness.torch("2.11.0"), harness.torch("2.11.0"))
        self.assertEqual(len(comparison["sides"]), 2)
        self.assertEqual(comparison["sides"][0]["id"], comparison["sides"][1]["id"])
        pair, = comparison["pairs"]
        self.assertEqual(pair["moved"], [])
        self.assertGreater(sum(layer["of"] for layer in pair["layers"]), 80)

    def test_three_versions(self):
        versions = ["2.10.0", "2.11.0", "2.15.0"]
        comparison = self.comparison(*map(harness.torch, versions))
        self.assertEqual([side["install"]["version"].split("+")[0] for side in comparison["sides"]], versions)
        self.assertEqual([(pair["a"], pair["b"]) for pair in comparison["pairs"]], [(0, 1), (0, 2), (1, 2)])
        for pair in comparison["pairs"]:
            same = comparison["sides"][pair["a"]]["id"] == comparison["sides"][pair["b"]]["id"]
            self.assertEqual(pair["moved"] == [], same)
            for probe in pair["moved"]:
                self.assertIsNotNone(probe["distance"], probe)
        text = self.envguard(harness.MATCH, "compare", *map(harness.torch, versions)).stdout
        self.assertIn("Probes that differ", text)

    def test_a_knob_of_the_gpu_moves_nothing_on_the_cpu(self):
        comparison = self.comparison(harness.torch("2.11.0"), "--knob", "PYTORCH_CUDA_ALLOC_CONF=backend:native",
                                     "--exit-code")
        self.assertEqual(comparison["pairs"][0]["moved"], [])

    def test_a_flag_of_pytorch(self):
        text = self.envguard(harness.MATCH, "compare", harness.torch("2.11.0"), "--flag", "mkldnn=false",
                             "--flag", "matmul_precision=medium").stdout
        self.assertIn("1 -> 2  mkldnn=false: ", text)
        self.assertIn("1 -> 3  matmul_precision=medium: ", text)
        self.comparison(harness.torch("2.11.0"), "--flag", "mkldnn=false", "--exit-code", code=harness.VERSION_DRIFT)

    def refused(self, *arguments, words, code=harness.USAGE):
        self.one_message(self.envguard(code, "compare", *arguments), *words)

    def test_bad_input(self):
        torch = harness.torch("2.11.0")
        self.refused(torch, words=["one install is compared with nothing"])
        self.refused(torch, torch, "--knob", "A=1", words=["compare one install with itself"])
        self.refused(torch, "--knob", "A", words=['--knob "A" is no NAME=VALUE'])
        self.refused(torch, "--flag", "tf32=1", words=['no engine can set the flag "tf32"', "matmul-precision"])
        self.refused(torch, self.folder / "nowhere", words=["there is nothing at"])
        self.refused(torch, self.folder / "tmp", words=["torch"])

    def test_a_value_that_pytorch_would_pass_over_is_refused(self):
        torch = harness.torch("2.11.0")
        self.refused(torch, "--flag", "matmul-precision=lowest", words=['cannot be "lowest"', "highest, high, medium"])
        self.refused(torch, "--flag", "mkldnn=off", words=['cannot be "off"', "true, false"])
        self.refused(torch, "--flag", "threads=0", words=['cannot be "0"', "a number"])
        self.refused(torch, "--flag", "threads=99999999999", words=["a number from 1 to 1024"])

    def test_an_install_that_cannot_be_opened_leaves_the_others_compared(self):
        broken = self.folder / "broken" / "torch"
        shutil.copytree(harness.torch("2.11.0"), broken, copy_function=lambda a, b: None if a.endswith(".so") else
                        shutil.copy(a, b), dirs_exist_ok=True)
        for library in harness.torch("2.11.0").joinpath("lib").glob("*.so*"):
            (broken / "lib" / library.name).write_bytes(b"\x7fELF not really")
        result = self.run_any(harness.PROGRAMS["envguard"], "compare", "--format", "json", harness.torch("2.11.0"),
                              harness.torch("2.11.0"), broken)
        self.assertEqual(result.returncode, harness.COULD_NOT_MEASURE, result.stderr)
        comparison = json.loads(result.stdout)
        self.assertEqual([side["fault"] is None for side in comparison["sides"]], [True, True, False])
        self.assertEqual([(pair["a"], pair["b"]) for pair in comparison["pairs"]], [(0, 1)])


class Nearest(injections.Injections):
    """A lock of other hardware, which is this machine's with another key."""

    def setUp(self):
        super().setUp()
        lock = self.lock_file()
        text = lock.read_text(encoding="utf-8")
        self.assertIn("\ncpu-model = ", text)
        lines = ["cpu-model = 250" if line.startswith("cpu-model = ") else
                 'target = "elsewhere"' if line.startswith("target = ") else line for line in text.split("\n")]
        lock.with_name("elsewhere.toml").write_text("\n".join(lines), encoding="utf-8")
        self.lock_file(".evidence").rename(lock.with_name("elsewhere.evidence"))
        lock.unlink()
        forging.forge(self, lock.with_name("elsewhere.toml"))

    def test_says_how_far_and_is_no_verdict(self):
        self.envguard(harness.NOT_JUDGED, "check")
        self.one_message(self.envguard(harness.USAGE, "check", "--nearest", "--device", "all"), "--nearest measures on one device")
        text = self.envguard(harness.NOT_JUDGED, "check", "--nearest").stdout
        self.assertIn("not the same hardware: not a verdict", text)
        self.assertNotIn("match", text)
        document = json.loads(self.envguard(harness.NOT_JUDGED, "check", "--nearest", "--format", "json").stdout)
        lock, = document["locks"]
        self.assertFalse(lock["same_key"])
        self.assertFalse(lock["same"])
        self.assertEqual(lock["moved"], [])

    def test_distances_under_a_knob(self):
        setting = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        result = self.envguard(harness.NOT_JUDGED, "check", "--nearest", "--format", "json", env=setting)
        lock, = json.loads(result.stdout)["locks"]
        self.assertNotEqual(lock["moved"], [])
        for probe in lock["moved"]:
            self.assertIsNotNone(probe["distance"])

    def test_a_lock_of_this_hardware_is_judged_instead(self):
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--runs", "2")
        self.one_message(self.envguard(harness.USAGE, "check", "--nearest"), "this very hardware")

    def test_no_lock_at_all(self):
        for file in (self.work / "envguard.lock.d").rglob("elsewhere.*"):
            file.unlink()
        self.one_message(self.envguard(harness.NOT_JUDGED, "check", "--nearest"), "has no lock of a CPU")


if __name__ == "__main__":
    harness.main()
