"""How far, which class, why: drifts that are injected here, and what the policy makes of them."""

import datetime

import harness
import injections


class Causes(injections.Injections):
    def judgement(self, code, *arguments, env=None):
        judgement, = self.verdict(code, "--no-cache", *arguments, env=env)["judgements"]
        return judgement

    def text(self, code, *arguments, env=None):
        """What a person reads, in one line."""
        return " ".join(self.envguard(code, "check", "--no-cache", *arguments, env=env).stdout.split())

    def test_a_knob_is_confirmed_by_putting_it_back(self):
        setting = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        judgement = self.judgement(harness.NUMERIC_DRIFT, env=setting)
        cause = judgement["cause"]
        self.assertEqual(cause["certainty"], "confirmed")
        self.assertEqual(cause["sufficient"], [["ONEDNN_MAX_CPU_ISA"]])
        self.assertEqual(cause["explained"], len(judgement["moved"]))
        self.assertEqual(cause["of"], len(judgement["moved"]))
        self.assertEqual(cause["processes"], 1)
        self.assertEqual(judgement["runs"], 3)
        text = self.text(harness.NUMERIC_DRIFT, env=setting)
        self.assertIn("confirmed: ONEDNN_MAX_CPU_ISA", text)
        self.assertIn("unset ONEDNN_MAX_CPU_ISA", text)

    def test_a_knob_under_its_oldest_name(self):
        """oneDNN reads each setting under three prefixes."""
        setting = self.felt_or_skip("MKLDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        cause = self.judgement(harness.NUMERIC_DRIFT, env=setting)["cause"]
        self.assertEqual(cause["certainty"], "confirmed")
        self.assertEqual(cause["sufficient"], [["MKLDNN_MAX_CPU_ISA"]])

    def test_every_moved_probe_has_distance_band_and_class(self):
        setting = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        judgement = self.judgement(harness.NUMERIC_DRIFT, env=setting)
        for probe in judgement["moved"]:
            if probe["probe"].startswith("rng."):
                self.assertEqual(probe["class"], "other-stream")
                continue
            distance = probe["distance"]
            self.assertIsNotNone(distance, probe)
            self.assertLessEqual(distance["low"], distance["value"])
            self.assertLessEqual(distance["value"], distance["high"])
            self.assertGreater(probe["band"], 0, probe)
            after_adam = ".w" in probe["probe"] and "adam" in probe["probe"]
            self.assertEqual(probe["class"] is None, after_adam, probe)
            self.assertEqual(probe["weight"], "blocks")
        worst = {layer["layer"]: layer["worst"] for layer in judgement["layers"] if layer["moved"]}
        for layer, probe in worst.items():
            self.assertTrue(probe.startswith(f"{layer}."))

    def test_two_names_of_one_setting_each_suffice(self):
        (_, value), = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST).items()
        old_name = {"DNNL_MAX_CPU_ISA": value}
        if self.fingerprint(old_name) != self.fingerprint({"ONEDNN_MAX_CPU_ISA": value}):
            self.skipTest("this PyTorch does not read DNNL_MAX_CPU_ISA")
        both = {"ONEDNN_MAX_CPU_ISA": value, **old_name}
        cause = self.judgement(harness.NUMERIC_DRIFT, env=both)["cause"]
        self.assertEqual(cause["certainty"], "confirmed")
        self.assertEqual(sorted(cause["sufficient"]), [["DNNL_MAX_CPU_ISA"], ["ONEDNN_MAX_CPU_ISA"]])
        self.assertLessEqual(cause["processes"], 3)
        text = self.text(harness.NUMERIC_DRIFT, env=both)
        self.assertIn("each suffice alone", text)
        self.assertIn("unset DNNL_MAX_CPU_ISA ONEDNN_MAX_CPU_ISA", text)

    def test_two_knobs_that_each_move_a_part(self):
        setting = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        setting.update(self.felt_or_skip("MKL_CBWR", ["COMPATIBLE", "AVX2"]))
        cause = self.judgement(harness.NUMERIC_DRIFT, env=setting)["cause"]
        self.assertEqual(cause["certainty"], "confirmed")
        self.assertEqual([sorted(one) for one in cause["sufficient"]], [["MKL_CBWR", "ONEDNN_MAX_CPU_ISA"]])
        self.assertTrue(cause["separately"])

    def test_a_knob_beside_the_cause_is_not_named(self):
        setting = self.felt_or_skip("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)
        beside = {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True", "MKL_NUM_THREADS": "2"}  # of a GPU; overridden
        cause = self.judgement(harness.NUMERIC_DRIFT, env={**setting, **beside})["cause"]
        self.assertEqual(cause["certainty"], "confirmed")
        self.assertEqual(cause["sufficient"], [["ONEDNN_MAX_CPU_ISA"]])
        self.assertEqual(cause["processes"], 2)

    def rounding(self):
        """A setting under which this CPU rounds otherwise and nothing else."""
        for name, values in (("MKL_CBWR", ["COMPATIBLE", "AVX2"]),
                             ("ONEDNN_MAX_CPU_ISA", injections.ONEDNN_FROM_THE_LOWEST)):
            setting = self.felt(name, values)
            if setting is None:
                continue
            moved = self.judgement(harness.NUMERIC_DRIFT, env=setting)["moved"]
            if {probe["class"] for probe in moved} - {None} == {"rounding"}:
                return setting, moved
        self.skipTest("no setting that this CPU feels is rounding and nothing else")
        return None

    def test_fail_on_precision_lets_rounding_pass_and_lists_it(self):
        setting, moved = self.rounding()
        self.policy('fail-on = "any-bit"', 'fail-on = "precision"')
        judgement = self.judgement(harness.MATCH, env=setting)
        self.assertEqual(judgement["outcome"], "numeric-drift")
        self.assertEqual([probe["probe"] for probe in judgement["moved"]], [probe["probe"] for probe in moved])
        self.assertEqual({probe["weight"] for probe in judgement["moved"]}, {"tolerated"})
        text = self.text(harness.MATCH, env=setting)
        self.assertIn(f"numeric drift in {len(moved)} of", text)
        self.assertIn("not failed", text)
        self.policy('fail-on = "precision"', 'fail-on = "any-bit"')
        self.judgement(harness.NUMERIC_DRIFT, env=setting)

    def moved_as_is(self, setting):
        """Probes of strict's that moved in as-is too are left out: an exception is for a probe, whatever the profile."""
        self.policy('fail-on = "any-bit"', 'fail-on = "never"')
        judgement = self.judgement(harness.MATCH, env=setting)
        self.policy('fail-on = "never"', 'fail-on = "any-bit"')
        known = {probe["probe"] for probe in judgement["moved"]}
        return [probe for probe in judgement["as_is"]["moved"] if probe["probe"] not in known]

    def allow(self, moved, until):
        """An exception for every probe that moved."""
        lock = self.lock_file().stem
        text = "".join(f'\n[[allow]]\nprobe = "{probe["probe"]}"\ntarget = "{lock}"\nclass = "rounding"\n'
                       f'reason = "compared by hand"\nuntil = "{until}"\n' for probe in moved)
        with open(self.work / "envguard.toml", "a", encoding="utf-8") as policy:
            policy.write(text)

    def test_an_exception_passes_until_its_end_and_is_listed(self):
        setting, moved = self.rounding()
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.allow(moved + self.moved_as_is(setting), today + datetime.timedelta(days=2))
        judgement = self.judgement(harness.MATCH, env=setting)
        self.assertEqual({probe["weight"] for probe in judgement["moved"]}, {"allowed"})
        text = self.text(harness.MATCH, env=setting)
        for probe in moved:
            self.assertIn(f"{probe['probe']} until {today + datetime.timedelta(days=2)}: compared by hand", text)

    def test_an_exception_that_ended_blocks_and_says_so(self):
        setting, moved = self.rounding()
        yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
        self.allow(moved, yesterday)
        judgement = self.judgement(harness.NUMERIC_DRIFT, env=setting)
        self.assertEqual({probe["weight"] for probe in judgement["moved"]}, {"blocks"})
        self.assertIn(f"ended on {yesterday}", self.text(harness.NUMERIC_DRIFT, env=setting))

    def test_another_install_is_put_in_the_place_of_the_judged_one(self):
        other, locked = harness.torch("2.10.0"), harness.torch("2.11.0")
        if self.run_any(harness.PROGRAMS["envguard"], "check", "--torch", other).returncode != harness.NUMERIC_DRIFT:
            self.skipTest("torch 2.10.0 computes the bits of 2.11.0 on this CPU")
        alone = self.judgement(harness.NUMERIC_DRIFT, "--torch", other)
        self.assertEqual(alone["cause"]["certainty"], "consistent-with")
        self.assertIn("torch", alone["cause"]["candidates"])
        self.assertEqual(alone["cause"]["processes"], 0)
        against = self.judgement(harness.NUMERIC_DRIFT, "--torch", other, "--against", locked)
        self.assertEqual(against["cause"]["certainty"], "confirmed")
        self.assertEqual(against["cause"]["sufficient"], [["torch"]])
        self.assertEqual(against["cause"]["processes"], 1)

    def test_another_install_that_cannot_be_opened_is_refused_before_anything_runs(self):
        self.one_message(self.run_any(harness.PROGRAMS["envguard"], "check", "--against", self.folder / "tmp"), "torch")


if __name__ == "__main__":
    harness.main()
