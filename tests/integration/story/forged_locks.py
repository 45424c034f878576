"""A lock is whole or refused: edited lines, forged locks, locks of older forms, and matches of which little was computed."""

import re
import shutil

import forging
import harness


class Forgery(harness.Sandbox):
    """A repository with a real lock, and an envguard whose engine only writes down that it was started."""

    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.lock, self.evidence = self.lock_file(), self.lock_file(".evidence")
        self.text = self.lock.read_text(encoding="utf-8")
        self.program = self.folder / "prefix" / "bin" / "envguard"
        engine = self.folder / "prefix" / "libexec" / "envguard" / "envguard-engine"
        self.started = self.folder / "started"
        for path in (self.program, engine):
            path.parent.mkdir(parents=True)
        shutil.copy(harness.PROGRAMS["envguard"], self.program)
        # A look for GPUs opens no PyTorch.
        engine.write_text(f'#!/bin/sh\ncase "$*" in *--devices*) exit 1 ;; esac\necho "$*" >> {self.started}\nexit 1\n',
                          encoding="ascii")
        engine.chmod(0o755)

    def refused(self, *words):
        """Every command that judges by the lock ends in 3, and no engine was started for a measurement."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Believe me")
        for command in (("check",), ("check", "--ci"), ("check", "--lock", self.lock), ("check", "--nearest"),
                        ("diff",), ("lock", "--device", "cpu", "--reason", "again")):
            result = self.expect(harness.LOCK_UNREADABLE, self.program, *command)
            self.one_message(result, *words)
        self.expect(harness.VERSION_DRIFT, self.program, "status", "--exit-code")
        self.expect(harness.LOCK_UNREADABLE, self.program, "hook", "run")
        self.assertFalse(self.started.exists(), "an engine was started")

    def forge(self, change=lambda text: text):
        forging.edit(self.lock, change)
        forging.forge(self, self.lock)


class EditedLines(Forgery):
    def other(self, line):
        """The line with its last letter or digit changed."""
        at = max(place for place, character in enumerate(line) if character.isalnum())
        return line[:at] + ("b" if line[at] == "a" else "1" if line[at] == "0" else "a" if line[at].isalpha() else "0") + line[at + 1:]

    def test_each_line_changed_deleted_and_doubled_is_found_out(self):
        lines = self.text.splitlines()
        tried = 0
        for number, line in enumerate(lines):
            if not line or line.startswith("#"):
                continue
            for edit, instead in (("changed", [self.other(line)]), ("deleted", []), ("doubled", [line, line])):
                self.lock.write_text("\n".join(lines[:number] + instead + lines[number + 1:]) + "\n", encoding="utf-8")
                result = self.run_any(self.program, "check")
                self.assertEqual(result.returncode, harness.LOCK_UNREADABLE, f"{edit}: {line}\n{result.stdout}{result.stderr}")
                tried += 1
        print(f"{tried} edits of {len(lines)} lines found out")
        self.assertGreater(tried, 3 * 150)
        self.assertFalse(self.started.exists(), "an engine was started")

    def test_lines_of_another_lock_are_found_out(self):
        """What a merge by hand leaves behind, outside of the probes."""
        for change in (lambda text: re.sub(r'(?m)^(glibc) = .*$', r'\1 = "2.17"', text),
                       lambda text: text.replace("[recipe]", '[knobs]\nMKL_CBWR = "COMPATIBLE"\n\n[recipe]'),
                       lambda text: text.replace("runs = 5", "runs = 30"),
                       lambda text: text + "\n[later]\nkey = true\n"):
            changed = change(self.text)
            self.assertNotEqual(changed, self.text)
            self.lock.write_text(changed, encoding="utf-8")
            self.refused("the lock was edited or merged by hand", "At least one line is not as")


class ForgedLocks(Forgery):
    def test_the_forgers_own_work_is_believed(self):
        """So what is refused below is refused for what it says, and not since the forging is bad."""
        before = self.lock.read_bytes(), self.evidence.read_bytes()
        self.forge()
        self.assertEqual(before, (self.lock.read_bytes(), self.evidence.read_bytes()))
        self.forge(lambda text: re.sub(r'(?m)^locked = .*$', 'locked = "2020-01-01"', text))
        self.assertNotEqual(self.lock.read_bytes(), before[0])
        self.verdict(harness.MATCH)

    def cut(self, keep):
        """The lock with the lines of these probes alone, and their evidence."""
        lines = forging.probe_lines(self.text)
        dropped = {number for profile, probe, number in lines if not keep(profile, probe)}
        text = "".join(line for number, line in enumerate(self.text.splitlines(keepends=True)) if number not in dropped)
        # A table without a line is no table that `envguard lock` writes.
        text = re.sub(r"\n\[(?:strict|as-is)\.(?!settings)\w+\]\n(?=\n|$)", "", text)
        forging.keep_records(self.evidence, [number for number, (profile, probe, _) in enumerate(lines) if keep(profile, probe)])
        self.forge(lambda _: text)

    def test_one_probe(self):
        self.cut(lambda profile, probe: (profile, probe) == ("strict", "arith.exp_f64") or profile == "as-is")
        self.refused("it lacks 104 of the strict probes of recipe 3")

    def test_one_probe_and_no_evidence(self):
        self.cut(lambda profile, probe: (profile, probe) == ("strict", "arith.exp_f64") or profile == "as-is")
        self.evidence.unlink()
        self.refused("it lacks 104 of the strict probes of recipe 3")

    def test_one_probe_less(self):
        self.cut(lambda profile, probe: (profile, probe) != ("strict", "dnn.conv2d_3x3.forward"))
        self.refused("it lacks 1 of the strict probes of recipe 3 (dnn.conv2d_3x3.forward)")

    def test_one_as_is_probe_less(self):
        self.cut(lambda profile, probe: (profile, probe) != ("as-is", "dnn.lstm"))
        self.refused("it lacks 1 of the as-is probes of recipe 3 (dnn.lstm)")

    def test_all_but_one_quarantined(self):
        strict = [probe for profile, probe, _ in forging.probe_lines(self.text) if profile == "strict"]
        names = ", ".join(f'"{probe}"' for probe in strict[1:])
        self.text = self.text.replace("quarantined = []", f"quarantined = [{names}]")
        self.cut(lambda profile, probe: probe == strict[0] or profile == "as-is")
        self.refused("104 of 105 probes are quarantined")

    def test_a_recipe_of_the_future(self):
        self.cut(lambda profile, probe: probe == "arith.exp_f64")
        self.forge(lambda text: text.replace("version = 3", "version = 99"))
        self.evidence.unlink()
        self.refused("its recipe is 99", "install a newer envguard")

    def test_a_recipe_of_the_past(self):
        self.forge(lambda text: text.replace("version = 3", "version = 1"))
        self.refused("its recipe is 1, and locks of schema 2 begin with recipe 3")

    def test_cut_and_called_an_older_schema(self):
        self.cut(lambda profile, probe: probe == "arith.exp_f64")
        forging.edit(self.lock, lambda text: re.sub(r"(?m)^seal = .*\n", "", text.replace("schema = 2", "schema = 1")))
        self.refused("it lacks 104 of the strict probes of recipe 3")

    def test_bands_that_everything_is_within(self):
        for band in (1e300, 1.0, 0.5):
            self.assertGreater(forging.set_bands(self.evidence, band), 100)
            self.forge()
            self.refused(self.evidence.name, "no measurement gives these numbers of")

    def test_one_band_of_one_float32_product(self):
        ids = [probe for _, probe, _ in forging.probe_lines(self.text)]
        number = ids.index("blas.gemm_f32_257x1031x129")
        self.assertEqual(forging.set_bands(self.evidence, 1.0, {number}), 1)
        self.forge()
        self.refused("blas.gemm_f32_257x1031x129: its band is 1.0e+00", "moves a float32 result by at most 7.8e-03")

    def test_evidence_of_fewer_lines(self):
        forging.keep_records(self.evidence, range(20))
        self.forge()
        self.refused(self.evidence.name, "evidence damaged: it holds 20 probes")


class Bands(Forgery):
    """The limits of src/compare/possible_evidence.cpp, beside what this machine measures."""

    limits = {"float64": 2.0**-36, "float32": 2.0**-7, "float16": 2.0**-3, "bfloat16": 2.0**-2}

    def computes_in(self, probe):
        """As the names of the probes say it; what says nothing computes in float32."""
        found = re.search(r"_(f64|f16|bf16)(_|$|\.)", probe)
        return {"f64": "float64", "f16": "float16", "bf16": "bfloat16"}[found.group(1)] if found else "float32"

    def test_what_is_measured_lies_far_below_the_limits(self):
        widest = {}
        for (_, probe, _), band in zip(forging.probe_lines(self.text), forging.bands(self.evidence)):
            if band is None:
                continue
            place = (self.computes_in(probe), probe.split(".")[0])
            widest[place] = max(widest.get(place, (0.0, "")), (band, probe))
        print(f"{'computes in':12}{'layer':8}{'widest band':>12}{'limit':>10}{'limit / band':>14}  probe")
        for (dtype, layer), (band, probe) in sorted(widest.items()):
            print(f"{dtype:12}{layer:8}{band:12.1e}{self.limits[dtype]:10.1e}{self.limits[dtype] / band:14.0f}  {probe}")
            self.assertLess(16 * band, self.limits[dtype], probe)


class OlderForm(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()
        self.lock = self.lock_file()
        forging.edit(self.lock, lambda text: re.sub(r"(?m)^seal = .*\n", "", text.replace("schema = 2", "schema = 1")))

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "An older lock")

    note = "written by an older envguard: nothing seals its lines; envguard lock --refresh renews it"

    def said(self, *command):
        return self.note in " ".join(self.envguard(harness.MATCH, *command).stdout.split())

    def test_is_read_and_said_to_be_so_until_it_is_locked_again(self):
        self.commit()
        for command in (("check",), ("check", "--ci"), ("explain",), ("status",)):
            self.assertTrue(self.said(*command), command)
        self.envguard(harness.VERSION_DRIFT, "lock", "--device", "cpu", "--check")
        self.envguard(harness.MATCH, "lock", "--device", "cpu")  # without --reason: nothing else changed
        self.assertIn("schema = 2\n", self.lock.read_text(encoding="utf-8"))
        self.assertRegex(self.lock.read_text(encoding="utf-8"), r'(?m)^seal = "xxh3:[0-9a-f]{32}"$')
        for command in (("check",), ("explain",), ("status",)):
            self.assertFalse(self.said(*command), command)
        self.envguard(harness.MATCH, "lock", "--device", "cpu", "--check")


class LeastComputed(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def ask_for(self, number):
        text = (self.work / "envguard.toml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^least-computed = .*\n", "", text)
        (self.work / "envguard.toml").write_text(text.replace("[numerics]\n", f"[numerics]\nleast-computed = {number}\n"),
                                                 encoding="utf-8")
        self.git("commit", "-q", "-a", "-m", "Ask for more")

    def test_a_match_of_too_few_is_none_for_anybody(self):
        self.ask_for(90)
        judgement, = self.verdict(harness.MATCH, "--ci")["judgements"]
        self.assertEqual((judgement["identical"], judgement["unsupported"], judgement["not_deterministic"]), (105, 0, 0))
        self.assertIn("the policy asks for 90 probes that are computed equal (least-computed)", judgement["notes"])
        self.ask_for(106)
        for arguments in ((), ("--ci",), ("--staged",)):
            verdict = self.verdict(harness.NOT_JUDGED, *arguments)
            self.assertEqual(verdict["verdict"], "too-few-computed")
        result = self.envguard(harness.NOT_JUDGED, "hook", "run")
        self.one_message(result, "at least 106 probes that are computed equal (least-computed), and there are 105")


if __name__ == "__main__":
    harness.main()
