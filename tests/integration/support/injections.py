"""Settings that move what PyTorch computes, and which of them this CPU feels: found without asking `check`."""

import json
from pathlib import Path

import harness

ONEDNN_FROM_THE_LOWEST = ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI", "AVX512_CORE_BF16"]


def cpu_has(flag):
    return f" {flag} " in Path("/proc/cpuinfo").read_text(encoding="utf-8").replace("\n", " ")


class Injections(harness.Sandbox):
    """A repository with a lock of torch 2.11.0, to be checked under settings."""

    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def fingerprint(self, env=None):
        result = self.envguard(harness.MATCH, "fingerprint", "--device", "cpu", "--format", "json", env=env)
        return json.loads(result.stdout)["id"]

    def felt(self, name, values):
        """The first setting under which this CPU computes other bits; nothing where there is none."""
        usual = self.fingerprint()
        for value in values:
            if self.fingerprint({name: value}) != usual:
                return {name: value}
        return None

    def felt_or_skip(self, name, values):
        setting = self.felt(name, values)
        if setting is None:
            self.skipTest(f"no value of {name} changes what this CPU computes")
        return setting

    def policy(self, old, new):
        """Edits the policy."""
        file = self.work / "envguard.toml"
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")
