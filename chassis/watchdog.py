"""The watchdog: a thread that ends the process when its event loop stands still, so that it is started anew."""

import asyncio
import os
import threading
import time

LIMIT_SECONDS = 15.0
EXIT_STATUS = 70


class Watchdog:
    """Watches the loop that `beat` runs in."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self.limit_seconds = limit_seconds
        self.beaten_at = time.monotonic()
        self._done = threading.Event()

    async def beat(self) -> None:
        """Say, again and again, that the loop turns; runs until cancelled."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            while True:
                self.beaten_at = time.monotonic()
                await asyncio.sleep(self.limit_seconds / 15)
        finally:
            self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(self.limit_seconds / 15):
            still = time.monotonic() - self.beaten_at
            if still > self.limit_seconds:
                # The loop, and with it the loggers, may hang: only this is sure to get out.
                os.write(2, f"the event loop has stood still for {still:.0f} s: ending\n".encode())
                os._exit(EXIT_STATUS)
