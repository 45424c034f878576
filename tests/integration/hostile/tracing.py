"""The trace that the hostile repositories are judged by: it sees what it must see, so that an empty answer means something."""

import subprocess
import sys
import unittest

import harness
import hostile
import trace


class Tracing(hostile.Hostile):
    def see(self, *arguments, **options):
        output = self.folder / "seen"
        self.run_any(*trace.command(output, *arguments), **options)
        return trace.read(output)

    def test_a_library_that_is_loaded(self):
        library = self.make_library(self.work / "x.so")
        seen = self.see(sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(library)!r})")
        self.assertTrue(self.mark.exists())
        self.assertTrue(any("PROT_EXEC" in sentence for sentence in seen.against([library])), seen.mappings)

    def test_a_library_that_is_read(self):
        library = self.make_library(self.work / "x.so")
        seen = self.see(sys.executable, "-c", f"open({str(library)!r}, 'rb').read()")
        self.assertEqual(seen.against([library]), [])

    def test_a_program_that_is_started(self):
        program = self.make_program(self.work / "x")
        self.assertEqual(self.see(program).against([program]), [f"{program} was started"])

    def test_the_dynamic_linker_that_lists_a_library(self):
        library = self.make_library(self.work / "x.so")
        by_path = self.see("/lib64/ld-linux-x86-64.so.2", "--list", library)
        self.assertIn(f"ld-linux-x86-64.so.2 was started with {library}", by_path.against([library]))
        by_name = self.see("/lib64/ld-linux-x86-64.so.2", "--list", "x.so")
        self.assertIn("ld-linux-x86-64.so.2 was started with x.so", by_name.against([library]))
        by_folder = self.see("/lib64/ld-linux-x86-64.so.2", "--list", "/bin/true", env={"LD_LIBRARY_PATH": str(self.work)})
        self.assertIn(f"ld-linux-x86-64.so.2 was started with LD_LIBRARY_PATH={self.work}", by_folder.against([library]))

    def test_a_child_of_a_child(self):
        program = self.make_program(self.work / "it's \"odd\"")
        seen = self.see(sys.executable, "-c", f"import subprocess; subprocess.run([{str(program)!r}])")
        self.assertEqual(seen.against([program]), [f"{program} was started"])

    def test_the_library_leaves_a_mark(self):
        library = self.make_library(self.work / "x.so")
        subprocess.run([sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(library)!r})"], check=True)
        self.assertTrue(self.mark.exists())


if __name__ == "__main__":
    harness.main()
