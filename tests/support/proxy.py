"""A slow, bad way to a server: a TCP proxy on a free port of loopback in front of a PostgreSQL's socket, whose delay and
bandwidth are set while it runs, and that stops, swallows and cuts connections."""

import asyncio
import os
import random
import socket
import threading

CHUNK = 65_536
UP, DOWN = "up", "down"  # to the server, from the server


class Proxy:
    """`delay` is in seconds for each direction, `bandwidth` in bytes a second for each direction and connection, or None.
    `lose_commits` is the share of commits that end their connection: before they reach the server, or when it has answered,
    whose answer is swallowed then."""

    def __init__(self, postgres):
        self.server = os.path.join(postgres.folder, ".s.PGSQL.5432")
        self.delay = {UP: 0.0, DOWN: 0.0}
        self.bandwidth = None
        self.lose_commits = 0.0
        self.lost = {"before": 0, "answer": 0}  # commits
        self.trap = None  # bytes, and what happens at the commit that has them: "stop", or "away" once it is done
        self.away = False
        self.dice = random.Random(random.random())  # of the test's seed
        self.links = set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.on_loop(self.open())

    async def open(self):
        self.moves = asyncio.Event()  # not while it is stopped
        self.moves.set()
        self.acceptor = await asyncio.start_server(self.accept, sock=self.listening)

    def on_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def url(self, database, schema="oreum"):
        return f"postgres://admin@127.0.0.1:{self.port}/{database}?schema={schema}"

    def slow(self, delay=0.0, bandwidth=None):
        """From now on, for connections there are, too."""
        self.delay = {UP: delay, DOWN: delay}
        self.bandwidth = bandwidth

    def stop(self):
        """Nothing moves any more, and nobody is told."""
        self.loop.call_soon_threadsafe(lambda: self.moves.clear())

    def go_on(self):
        self.loop.call_soon_threadsafe(lambda: self.moves.set())

    def cut(self):
        """All connections there are; new ones are taken. How many there were."""
        async def all_links():
            links = list(self.links)
            for link in links:
                link.close()
            return len(links)
        return self.on_loop(all_links())

    def come_back(self):
        self.away = False
        self.go_on()

    async def accept(self, reader, writer):
        if self.away:
            writer.close()
            return
        try:
            to_server = await asyncio.open_unix_connection(self.server)
        except OSError:
            writer.close()
            return
        Link(self, (reader, writer), to_server).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

        async def close():
            self.acceptor.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
        self.on_loop(close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Link:
    """One connection: a task that reads and one that writes for each direction, and what is on its way between them."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.ends = {UP: (client[0], server[1]), DOWN: (server[0], client[1])}
        self.ways = {UP: asyncio.Queue(maxsize=64), DOWN: asyncio.Queue(maxsize=64)}
        self.swallows = False  # the next answer, and then it ends

    def start(self):
        self.proxy.links.add(self)
        self.tasks = [self.proxy.loop.create_task(self.until_it_ends(run(direction)))
                      for direction in (UP, DOWN) for run in (self.take, self.give)]

    async def until_it_ends(self, run):
        try:
            if await run:
                self.close()
        except OSError:
            self.close()

    def close(self):
        self.proxy.links.discard(self)
        for _, writer in self.ends.values():
            writer.transport.abort()
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def take(self, direction):
        """True: it ends here, at once; else what is on its way arrives first."""
        reader, _ = self.ends[direction]
        going = True
        while going:
            data = await reader.read(CHUNK)
            await self.proxy.moves.wait()
            if direction == DOWN and self.swallows:
                return True
            if direction == UP:
                data = self.what_passes(data)
            due = self.proxy.loop.time() + self.proxy.delay[direction]
            await self.ways[direction].put((due, data))
            going = bool(data)
        return False

    def what_passes(self, data):
        """All of it, some of it, or nothing, which ends the connection."""
        if self.proxy.trap and b"COMMIT" in data and self.proxy.trap[0] in data:
            if self.proxy.trap[1] == "stop":
                self.proxy.moves.clear()
            else:
                self.swallows = self.proxy.away = True
            self.proxy.trap = None
            return data
        if b"COMMIT" not in data or self.proxy.dice.random() >= self.proxy.lose_commits:
            return data
        how = self.proxy.dice.choice(list(self.proxy.lost))
        self.proxy.lost[how] += 1
        self.swallows = how == "answer"
        return data if self.swallows else b""

    async def give(self, direction):
        _, writer = self.ends[direction]
        while True:
            due, data = await self.ways[direction].get()
            if not data:
                return True
            await asyncio.sleep(max(0.0, due - self.proxy.loop.time()))  # the way takes that long
            await self.proxy.moves.wait()
            writer.write(data)
            await writer.drain()
            if self.proxy.bandwidth:
                await asyncio.sleep(len(data) / self.proxy.bandwidth)
