"""PyTorch installs that are missing, broken or too old."""

import mmap
import os
import shutil

import harness

LIBRARIES = ("libtorch.so", "libtorch_cpu.so", "libtorch_global_deps.so", "libc10.so", "libshm.so", "libtorch_cuda.so", "libc10_cuda.so")


def replace_bytes(file, old, new):
    """Replaces every occurrence in a file, in place."""
    with open(file, "r+b") as stream, mmap.mmap(stream.fileno(), 0) as content:
        found = content.find(old)
        assert found >= 0, f"{file} has no {old}"
        while found >= 0:
            content[found:found + len(new)] = new
            found = content.find(old, found + len(new))


class BadInstalls(harness.Sandbox):
    def broken_torch(self, *libraries, version="2.11.0+cu130"):
        """A torch folder with these libraries of the real one and no others, and without NVIDIA's beside it."""
        made = self.folder / "site-packages" / "torch"
        (made / "lib").mkdir(parents=True)
        (made / "version.py").write_text(f"__version__ = '{version}'\ncuda = '13.0'\n", encoding="utf-8")
        (made / "__init__.py").touch()
        for library in libraries:
            shutil.copy(harness.torch("2.11.0") / "lib" / library, made / "lib")
        return made

    def refused(self, code, install, *words):
        for command in (["fingerprint", "--device", "cpu"], ["try"]):
            self.one_message(self.envguard(code, "--torch", install, *command), *words)

    def test_no_pytorch_says_where_it_looked(self):
        self.make_locked_repository()
        result = self.envguard(harness.NOT_JUDGED, "check", env={"ENVGUARD_TORCH": None})
        self.one_message(result, "ENVGUARD_TORCH", "--torch")
        self.envguard(harness.MATCH, "doctor", env={"ENVGUARD_TORCH": None})
        self.one_message(self.envguard(harness.NOT_JUDGED, "lock", env={"ENVGUARD_TORCH": None}), "--torch")

    def test_without_its_libraries(self):
        self.refused(harness.COULD_NOT_MEASURE, self.broken_torch(), "libtorch")

    def test_without_cudart(self):
        install = self.broken_torch("libtorch.so", "libtorch_cpu.so", "libtorch_global_deps.so", "libc10.so")
        for library in (harness.torch("2.11.0") / "lib").glob("libgomp*"):
            shutil.copy(library, install / "lib")
        for library in (harness.torch("2.11.0").parent / "nvidia").rglob("libcupti.so.13"):
            shutil.copy(library, install / "lib")
        # Another name of the same length: this machine may have a CUDA toolkit in the linker's own path.
        for library in ("libtorch_cpu.so", "libtorch_global_deps.so"):
            replace_bytes(install / "lib" / library, b"libcudart.so.13\0", b"libcudart.so.77\0")
        self.refused(harness.COULD_NOT_MEASURE, install, "libcudart.so.77")

    def test_older_than_supported(self):
        install = self.broken_torch(version="2.8.0+cu128")
        shutil.copy(harness.BUILD / "tests" / "integration" / "engine" / "old-torch" / "libtorch.so", install / "lib")
        self.refused(harness.COULD_NOT_MEASURE, install, "2.8", "2.10")

    def test_a_truncated_library(self):
        install = self.broken_torch(*LIBRARIES)
        os.truncate(install / "lib" / "libtorch_cpu.so", 100_000_000)
        self.refused(harness.COULD_NOT_MEASURE, install, "libtorch")

    def test_the_option_at_nonsense(self):
        (self.folder / "file").write_text("nothing", encoding="utf-8")
        (self.folder / "empty").mkdir()
        for nonsense in (self.folder / "nowhere", self.folder / "file", self.folder / "empty", "/dev/null", "/"):
            result = self.envguard(harness.USAGE, "fingerprint", "--torch", nonsense)
            self.one_message(result, "--torch", str(nonsense))

    def test_several_installs_one_is_taken_and_named(self):
        """The rules' order decides; doctor names the path, the rule, and the active environment that lost."""
        virtual = harness.CACHE / "python-2.11.0"
        result = self.envguard(harness.MATCH, "doctor", env={"VIRTUAL_ENV": str(virtual)})
        self.assertIn("ENVGUARD_TORCH", result.stdout)
        self.assertIn(str(harness.torch("2.11.0").parent), result.stdout)
        self.assertIn(str(virtual), result.stdout)


if __name__ == "__main__":
    harness.main()
