"""A really small disk."""

import os
import subprocess
import sys
import tempfile


class SmallDisk:
    """A tmpfs of 40 MB. Mounting takes root; without it the test is skipped, in CI failed."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="oreum-disk-")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", self.path], capture_output=True, text=True)
        if done.returncode != 0:
            os.rmdir(self.path)
            print(f"SKIP: a small disk cannot be mounted here: {done.stderr.strip()}")
            sys.exit(1 if os.environ.get("CI") == "true" else 77)
        return self

    def fill(self):
        with open(os.path.join(self.path, "ballast"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass

    def free(self):
        os.remove(os.path.join(self.path, "ballast"))

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)
        os.rmdir(self.path)
