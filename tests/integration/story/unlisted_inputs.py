"""What libraries read beyond any list of ours: after each change the kept verdict is not believed, and a check that may use
what was kept says what a fresh one says."""

import ctypes
import os
import shutil
import subprocess
import time
import unittest

import harness

WATCHER = """
#include <stdlib.h>
__attribute__((constructor)) static void turn(void) { setenv("ONEDNN_MAX_CPU_ISA", "SSE41", 1); }
"""
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1  # linux/prctl.h, Linux 6.3


def deny_executable_memory():
    """As systemd's MemoryDenyWriteExecute does. Children inherit it."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def can_deny_executable_memory():
    child = os.fork()
    if child == 0:
        try:
            deny_executable_memory()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def mirror(source, target):
    """The folders of an install anew, with links to its files: $ORIGIN of its libraries is here."""
    for folder, _, files in os.walk(source, followlinks=True):
        here = target / os.path.relpath(folder, source)
        here.mkdir(parents=True)
        for name in files:
            (here / name).symlink_to(os.path.realpath(os.path.join(folder, name)))


class UnlistedInputs(harness.Sandbox):
    def setUp(self):
        super().setUp()
        self.make_locked_repository()

    def keep(self, **options):
        """A match that is kept, and found again. What was made a moment ago is not rested on."""
        time.sleep(0.3)
        self.verdict(harness.MATCH, **options)
        self.assertTrue(self.verdict(harness.MATCH, **options)["judgements"][0]["kept"])

    def measured(self, **options):
        """The exit code of a check that may use what was kept and must not, and of a fresh one."""
        codes = [self.run_any(harness.PROGRAMS["envguard"], "check", *words, **options).returncode
                 for words in ((), ("--no-cache",))]
        self.assertEqual(codes[0], codes[1], options)
        return codes[1]

    def not_kept(self, **options):
        self.assertFalse(self.verdict(harness.MATCH, **options)["judgements"][0]["kept"])

    def make_install(self):
        """A PyTorch whose folders can be written."""
        packages = self.folder / "packages"
        source = harness.torch("2.11.0").parent
        mirror(source / "torch" / "lib", packages / "torch" / "lib")
        mirror(source / "nvidia", packages / "nvidia")
        for entry in source.iterdir():
            if entry.name.endswith(".dist-info"):
                (packages / entry.name).symlink_to(entry)
        for name in ("version.py", "__init__.py"):
            (packages / "torch" / name).symlink_to(source / "torch" / name)
        self.install = {"ENVGUARD_TORCH": str(packages / "torch")}
        return packages

    def test_variables_that_no_list_names(self):
        """oneDNN under its oldest prefix, MKL's vector functions, and what mpirun and Intel's MPI set."""
        self.keep()
        for variable in ("MKLDNN_MAX_CPU_ISA=SSE41", "MKL_VML_DEBUG_CPU_TYPE=3", "OMPI_COMM_WORLD_LOCAL_SIZE=8",
                         "MKL_MPI_PPN=8"):
            name, value = variable.split("=")
            self.measured(env={name: value})
            time.sleep(0.1)
            self.verdict(harness.MATCH)  # and what was kept under it does not outlive it
            self.keep()

    def test_variables_that_nobody_asks_for_cost_nothing(self):
        self.keep()
        for name in ("TERM", "LANG", "SSH_CONNECTION", "TMUX", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR",
                     "SHLVL", "OLDPWD", "COLORTERM", "EDITOR", "A_NAME_OF_NEXT_YEAR"):
            self.assertTrue(self.verdict(harness.MATCH, env={name: "another"})["judgements"][0]["kept"], name)

    def test_a_library_that_watches_is_left_out(self):
        source = self.folder / "watcher.c"
        source.write_text(WATCHER, encoding="ascii")
        library = self.folder / "watcher.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        for name in ("INTEL_LIBITTNOTIFY64", "INTEL_JIT_PROFILER64", "OMP_TOOL_LIBRARIES"):
            self.assertEqual(self.measured(env={name: str(library)}), harness.MATCH)
            found = self.envguard(harness.MATCH, "doctor", env={name: str(library)}).stdout
            self.assertIn(f"{name} would bring a library", " ".join(found.split()))

    def test_a_library_in_a_folder_that_is_searched_before(self):
        packages = self.make_install()
        first = packages / "nvidia" / "cu13" / "lib"
        gomp = next((packages / "torch" / "lib").glob("libgomp*.so*"))
        for folder in (first, first / "glibc-hwcaps" / "x86-64-v2"):
            self.keep(env=self.install)
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(gomp, folder / gomp.name)
            self.not_kept(env=self.install)

    def test_a_link_on_the_way_that_turns(self):
        packages = self.make_install()
        folder = packages / "nvidia" / "cu13" / "lib"
        folder.rename(self.folder / "one")
        shutil.copytree(self.folder / "one", self.folder / "two", symlinks=True)
        folder.symlink_to(self.folder / "one")
        self.keep(env=self.install)
        folder.unlink()
        folder.symlink_to(self.folder / "two")
        self.not_kept(env=self.install)

    @unittest.skipUnless(can_deny_executable_memory(), "this kernel has no PR_SET_MDWE")
    def test_memory_that_may_not_be_executed(self):
        """oneDNN's code generator is denied, and its kernels with it."""
        self.keep()
        codes = [subprocess.run([harness.PROGRAMS["envguard"], "check", *words], cwd=self.work, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                preexec_fn=deny_executable_memory, check=False).returncode
                 for words in ((), ("--no-cache",))]
        self.assertEqual(codes, [harness.NUMERIC_DRIFT, harness.NUMERIC_DRIFT])

    def test_what_others_could_have_written_is_not_believed(self):
        def behind_a_link(manifest):
            manifest.rename(self.folder / "moved")
            manifest.symlink_to(self.folder / "moved")

        for change in (lambda manifest: manifest.chmod(0o666), lambda manifest: manifest.parent.chmod(0o777), behind_a_link):
            self.keep()
            change(next((self.folder / "cache").rglob("*.manifest")))
            self.not_kept()


if __name__ == "__main__":
    harness.main()
