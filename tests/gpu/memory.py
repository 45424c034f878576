"""How much of a GPU's memory is in use while something runs, asked of nvidia-smi."""

import os
import pty
import subprocess
import threading

QUERY = ["nvidia-smi", "-i", "0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
FEWEST_SAMPLES = 10
SLOWEST_START = 20  # seconds
AIM = 2048  # MiB


def in_use():
    return int(subprocess.run(QUERY, capture_output=True, text=True, check=True, timeout=60).stdout.split()[0])


class Watch:
    """with Watch() as watch: …; then `watch.most()`: the most MiB in use, less what was before, and the number of samples."""

    def __enter__(self):
        self.before = in_use()
        self.samples = []
        self.began = threading.Event()
        # To a terminal it writes line by line; a pipe it fills first, and loses when it is ended.
        reading, writing = pty.openpty()
        self.process = subprocess.Popen([*QUERY, "-lms", "50"], stdin=subprocess.DEVNULL, stdout=writing, stderr=writing)
        os.close(writing)
        self.reader = threading.Thread(target=self.read, args=(reading,))
        self.reader.start()
        self.began.wait(SLOWEST_START)
        return self

    def read(self, reading):
        with os.fdopen(reading, "r", encoding="utf-8", errors="replace") as lines:
            try:
                for line in lines:
                    if line.strip().isdigit():
                        self.samples.append(int(line))
                        self.began.set()
            except OSError:  # how a terminal says that its other side has gone
                pass

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.reader.join()

    def most(self):
        if len(self.samples) < FEWEST_SAMPLES:
            raise RuntimeError(f"nvidia-smi gave {len(self.samples)} samples of the memory, fewer than {FEWEST_SAMPLES}")
        return max(self.samples) - self.before, len(self.samples)
