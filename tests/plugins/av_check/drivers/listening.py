"""What a driver does while the emulated device listens."""

import asyncio
from dataclasses import replace


def work_on(offer, emulator, work, **options):
    """What `work(device)` gives, with these options over the emulator's own."""

    async def run():
        async with emulator:
            device = emulator.device()
            return await work(replace(device, options=offer.options(**{**device.options, **options})))

    return asyncio.run(run())
