"""What the programs may link and export, read from the built files."""

import re
import subprocess
import unittest

import harness

FORBIDDEN = re.compile(r"^lib(torch|c10|shm|cuda|cudart|cublas|cudnn|cufft|cusolver|cusparse|nccl|nvrtc|nvidia-ml|nvJitLink)")
ENGINE_LIBRARIES = {"libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2"}


def output_of(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def dynamic(path, tag):
    """The values of one tag of the dynamic section."""
    return re.findall(rf"\({tag}\).*\[(.*)\]", output_of("readelf", "--dynamic", "--wide", path))


def forbidden(path):
    return [name for name in dynamic(path, "NEEDED") if FORBIDDEN.match(name)]


def newest_symbol_version(path, family):
    """The highest FAMILY_x.y(.z) that a program asks of the system."""
    versions = re.findall(rf"\b{family}_(\d+(?:\.\d+)+)\b", output_of("objdump", "--dynamic-syms", path))
    return max(tuple(int(part) for part in version.split(".")) for version in versions)


def exported(path):
    """Demangled names that a program offers to the libraries it opens."""
    lines = output_of("nm", "--dynamic", "--defined-only", "--demangle", path).splitlines()
    return [line.split(maxsplit=2)[2] for line in lines]


class LinkRules(unittest.TestCase):
    def test_no_program_links_pytorch_or_nvidia(self):
        for name, path in harness.PROGRAMS.items():
            self.assertEqual(forbidden(path), [], name)

    def test_the_rule_above_can_fail(self):
        library = harness.torch("2.11.0") / "lib" / "libtorch.so"
        self.assertIn("libtorch_cpu.so", forbidden(library))

    def test_engine_links_the_shared_cxx_runtime_and_little_else(self):
        needed = set(dynamic(harness.PROGRAMS["envguard-engine"], "NEEDED"))
        self.assertLessEqual({"libstdc++.so.6", "libgcc_s.so.1"}, needed)
        self.assertLessEqual(needed, ENGINE_LIBRARIES)

    def test_programs_run_on_old_systems(self):
        for name in ("envguard", "envguard-engine"):
            self.assertLessEqual(newest_symbol_version(harness.PROGRAMS[name], "GLIBC"), (2, 34), name)
            self.assertLessEqual(newest_symbol_version(harness.PROGRAMS[name], "GLIBCXX"), (3, 4, 29), name)

    def test_engine_exports_nothing_of_its_own_but_getenv(self):
        """Every library asks the engine for variables, so that it can say which were asked for."""
        names = exported(harness.PROGRAMS["envguard-engine"])
        ours = [name for name in names if name in ("main", "getenv", "secure_getenv") or "envguard" in name]
        self.assertEqual(sorted(ours), ["getenv", "secure_getenv"])

    def test_hook_is_static(self):
        hook = harness.PROGRAMS["envguard-hook"]
        self.assertEqual(dynamic(hook, "NEEDED"), [])
        self.assertNotIn("INTERP", output_of("readelf", "--program-headers", "--wide", hook))

    def test_no_program_has_a_library_path(self):
        for name, path in harness.PROGRAMS.items():
            self.assertEqual(dynamic(path, "RPATH") + dynamic(path, "RUNPATH"), [], name)


if __name__ == "__main__":
    harness.main()
