"""The installed tree and the bundle."""

import subprocess

import harness

RUNTIMES = ("libc.so", "libm.so", "libstdc++.so", "libgcc_s.so", "ld-linux")


class Installed(harness.Sandbox):
    def cmake(self, *arguments):
        return self.expect(0, "cmake", *arguments, cwd=self.folder)

    def files(self, prefix):
        return sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir())

    def test_install(self):
        prefix = self.folder / "prefix"
        self.cmake("--install", harness.BUILD, "--prefix", prefix)
        programs = ["bin/envguard", "libexec/envguard/envguard-engine", "libexec/envguard/envguard-hook"]
        self.assertEqual(self.files(prefix), programs)
        self.make_locked_repository()
        self.expect(harness.MATCH, prefix / "bin" / "envguard", "check", "--no-cache")

    def test_bundle(self):
        """It needs the system's runtimes and nothing else, is small, and measures."""
        self.cmake("--build", harness.BUILD, "--target", "bundle")
        bundle = harness.BUILD / "bundle"
        size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
        self.assertLess(size, 64 * 1024 * 1024)
        loaded = subprocess.run(["ldd", bundle / "bin" / "envguard"], capture_output=True, text=True, check=True).stdout
        for line in loaded.splitlines():
            name = line.split()[0].rpartition("/")[2]
            self.assertTrue(name.startswith(("linux-vdso", *RUNTIMES)), line)
        self.assertRegex((bundle / "REVISION").read_text(encoding="utf-8"), r"^\S+\n$")
        self.make_locked_repository()
        self.expect(harness.MATCH, bundle / "bin" / "envguard", "check", "--no-cache")


if __name__ == "__main__":
    harness.main()
